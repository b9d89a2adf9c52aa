import type { PeriodDimension, PeriodVolume } from './billedPeriod.ts';
import { compare, type Fraction, minus, plus, ratio, rounded, sum, zero } from './fraction.ts';
import type { Activity, Stretch } from './stretch.ts';

const wireDecimals = 4;

const timeDimensions: Readonly<Record<Activity, PeriodDimension | undefined>> = {
  reserved: 'RESERVATION_TIME',
  charging: 'TIME',
  parked: 'PARKING_TIME',
  withheld: undefined,
};

type Meter = (dimension: PeriodDimension, volume: Fraction) => Fraction;

/** Rounds the running total of each dimension, and tells by how much it grew. */
export function roundingMeter(): Meter {
  const totals = new Map<PeriodDimension, Fraction>();
  return (dimension, volume) => {
    const before = totals.get(dimension) ?? zero;
    const after = plus(before, volume);
    totals.set(dimension, after);
    return minus(rounded(after, wireDecimals), rounded(before, wireDecimals));
  };
}

const hourMs = 3_600_000;

/** What a charging period tells of its pieces, in all of which one thing went on. */
export function volumesOf(pieces: readonly Stretch[], meter: Meter): readonly PeriodVolume[] {
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
