import { dsoShape } from './lines/shape.ts';

/** A site shape as a config, and how often its meters tell. */
export interface Shape {
  readonly config: unknown;
  readonly meterMs: number;
}

const tree3 = ['L1', 'L2', 'L3'];
const meter = (id: string, measures: 'total' | 'background' = 'total') => ({
  topic: `meters/${id}`,
  preset: 'generic',
  measures,
  maxAgeS: 15,
});

interface EvseShape {
  readonly id: string;
  readonly station: string;
  readonly evse?: number;
  readonly phases?: readonly string[];
  readonly maxAmps?: number;
  readonly failsafeAmps?: number;
  readonly priority?: number;
}

const evses = (
  prefix: string,
  count: number,
  change: (index: number) => Partial<EvseShape> = () => ({}),
): readonly EvseShape[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${prefix}${index + 1}`,
    station: `CP-${prefix}${index + 1}`,
    ...change(index),
  }));

/** Single-phase stations and rotated ones, as electricians spread them. */
const mixedPhases = (index: number): Partial<EvseShape> => ({
  phases: [tree3, ['L2', 'L3', 'L1'], ['L3', 'L1', 'L2'], ['L1'], ['L2'], ['L3']][index % 6] ?? tree3,
});

const betweenLines = (index: number): Partial<EvseShape> => ({
  phases: [['L1', 'L2'], ['L2', 'L3'], ['L3', 'L1'], tree3][index % 4] ?? tree3,
});

const site = (id: string, circuit: object) => ({ id, name: id, timeZone: 'Europe/Stockholm', circuit });
const control = { minOnS: 300 };
/** Drops wake the loop at once all the same, and a run of hours takes half the time. */
const slower = { ...control, tickMs: 2000 };

const villa = site('villa', {
  id: 'grid',
  breakerAmps: 35,
  assumedBackgroundAmps: 14,
  meter: meter('grid'),
  evses: evses('A', 1),
});

const one: Shape = { meterMs: 1_000, config: { control: slower, sites: [villa] } };

/** The same with a slow meter, and ticks as rare: so a year of it can be lived through. */
const slow: Shape = { meterMs: 5_000, config: { control: { ...control, tickMs: 5_000 }, sites: [villa] } };

const twenty: Shape = {
  meterMs: 2_000,
  config: {
    control: slower,
    sites: [
      site('garage', {
        id: 'grid',
        breakerAmps: 200,
        assumedBackgroundAmps: 60,
        meter: meter('grid'),
        evses: evses('A', 20, (index) => ({
          failsafeAmps: index % 5 === 4 ? 0 : 6,
          priority: index % 7 === 0 ? 1 : 0,
          // Every other station has two EVSEs.
          station: `CP-${Math.floor(index / 2) + 1}`,
          evse: (index % 2) + 1,
        })),
      }),
    ],
  },
};

const tree: Shape = {
  meterMs: 5_000,
  config: {
    control: slower,
    stations: ['north-a-1', 'south-b-4'].map((id) => ({ id: `CP-${id}`, traits: { leaseForm: 'duration' } })),
    sites: [
      site('yard', {
        id: 'grid',
        breakerAmps: 160,
        assumedBackgroundAmps: 40,
        meter: meter('grid'),
        circuits: ['north', 'south'].map((wing) => ({
          id: wing,
          breakerAmps: 80,
          assumedBackgroundAmps: 10,
          ...(wing === 'north' && { meter: meter(wing) }),
          circuits: ['a', 'b'].map((row) => ({
            id: `${wing}-${row}`,
            breakerAmps: 40,
            evses: evses(`${wing}-${row}-`, 4, mixedPhases),
          })),
        })),
      }),
    ],
  },
};

/** Of ten stations of many makers some end a lease only by its duration, and one never: it counts for ever. */
const leaseForms = ['tail', 'duration', 'tail', 'tail', 'none', 'tail', 'tail', 'duration', 'tail', 'tail'];

/** A transformer's watts bind, the meter sees only the building, and the stations take watts. */
const watts: Shape = {
  meterMs: 5_000,
  config: {
    control: slower,
    stations: evses('W', 10).map(({ station }, index) => ({
      id: station,
      traits: {
        unit: index % 2 === 0 ? 'W' : 'A',
        stepAmps: index % 3 === 0 ? 0.1 : 1,
        leaseForm: leaseForms[index] ?? 'tail',
      },
    })),
    sites: [
      site('depot', {
        id: 'grid',
        breakerAmps: 160,
        ratedWatts: 90_000,
        assumedBackgroundAmps: 30,
        meter: meter('grid', 'background'),
        evses: evses('W', 10, (index) => ({ ...mixedPhases(index), maxAmps: index % 3 === 0 ? 63 : 32 })),
      }),
    ],
  },
};

/** A Norwegian delta: cars between two lines, or on all three against the last, and currents that meet at an angle. */
const it: Shape = {
  meterMs: 2_000,
  config: {
    control: slower,
    sites: [
      {
        ...site('fjord', {
          id: 'grid',
          breakerAmps: 125,
          assumedBackgroundAmps: 30,
          meter: meter('grid'),
          evses: evses('I', 4, betweenLines),
          circuits: [{ id: 'pier', breakerAmps: 63, evses: evses('P', 6, betweenLines) }],
        }),
        supply: { system: 'IT' },
      },
    ],
  },
};

const area: Shape = {
  meterMs: 2_000,
  config: {
    control: slower,
    areas: [{ id: 'feeder', limitWatts: 120_000, sites: ['east', 'west', 'hill'] }],
    sites: ['east', 'west', 'hill'].map((id) =>
      site(id, {
        id: `grid-${id}`,
        breakerAmps: 80,
        assumedBackgroundAmps: 20,
        meter: meter(id),
        evses: evses(`${id}-`, 5),
      }),
    ),
  },
};

const large: Shape = {
  meterMs: 5_000,
  config: {
    // A site of this size has slower meters, and a tick costs more.
    control: { ...control, tickMs: 5000 },
    ocpp: { meterIntervalS: 60 },
    sites: [
      site('park', {
        id: 'grid',
        breakerAmps: 1600,
        assumedBackgroundAmps: 250,
        meter: meter('grid'),
        circuits: Array.from({ length: 10 }, (_, row) => ({
          id: `row-${row + 1}`,
          breakerAmps: 200,
          evses: evses(`R${row + 1}-`, 20, mixedPhases),
        })),
      }),
    ],
  },
};

/** The site shapes of `simulate`, by name. */
export const shapes: Readonly<Record<string, Shape>> = {
  ...{ one, slow, twenty, tree, watts, it, area, large },
  dso: dsoShape,
};
