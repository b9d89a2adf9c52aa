import { compare, type Fraction } from './fraction.ts';
import { isSameSelection, type Moment, type Range, type Selector, type Thresholds } from './restrictions.ts';
import type { SiteClock } from './siteClock.ts';

/** A period and where it leads, to be asked whether one price held in it. */
export interface Span {
  readonly clock: SiteClock;
  readonly thresholds: Thresholds;
  readonly select: Selector;
  /** At its start. */
  readonly moment: Moment;
  readonly startMs: number;
  readonly end: { readonly atMs: number | undefined; readonly energyKwh: Fraction };
}

/** Looked at in one period: enough to find a difference, and a bound on the work. */
const changesMax = 16;

/** Whether other components come into force before a period ends than were in force when it started. */
export function mayChange(span: Span): boolean {
  const { select, moment } = span;
  const before = select(moment);
  const differs = (later: Partial<Moment>): boolean =>
    !isSameSelection(select({ ...moment, ...later }), before);
  return momentsWithin(span).some(differs);
}

/** What becomes different at each threshold that lies within the period. */
function momentsWithin(span: Span): readonly Partial<Moment>[] {
  const { thresholds, moment, startMs, end } = span;
  const lengthMs = (end.atMs ?? startMs) - startMs;
  const durations = thresholds.sinceStartMs
    .filter((atMs) => atMs > moment.sinceStartMs && atMs < moment.sinceStartMs + lengthMs)
    .map((sinceStartMs) => ({ sinceStartMs }));
  const energies = thresholds.energyKwh
    .filter((kwh) => compare(kwh, moment.energyKwh) > 0 && compare(kwh, end.energyKwh) < 0)
    .map((energyKwh) => ({ energyKwh }));
  const amps = outermost(thresholds.amps, moment.amps).map((range) => ({ amps: range }));
  const powers = outermost(thresholds.powerKw, moment.powerKw).map((range) => ({ powerKw: range }));
  return [...wallTimesWithin(span), ...durations, ...energies, ...amps, ...powers];
}

function wallTimesWithin({ clock, thresholds, startMs, end }: Span): readonly Partial<Moment>[] {
  const found: Partial<Moment>[] = [];
  let atMs = clock.nextMs(startMs, thresholds.minutesOfDay);
  while (atMs !== undefined && atMs < (end.atMs ?? startMs) && found.length < changesMax) {
    found.push({ wall: clock.wallTime(atMs) });
    atMs = clock.nextMs(atMs, thresholds.minutesOfDay);
  }
  return found;
}

/** The least and the most of a range as moments of their own, where a threshold divides it. */
function outermost(thresholds: readonly Fraction[], range: Range | undefined): readonly Range[] {
  if (range === undefined) return [];
  const { least, most } = range;
  const isDivided = thresholds.some((limit) => compare(least, limit) < 0 && compare(limit, most) <= 0);
  return isDivided ? [least, most].map((each) => ({ least: each, most: each })) : [];
}
