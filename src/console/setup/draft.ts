import { signal } from '@preact/signals';
import type { DraftBody, DraftMeterBody } from '../../http/setup/setupBody.ts';
import { typedNumber } from '../format.ts';

export type Phase = DraftBody['phases'][number];
export type Preset = DraftMeterBody['preset'];
/** Without a meter the building is always taken to draw its most. */
export type MeterKind = Preset | 'none';
export const meterKinds: readonly MeterKind[] = [
  'shelly-gen2-3em',
  'generic',
  'amsreader',
  'dsmr-reader',
  'victron-venus',
  'none',
];

export const steps = ['site', 'meter', 'stations', 'check', 'connect'] as const;
export type Step = (typeof steps)[number];

/** A circuit below the grid connection, as it is typed. */
export interface CircuitDraft {
  /** Of the row on the page. */
  readonly key: number;
  readonly id: string;
  readonly breakerAmps: string;
}

export interface EvseDraft {
  readonly key: number;
  readonly id: string;
  readonly station: string;
  readonly evse: string;
  /** The key of a circuit; empty: the grid connection. */
  readonly circuit: string;
  /** `L2 L3 L1` */
  readonly phases: string;
  readonly maxAmps: string;
}

/** The site as it is typed. */
export interface SiteTyped {
  readonly name: string;
  readonly timeZone: string;
  readonly system: 'TN' | 'IT';
  readonly phaseCount: '3' | '1';
  readonly breakerAmps: string;
  readonly backgroundAmps: string;
  readonly kind: MeterKind;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly topic: string;
  readonly turned: readonly Phase[];
  readonly hasGeneration: boolean;
  readonly circuits: readonly CircuitDraft[];
  readonly evses: readonly EvseDraft[];
  readonly stationHost: string;
  readonly stationPort: string;
}

export const draft = signal<SiteTyped>({
  name: '',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  system: 'TN',
  phaseCount: '3',
  breakerAmps: '',
  backgroundAmps: '',
  kind: 'shelly-gen2-3em',
  url: 'mqtt://127.0.0.1:1883',
  username: '',
  password: '',
  topic: '',
  turned: [],
  hasGeneration: false,
  circuits: [],
  evses: [newEvse(1, 'L1 L2 L3')],
  stationHost: '',
  stationPort: '9000',
});

export function change(to: Partial<SiteTyped>): void {
  const next = { ...draft.value, ...to };
  // Another supply has other conductors: a wiring that is not there any more becomes the first that is.
  const wirings = wiringsOf(next);
  const evses = next.evses.map((evse) =>
    wirings.includes(evse.phases) ? evse : { ...evse, phases: wirings[0] ?? 'L1' },
  );
  draft.value = { ...next, evses };
}

let lastKey = 1;
/** For rows that were made before the page was loaded again. */
export function keepKeysAbove(rows: readonly { readonly key: number }[]): void {
  lastKey = Math.max(lastKey, ...rows.map(({ key }) => key));
}

export const nextKey = (): number => {
  lastKey += 1;
  return lastKey;
};

export function newEvse(key: number, phases: string): EvseDraft {
  return { key, id: `A${key}`, station: `CP-${key}`, evse: '1', circuit: '', phases, maxAmps: '16' };
}

export const phasesOf = ({ phaseCount }: SiteTyped): readonly Phase[] =>
  phaseCount === '3' ? ['L1', 'L2', 'L3'] : ['L1'];

/** How an EVSE may be connected: in rotation on three phases, on one, or between two lines where there is no neutral. */
export function wiringsOf({
  system,
  phaseCount,
}: Pick<SiteTyped, 'system' | 'phaseCount'>): readonly string[] {
  if (system === 'IT') return ['L1 L2', 'L2 L3', 'L3 L1', 'L1 L2 L3'];
  if (phaseCount === '1') return ['L1'];
  return ['L1 L2 L3', 'L2 L3 L1', 'L3 L1 L2', 'L1 L3 L2', 'L2 L1 L3', 'L3 L2 L1', 'L1', 'L2', 'L3'];
}

/** What the server takes. Numbers that were not judged before are 0, which the server refuses. */
export function bodyOf(typed: SiteTyped): DraftBody {
  const { kind, circuits, evses } = typed;
  return {
    name: typed.name.trim(),
    timeZone: typed.timeZone.trim(),
    system: typed.system,
    phases: [...phasesOf(typed)],
    breakerAmps: numberOf(typed.breakerAmps),
    backgroundAmps: numberOf(typed.backgroundAmps),
    ...(kind !== 'none' && { meter: meterBodyOf(typed, kind) }),
    circuits: circuits.map(({ id, breakerAmps }) => ({ id: id.trim(), breakerAmps: numberOf(breakerAmps) })),
    evses: evses.map((evse) => {
      const circuit = circuits.find(({ key }) => String(key) === evse.circuit);
      return {
        id: evse.id.trim(),
        station: evse.station.trim(),
        evse: numberOf(evse.evse),
        ...(circuit && { circuit: circuit.id.trim() }),
        phases: evse.phases.split(' ').filter(isPhase),
        maxAmps: numberOf(evse.maxAmps),
      };
    }),
    stationHost: typed.stationHost.trim(),
    stationPort: numberOf(typed.stationPort),
  };
}

export function meterBodyOf(typed: SiteTyped, preset: Preset): DraftMeterBody {
  const { url, username, password, topic, turned, hasGeneration } = typed;
  return {
    broker: { url: url.trim(), ...(username !== '' && { username }), ...(password !== '' && { password }) },
    preset,
    topic: topic.trim(),
    turned: [...turned],
    hasGeneration,
  };
}

const numberOf = (text: string): number => typedNumber(text) ?? 0;
const isPhase = (text: string): text is Phase => text === 'L1' || text === 'L2' || text === 'L3';
