import type { BilledPeriod } from './billedPeriod.ts';
import { compare, dividedBy, type Fraction, minus, plus, ratio, rounded, times, zero } from './fraction.ts';
import { roundingMeter, volumesOf } from './periodVolumes.ts';
import {
  isSameSelection,
  type Moment,
  type Selection,
  type Selector,
  selectorOf,
  type Thresholds,
  thresholdsOf,
} from './restrictions.ts';
import { siteClock } from './siteClock.ts';
import type { Stretch } from './stretch.ts';
import type { PriceRules } from './tariff.ts';

/** What a session is billed by from an instant on. */
export interface BillingTurn {
  readonly fromMs: number;
  readonly rules: PriceRules;
}

/** Of several in order, the one that holds at an instant. */
export const turnAt = <Turn extends { readonly fromMs: number }>(
  turns: readonly Turn[],
  atMs: number,
): Turn | undefined => turns.findLast(({ fromMs }) => fromMs <= atMs) ?? turns[0];

/**
 * The periods by which a session is billed: a new one at every moment at which another price comes into force, interpolated
 * where nobody measured at that moment [OCPI 2.2.1 mod_cdrs, ChargingPeriod], and whenever the car did something
 * else. Volumes have the four decimals of the wire and are rounded so that their sums stay true: whoever reads them
 * comes to the same price. Another tariff may come into force in the course of it.
 */
export function billedPeriods(
  stretches: readonly Stretch[],
  billing: readonly BillingTurn[],
  timeZone: string,
): readonly BilledPeriod[] {
  const pieces = piecesOf(stretches, billing, timeZone);
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

/** A tariff in force, ready to be asked. */
interface Reader {
  readonly fromMs: number;
  readonly select: Selector;
  readonly thresholds: Thresholds;
}

interface Piece extends Stretch {
  readonly reader: Reader;
  readonly selection: Selection;
}

/** The stretches, cut wherever a threshold of the tariff is crossed, or another tariff comes into force. */
function piecesOf(
  stretches: readonly Stretch[],
  billing: readonly BillingTurn[],
  timeZone: string,
): readonly Piece[] {
  const clock = siteClock(timeZone);
  const readers = billing.map(
    ({ fromMs, rules: { elements } }): Reader => ({
      fromMs,
      select: selectorOf(elements),
      thresholds: thresholdsOf(elements),
    }),
  );
  const chargingFromMs = stretches.find(({ activity }) => activity !== 'reserved')?.startMs ?? 0;
  const pieces: Piece[] = [];
  let energyKwh = zero;
  for (const stretch of stretches) {
    let rest: Stretch | undefined = stretch;
    while (rest !== undefined) {
      const { startMs }: Stretch = rest;
      const reader = turnAt(readers, startMs);
      if (reader === undefined) return [];
      const { thresholds, select } = reader;
      const timesMs = [
        ...readers.map(({ fromMs }) => fromMs),
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
      pieces.push({ ...piece, reader, selection: select(moment) });
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
  a.activity === b.activity && a.reader === b.reader && isSameSelection(a.selection, b.selection);
