import type { SessionBody } from '../../http/schemas.ts';
import type { Faults } from '../form.tsx';
import { number, typedNumber } from '../format.ts';
import { instantOf, wallTimeOf } from '../zones.ts';
import { sessionWords } from './sessionWords.ts';

export const wishFields = ['energy', 'departure', 'priority'] as const;
export type WishField = (typeof wishFields)[number];
/** What a driver wants, as it is being written; empty is not told. */
export type Wish = Readonly<Record<WishField, string>>;
/** `form` is of no field. */
export type WishFaults = Faults<WishField | 'form'>;

const energyMaxKwh = 1_000;
const priorityMax = 100;

export const wishOf = (session: SessionBody, timeZone: string): Wish => ({
  energy: session.wantedEnergyWh === null ? '' : number(session.wantedEnergyWh / 1000, 2),
  departure: session.departureAt === null ? '' : wallTimeOf(Date.parse(session.departureAt), timeZone),
  priority: session.priority === null ? '' : String(session.priority),
});

/** What the API takes: null takes a wish back. */
interface WishChange {
  readonly wantedEnergyWh: number | null;
  readonly departureAt: string | null;
  readonly priority: number | null;
}

type Read =
  | { readonly status: 'whole'; readonly change: WishChange }
  | { readonly status: 'faulty'; readonly faults: WishFaults };

/** The change that a wish stands for, or what is wrong with each of its fields. */
export function changeOf(
  wish: Wish,
  { timeZone, nowMs }: { readonly timeZone: string; readonly nowMs: number },
): Read {
  const told = (field: WishField): string | undefined => wish[field].trim() || undefined;
  const energyKwh = told('energy') === undefined ? null : typedNumber(wish.energy);
  const departureMs = told('departure') === undefined ? null : instantOf(wish.departure, timeZone);
  const priority = told('priority') === undefined ? null : typedNumber(wish.priority);
  const text = sessionWords.value.faults;
  const isPriority = (value: number): boolean =>
    Number.isInteger(value) && value >= 0 && value <= priorityMax;
  if (energyKwh === undefined || (energyKwh !== null && (energyKwh < 0 || energyKwh > energyMaxKwh)))
    return { status: 'faulty', faults: { energy: text.energy } };
  if (departureMs === undefined || (departureMs !== null && departureMs <= nowMs))
    return { status: 'faulty', faults: { departure: text.departure } };
  if (priority === undefined || (priority !== null && !isPriority(priority)))
    return { status: 'faulty', faults: { priority: text.priority } };
  return {
    status: 'whole',
    change: {
      wantedEnergyWh: energyKwh === null ? null : Math.round(energyKwh * 1000),
      departureAt: departureMs === null ? null : new Date(departureMs).toISOString(),
      priority,
    },
  };
}

/** The field of the form behind a key of the request. */
export function wishFieldOf(key: string | undefined): WishField | undefined {
  if (key === 'wantedEnergyWh') return 'energy';
  return key === 'departureAt' ? 'departure' : wishFields.find((field) => field === key);
}
