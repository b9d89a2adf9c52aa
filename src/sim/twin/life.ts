import type { CircuitId } from '../../domain/ids.ts';
import { type Arrival, seededArrivals } from '../arrivals.ts';
import { type Background, building } from '../building.ts';
import { streamSeed } from '../random.ts';
import type { LimitTargetAsked } from './gridOperator.ts';
import type { TwinPlace } from './ports.ts';

// What happens on every day, faults or not.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The building behind every circuit: around half of what is assumed where no meter tells, with machines that start. */
export function backgroundsOf({ sites }: TwinPlace, seed: number): ReadonlyMap<CircuitId, Background> {
  return new Map(
    sites.flatMap(({ circuits, supply }) =>
      circuits.map(({ id, parent, meter, assumedBackgroundAmps: assumed }): [CircuitId, Background] => {
        // On a delta two parts meet on every line.
        const onLine = supply.system === 'IT' ? Math.sqrt(3) : 1;
        // Without a meter nobody can tell when it is more than assumed.
        const share = (meter === undefined ? 0.5 : parent === undefined ? 1 : 0.4) / onLine;
        return [
          id,
          building({
            seed: streamSeed(seed, `building ${id}`),
            baseAmps: [0.35 * share * assumed, 0.4 * share * assumed, 0.3 * share * assumed],
            swellAmps: 0.35 * share * assumed,
            noiseAmps: 0.08 * share * assumed,
            step: { amps: 0.4 * share * assumed, everyMs: 4 * minuteMs, chance: 0.35 },
          }),
        ];
      }),
    ),
  );
}

export function arrivalsOf({ sites }: TwinPlace, seed: number, forMs: number): readonly Arrival[] {
  return seededArrivals(
    sites.flatMap(({ evses }) => evses),
    {
      seed,
      forMs,
      firstMs: [5_000, 40 * minuteMs],
      stayMs: [20 * minuteMs, 4 * hourMs],
      gapMs: [5 * minuteMs, 90 * minuteMs],
      needWh: [3_000, 45_000],
    },
  );
}

/** Grid connections and areas, which is where a grid operator sets limits. */
export const limitTargets = ({ sites, areas }: TwinPlace): readonly LimitTargetAsked[] => [
  ...sites.flatMap(({ id, circuits }) => {
    const [root] = circuits;
    return root === undefined ? [] : { target: { site: id, circuit: root.id }, full: root.breakerAmps };
  }),
  ...areas.map(({ id, limitWatts }) => ({ target: { area: id }, full: limitWatts })),
];

/** How often the grid operator curtails, by how much and for how long. */
export const curtailment = {
  everyMs: 100 * minuteMs,
  share: [0.5, 0.9],
  lastsMs: [4 * minuteMs, 30 * minuteMs],
} as const;
