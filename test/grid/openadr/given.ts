import { pino } from 'pino';
import type { Clock } from '../../../src/control/ports.ts';
import type { LimitTarget } from '../../../src/domain/gridLimit.ts';
import { areaId, circuitId, siteId } from '../../../src/domain/ids.ts';
import type {
  GridChange,
  GridMeasurement,
  GridPorts,
  GridProgress,
  GridVerdict,
  HeardLimit,
  HeardPrice,
} from '../../../src/grid/gridPorts.ts';
import type { OpenAdrResource } from '../../../src/grid/openadr/addressees.ts';
import type { EventReading } from '../../../src/grid/openadr/eventLimits.ts';
import { standardMeanings } from '../../../src/grid/openadr/meaning.ts';
import type { EventInterval, OpenAdrEvent } from '../../../src/grid/openadr/model.ts';

export const at = (text: string): number => Date.parse(text);

export const garageTarget: LimitTarget = {
  kind: 'circuit',
  siteId: siteId('garage'),
  circuitId: circuitId('grid'),
};

export const garage: OpenAdrResource = {
  name: 'garage',
  target: garageTarget,
  targets: ['871234567890123456'],
  levelWatts: [30_000, 15_000, 0],
  maxWatts: 50_000,
};

export const feeder: OpenAdrResource = {
  name: 'feeder-12',
  target: { kind: 'area', areaId: areaId('feeder-12') },
  targets: [],
  levelWatts: undefined,
  maxWatts: undefined,
};

export const interval = (id: number, kw: unknown, change: Partial<EventInterval> = {}): EventInterval => ({
  id,
  period: undefined,
  payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: Array.isArray(kw) ? kw : [kw] }],
  ...change,
});

export const period = (
  start: string | undefined,
  duration?: string,
  randomizeStart?: string,
): OpenAdrEvent['period'] => ({ start, duration, randomizeStart });

/** One hour from noon at 10 kW. Each test changes what it is about. */
export const givenEvent = (change: Partial<OpenAdrEvent> = {}): OpenAdrEvent => ({
  id: 'event-1',
  programId: 'program-1',
  name: undefined,
  priority: undefined,
  createdAtMs: at('2026-01-31T10:00:00Z'),
  modifiedAtMs: at('2026-01-31T11:00:00Z'),
  targets: [],
  duration: undefined,
  period: period('2026-01-31T12:00:00Z', 'PT1H'),
  intervals: [interval(0, 10)],
  payloadDescriptors: [{ payloadType: 'IMPORT_CAPACITY_LIMIT', units: 'KW', currency: undefined }],
  reportDescriptors: [],
  ...change,
});

export const givenReading = (change: Partial<EventReading> = {}): EventReading => ({
  venName: 'ven-1',
  resources: [garage],
  meanings: standardMeanings,
  averaging: { mode: 'instant' },
  boundary: 'connection',
  complyWithinS: 0,
  powerFactor: 0.95,
  safeModeName: undefined,
  intervalsMax: 2_000,
  ...change,
});

/** The service behind the VEN, as a record of what it was told. */
export interface RecordedPorts extends GridPorts {
  readonly changes: GridChange[];
  readonly raws: string[];
  readonly prices: HeardPrice[][];
  readonly acks: { readonly externalIds: readonly string[]; readonly atMs: number }[];
  readonly logged: string[];
  readonly counts: { heartbeats: number; resynchronised: number };
  /** Limits in force after everything heard, by external id. */
  readonly limits: Map<string, HeardLimit>;
  /** How often a look ended, well or not. */
  looks(): number;
  measured: GridMeasurement;
  /** Set, `hear` fails: the database is away. */
  refusesToHear: boolean;
  progress(progress: GridProgress): void;
}

export function recordedPorts(clock: Clock, random: () => number = () => 0.5): RecordedPorts {
  const logged: string[] = [];
  const listeners = new Set<(progress: GridProgress) => void>();
  const stream = { write: (line: string) => void logged.push(line) };
  let looks = 0;
  const ports: RecordedPorts = {
    clock,
    log: pino({ level: 'debug' }, stream),
    // Drawn once after each look, for the pause until the next.
    random: () => {
      looks += 1;
      return random();
    },
    newId: () => 'id',
    changes: [],
    raws: [],
    prices: [],
    acks: [],
    logged,
    counts: { heartbeats: 0, resynchronised: 0 },
    limits: new Map(),
    refusesToHear: false,
    looks: () => looks,
    measured: {
      atMs: 0,
      watts: 8_000,
      amps: undefined,
      carWatts: 6_000,
      energyWh: undefined,
      carEnergyWh: 0,
      activeSessions: 2,
      limitWatts: 10_000,
      quality: 'measured',
    },
    hear: async (_connection, change, raw) => {
      if (ports.refusesToHear) throw new Error('the database is away');
      ports.changes.push(change);
      ports.raws.push(raw);
      return applied(ports.limits, change);
    },
    hearPrices: (_connection, prices) => void ports.prices.push([...prices]),
    heartbeat: () => {
      ports.counts.heartbeats += 1;
    },
    resynchronised: () => {
      ports.counts.resynchronised += 1;
    },
    acknowledged: (_connection, externalIds, atMs) => void ports.acks.push({ externalIds, atMs }),
    measurement: () => ports.measured,
    onProgress: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    progress: (progress) => {
      for (const listener of listeners) listener(progress);
    },
  };
  return ports;
}

function applied(limits: Map<string, HeardLimit>, change: GridChange): readonly GridVerdict[] {
  if (change.kind === 'withdraw') {
    for (const id of change.externalIds) limits.delete(id);
    return change.externalIds.map((externalId) => ({ externalId, outcome: 'accepted' }));
  }
  if (change.kind === 'everything') limits.clear();
  for (const limit of change.limits) limits.set(limit.externalId, limit);
  return change.limits.map(({ externalId }) => ({ externalId, outcome: 'accepted' }));
}
