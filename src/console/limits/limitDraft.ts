import { type Signal, signal } from '@preact/signals';
import type { Faults as FormFaults } from '../form.tsx';
import { typedNumber } from '../format.ts';
import { instantOf, wallTimeOf } from '../zones.ts';
import { limitWords } from './limitWords.ts';

/** In minutes from now, or at a time that is given. */
export const ends = ['15', '60', '240', 'at'] as const;
type End = (typeof ends)[number];

const fields = ['circuit', 'amount', 'until', 'reason'] as const;
export type Field = (typeof fields)[number];
/** `form` is of no field. */
export type Faults = FormFaults<Field | 'form'>;

/** A limit as it is being written. */
export interface Draft {
  readonly circuit: string;
  readonly amount: string;
  readonly unit: 'amps' | 'watts';
  readonly end: End;
  /** Wall time at the site, for the end `at`. */
  readonly at: string;
  readonly reason: string;
}

export const newDraft = (circuit: string, timeZone: string, nowMs: number): Signal<Draft> =>
  signal({
    circuit,
    amount: '',
    unit: 'amps',
    end: '60',
    at: wallTimeOf(nowMs + 3_600_000, timeZone),
    reason: '',
  });

/** What the API takes. */
export interface LimitRequestBody {
  readonly site: string;
  readonly circuit: string;
  readonly amps?: number;
  readonly watts?: number;
  readonly until: string;
  readonly reason: string;
}

type Read =
  | { readonly status: 'whole'; readonly request: LimitRequestBody }
  | { readonly status: 'faulty'; readonly faults: Faults };

/** The request that a draft stands for, or what is wrong with each of its fields. */
export function requestOf(
  draft: Draft,
  { site, timeZone, nowMs }: { readonly site: string; readonly timeZone: string; readonly nowMs: number },
): Read {
  const text = limitWords.value.faults;
  const amount = typedNumber(draft.amount);
  const untilMs = draft.end === 'at' ? instantOf(draft.at, timeZone) : nowMs + Number(draft.end) * 60_000;
  const reason = draft.reason.trim();
  const faults: Faults = {
    ...((amount === undefined || amount < 0) && { amount: text.amount }),
    ...(untilMs === undefined ? { until: text.until } : untilMs <= nowMs && { until: text.past }),
    ...((reason === '' || reason.length > 200) && { reason: text.reason }),
  };
  if (amount === undefined || untilMs === undefined || Object.keys(faults).length > 0)
    return { status: 'faulty', faults };
  const value = draft.unit === 'amps' ? { amps: amount } : { watts: amount * 1000 };
  const until = new Date(untilMs).toISOString();
  return { status: 'whole', request: { site, circuit: draft.circuit, ...value, until, reason } };
}

/** The field of the form behind a key of the request. */
export function fieldOf(key: string | undefined): Field | undefined {
  if (key === 'amps' || key === 'watts') return 'amount';
  return fields.find((field) => field === key);
}
