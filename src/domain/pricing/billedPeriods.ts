import type { ChargingPeriod } from '../chargingPeriods.ts';
import type { BilledPeriod, PeriodDimension, PeriodVolume } from './billedPeriod.ts';
import {
  compare,
  dividedBy,
  type Fraction,
  fraction,
  minus,
  plus,
  ratio,
  rounded,
  sum,
  times,
  zero,
} from './fraction.ts';
import { isSameSelection, type Moment, type Selection, selectorOf, thresholdsOf } from './restrictions.ts';
import { siteClock } from './siteClock.ts';
import type { PriceRules } from './tariff.ts';

/**
 * What a car did, in the words that prices know. `withheld`: it asks for power and we give none, because the site has
 * none left or the grid operator wants it so. That is neither charging nor parking, and no price of time is due
 * [OCPI 2.3.0 mod_cdrs, `PARKING_TIME`: the vehicle is not requesting power].
 */
export type Activity = 'reserved' | 'charging' | 'parked' | 'withheld';

function activityOf(state: ChargingPeriod['state']): Activity {
  switch (state) {
    case 'charging':
      return 'charging';
    case 'suspended-by-ev':
      return 'parked';
    case 'authorised':
    case 'suspended-by-us':
      return 'withheld';
  }
}

/** A part of a session in which one thing went on, and energy flowed evenly. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly activity: Activity;
  readonly energyKwh: Fraction;
  /** Summed over the phases. */
  readonly amps?: Fraction;
  readonly powerKw?: Fraction;
}

/** What the history of a session says, in the words that prices know. */
export const stretchesOf = (periods: readonly ChargingPeriod[]): readonly Stretch[] =>
  periods.map(({ fromMs, untilMs, state, energyWh }) => ({
    startMs: fromMs,
    endMs: untilMs,
    activity: activityOf(state),
    energyKwh: times(fraction(energyWh), ratio(1, 1000)),
  }));

/**
 * The periods by which a session is billed: a new one at every moment at which another price comes into force, interpolated
 * where nobody measured at that moment [OCPI 2.2.1 mod_cdrs, ChargingPeriod], and whenever the car did something
 * else. Volumes have the four decimals of the wire and are rounded so that their sums stay true: whoever reads them
 * comes to the same price.
 */
export function billedPeriods(
  stretches: readonly Stretch[],
  rules: PriceRules,
  timeZone: string,
): readonly BilledPeriod[] {
  const pieces = piecesOf(stretches, rules, timeZone);
  const merged: Piece[][] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last?.[0] !== undefined && isSamePrice(last[0], piece)) last.push(piece);
    else merged.push([piece]);
  }
  const meter = roundingMeter();
  return merged.flatMap((group): readonly BilledPeriod[] => {
    const [first] = group;
    return first === undefined ? [] : [{ startMs: first.startMs, volumes: volumesOf(group, meter) }];
  });
}

interface Piece extends Stretch {
  readonly selection: Selection;
}

/** The stretches, cut wherever a threshold of the tariff is crossed. */
function piecesOf(
  stretches: readonly Stretch[],
  { elements }: PriceRules,
  timeZone: string,
): readonly Piece[] {
  const clock = siteClock(timeZone);
  const select = selectorOf(elements);
  const thresholds = thresholdsOf(elements);
  const chargingFromMs = stretches.find(({ activity }) => activity !== 'reserved')?.startMs ?? 0;
  const pieces: Piece[] = [];
  let energyKwh = zero;
  for (const stretch of stretches) {
    let rest: Stretch | undefined = stretch;
    while (rest !== undefined) {
      const { startMs }: Stretch = rest;
      const timesMs = [
        clock.nextMs(startMs, thresholds.minutesOfDay) ?? rest.endMs,
        ...thresholds.sinceStartMs.map((sinceStartMs) => chargingFromMs + sinceStartMs),
      ];
      const [piece, remainder]: Cut = cutAtEnergy(
        rest,
        timeCut(rest, timesMs),
        energyKwh,
        thresholds.energyKwh,
      );
      const moment = momentOf(piece, startMs - chargingFromMs, energyKwh, clock.wallTime(startMs));
      pieces.push({ ...piece, selection: select(moment) });
      energyKwh = plus(energyKwh, piece.energyKwh);
      rest = remainder;
    }
  }
  return pieces;
}

/** A stretch up to a cut, and the rest of it. */
type Cut = readonly [piece: Stretch, rest: Stretch | undefined];

/** At the first of these instants that lies within, or not at all. */
function timeCut(stretch: Stretch, timesMs: readonly number[]): Cut {
  const { startMs, endMs, energyKwh } = stretch;
  const cutMs = Math.min(endMs, ...timesMs.filter((atMs) => atMs > startMs));
  if (cutMs === endMs) return [stretch, undefined];
  return divided(stretch, cutMs, times(energyKwh, ratio(cutMs - startMs, endMs - startMs)));
}

/** Earlier than the cut in time, where the session reaches an amount of energy before. */
function cutAtEnergy(
  stretch: Stretch,
  cut: Cut,
  beforeKwh: Fraction,
  thresholdsKwh: readonly Fraction[],
): Cut {
  const afterKwh = plus(beforeKwh, cut[0].energyKwh);
  const [reachedKwh] = thresholdsKwh
    .filter((kwh) => compare(kwh, beforeKwh) > 0 && compare(kwh, afterKwh) < 0)
    .toSorted(compare);
  if (reachedKwh === undefined) return cut;
  const energyKwh = minus(reachedKwh, beforeKwh);
  const lengthMs = ratio(stretch.endMs - stretch.startMs, 1);
  const untilMs = rounded(times(lengthMs, dividedBy(energyKwh, stretch.energyKwh)), 0);
  return divided(stretch, stretch.startMs + Number(untilMs.numerator), energyKwh);
}

const divided = (stretch: Stretch, atMs: number, energyKwh: Fraction): Cut => [
  { ...stretch, endMs: atMs, energyKwh },
  { ...stretch, startMs: atMs, energyKwh: minus(stretch.energyKwh, energyKwh) },
];

function momentOf(
  { activity, amps, powerKw }: Stretch,
  sinceStartMs: number,
  energyKwh: Fraction,
  wall: Moment['wall'],
): Moment {
  const told = (value: Fraction | undefined): Moment['amps'] => {
    if (value !== undefined) return { least: value, most: value };
    return activity === 'charging' ? undefined : { least: zero, most: zero };
  };
  const reservation = activity === 'reserved' ? 'running' : 'none';
  return { wall, sinceStartMs, energyKwh, amps: told(amps), powerKw: told(powerKw), reservation };
}

const isSamePrice = (a: Piece, b: Piece): boolean =>
  a.activity === b.activity && isSameSelection(a.selection, b.selection);

// --- volumes ---------------------------------------------------------------------------------------

const wireDecimals = 4;

const timeDimensions: Readonly<Record<Activity, PeriodDimension | undefined>> = {
  reserved: 'RESERVATION_TIME',
  charging: 'TIME',
  parked: 'PARKING_TIME',
  withheld: undefined,
};

type Meter = (dimension: PeriodDimension, volume: Fraction) => Fraction;

/** Rounds the running total of each dimension, and tells by how much it grew. */
function roundingMeter(): Meter {
  const totals = new Map<PeriodDimension, Fraction>();
  return (dimension, volume) => {
    const before = totals.get(dimension) ?? zero;
    const after = plus(before, volume);
    totals.set(dimension, after);
    return minus(rounded(after, wireDecimals), rounded(before, wireDecimals));
  };
}

const hourMs = 3_600_000;

function volumesOf(pieces: readonly Piece[], meter: Meter): readonly PeriodVolume[] {
  const [first] = pieces;
  if (first === undefined) return [];
  const volumes: PeriodVolume[] = [];
  const time = timeDimensions[first.activity];
  if (first.activity !== 'reserved') {
    const energyKwh = sum(pieces.map((piece) => piece.energyKwh));
    volumes.push({ dimension: 'ENERGY', volume: meter('ENERGY', energyKwh) });
  }
  if (time !== undefined) {
    const lengthMs = pieces.reduce((total, { startMs, endMs }) => total + endMs - startMs, 0);
    volumes.push({ dimension: time, volume: meter(time, ratio(lengthMs, hourMs)) });
  }
  return [
    ...volumes,
    ...extremes(
      pieces.map(({ amps }) => amps),
      'MIN_CURRENT',
      'MAX_CURRENT',
    ),
    ...extremes(
      pieces.map(({ powerKw }) => powerKw),
      'MIN_POWER',
      'MAX_POWER',
    ),
  ];
}

/** Nothing where one piece does not tell. */
function extremes(
  values: readonly (Fraction | undefined)[],
  least: PeriodDimension,
  most: PeriodDimension,
): readonly PeriodVolume[] {
  const told = values.filter((value) => value !== undefined).toSorted(compare);
  const [lowest, highest] = [told[0], told.at(-1)];
  if (told.length < values.length || lowest === undefined || highest === undefined) return [];
  return [
    { dimension: least, volume: lowest },
    { dimension: most, volume: highest },
  ];
}
