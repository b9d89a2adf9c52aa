import type { EvseId } from '../domain/ids.ts';
import type { Evse } from '../domain/site.ts';
import type { CarModel } from './car.ts';
import { createRandom, type Random, streamSeed } from './random.ts';

/** One car's visit. */
export interface Arrival {
  /** Since the simulation's start. */
  readonly afterMs: number;
  readonly staysMs: number;
  readonly evseId: EvseId;
  readonly car: CarModel;
  /** What its driver shows; undefined for nothing, and then it waits to be started from afar. */
  readonly token: string | undefined;
}

interface ArrivalOptions {
  readonly seed: number;
  /** No car comes later than this. */
  readonly forMs: number;
  /** The first car at each EVSE. */
  readonly firstMs: Range;
  readonly stayMs: Range;
  /** How long an EVSE is free between two cars. */
  readonly gapMs: Range;
  /** Of which a car wants some. */
  readonly needWh: Range;
}

type Range = readonly [min: number, max: number];

/** Cars that come, stay and leave at every EVSE, each EVSE with a stream of its own. Ordered by time. */
export function seededArrivals(evses: readonly Evse[], options: ArrivalOptions): readonly Arrival[] {
  return evses.flatMap((evse) => visitsAt(evse, options)).toSorted((a, b) => a.afterMs - b.afterMs);
}

function visitsAt(evse: Evse, options: ArrivalOptions): readonly Arrival[] {
  const random = createRandom(streamSeed(options.seed, evse.id));
  const visits: Arrival[] = [];
  let afterMs = between(random, options.firstMs);
  while (afterMs < options.forMs) {
    const staysMs = between(random, options.stayMs);
    const token = `CAR-${evse.id}-${visits.length + 1}`.slice(0, 20);
    visits.push({ afterMs, staysMs, evseId: evse.id, car: randomCar(random, options.needWh), token });
    afterMs += staysMs + between(random, options.gapMs);
  }
  return visits;
}

/** The kinds of cars met on European car parks. */
const kinds = [
  { phaseCount: 3, maxAmps: 16 },
  { phaseCount: 3, maxAmps: 16 },
  { phaseCount: 3, maxAmps: 32 },
  { phaseCount: 2, maxAmps: 16 },
  { phaseCount: 1, maxAmps: 32 },
  { phaseCount: 1, maxAmps: 16 },
] as const;

function randomCar(random: Random, needRange: Range): CarModel {
  const kind = kinds[Math.floor(random() * kinds.length)] ?? kinds[0];
  const needWh = between(random, needRange);
  return {
    ...kind,
    needWh,
    taperWh: needWh * between(random, [0.1, 0.3]),
    reactionMs: between(random, [1_000, 3_500]),
    rampAmpsPerS: between(random, [1, 6]),
    sleepsAfterMs: undefined,
  };
}

const between = (random: Random, [min, max]: Range): number => min + random() * (max - min);
