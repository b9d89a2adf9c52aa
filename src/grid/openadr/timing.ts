import { createHash } from 'node:crypto';
import { instantMs } from '../../domain/instant.ts';
import { type Duration, durationOf, instantAfter } from './duration.ts';
import type { EventInterval, OpenAdrEvent, Payload, Period, Reading } from './model.ts';

/** An interval with its times: [fromMs, untilMs), Infinity where it does not end. */
export interface TimedInterval {
  /** Position in the event, from 0: ids of intervals need not be unique. */
  readonly index: number;
  readonly id: number;
  /** How often the event has looped before. */
  readonly cycle: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly payloads: readonly Payload[];
}

export interface TimingInput {
  readonly event: OpenAdrEvent;
  readonly venName: string;
  /** When we first had it: the "now" of an event that has no instant of its own. */
  readonly heardAtMs: number;
  /** Only intervals that touch [fromMs, untilMs) are of interest. */
  readonly window: { readonly fromMs: number; readonly untilMs: number };
  readonly intervalsMax: number;
}

export interface Timing {
  readonly intervals: readonly TimedInterval[];
  /** There are more than `intervalsMax` in the window; the latest are missing. */
  readonly isTruncated: boolean;
}

/**
 * When the intervals of an event are [OpenADR 3.1 User Guide 7.3, 7.4], or why they cannot be known.
 *
 * An interval's own period overrides the event's; one without a start follows the one before. An event whose start is
 * "now" started when the VTN last changed it, so that every VEN, and this one after a restart, means the same instant.
 * Without a duration an interval lasts until the next one that has a start, or for ever: a limit is not dropped because
 * its end was forgotten.
 */
export function timing(input: TimingInput): Reading<Timing> {
  const { event } = input;
  const placed = placedIntervals(input);
  if (placed.status === 'unreadable') return placed;
  const first = placed.value[0];
  if (first === undefined) return { status: 'read', value: { intervals: [], isTruncated: false } };

  let spanEndMs: number | undefined;
  if (event.duration !== undefined) {
    const duration = durationOf(event.duration);
    if (duration === undefined || duration.isNegative) return notADuration('duration', event.duration);
    spanEndMs = instantAfter(first.fromMs, duration);
  }
  return { status: 'read', value: looped(placed.value, first.fromMs, spanEndMs, input) };
}

/** The payload's values over the interval: several values share it in equal parts [User Guide 7.3, multi-valued payloads]. */
export function parts(
  interval: Pick<TimedInterval, 'fromMs' | 'untilMs'>,
  valueCount: number,
): readonly { readonly fromMs: number; readonly untilMs: number }[] {
  const { fromMs, untilMs } = interval;
  if (valueCount === 1 || untilMs === Number.POSITIVE_INFINITY) return [{ fromMs, untilMs }];
  const at = (part: number): number => Math.round(fromMs + ((untilMs - fromMs) * part) / valueCount);
  return Array.from({ length: valueCount }, (_, part) => ({ fromMs: at(part), untilMs: at(part + 1) }));
}

type Placed = Omit<TimedInterval, 'cycle'>;

function placedIntervals({ event, venName, heardAtMs }: TimingInput): Reading<readonly Placed[]> {
  const nowMs = event.modifiedAtMs ?? event.createdAtMs ?? heardAtMs;
  const placed: Placed[] = [];
  let shiftMs = 0;
  /** Not shifted, so that rounding and re-drawn shifts do not add up. */
  let previousEndMs: number | undefined;

  for (const [index, interval] of event.intervals.entries()) {
    const start = startOf(event.period, interval.period, previousEndMs, nowMs);
    if (start.status === 'unreadable') return start;
    const randomizeStart =
      interval.period?.randomizeStart ?? (index === 0 ? event.period?.randomizeStart : undefined);
    if (randomizeStart !== undefined) {
      const drawn = drawnShiftMs(
        randomizeStart,
        index === 0 ? [venName, event.id] : [venName, event.id, `${index}`],
      );
      if (drawn === undefined) return notADuration('randomizeStart', randomizeStart);
      shiftMs = drawn;
    }
    const end = endOf(event, index, start.value);
    if (end.status === 'unreadable') return end;
    // What follows something endless never comes.
    if (start.value === Number.POSITIVE_INFINITY) break;
    const { id, payloads } = interval;
    placed.push({ index, id, payloads, fromMs: start.value + shiftMs, untilMs: end.value + shiftMs });
    previousEndMs = end.value;
  }
  return { status: 'read', value: placed };
}

function startOf(
  outer: Period | undefined,
  own: Period | undefined,
  previousEndMs: number | undefined,
  nowMs: number,
): Reading<number> {
  const given = own?.start === undefined ? undefined : instantOrNow(own.start);
  if (given === 'unreadable') return notAnInstant(own?.start);
  if (typeof given === 'number') return { status: 'read', value: given };
  if (previousEndMs !== undefined) return { status: 'read', value: previousEndMs };
  const whole = outer?.start === undefined ? 'now' : instantOrNow(outer.start);
  if (whole === 'unreadable') return notAnInstant(outer?.start);
  return { status: 'read', value: whole === 'now' ? nowMs : whole };
}

function endOf(event: OpenAdrEvent, index: number, startMs: number): Reading<number> {
  const text = event.intervals[index]?.period?.duration ?? event.period?.duration;
  if (text === undefined) return { status: 'read', value: nextStart(event.intervals, index) };
  const duration = durationOf(text);
  if (duration === undefined || duration.isNegative) return notADuration('duration', text);
  return { status: 'read', value: instantAfter(startMs, duration) };
}

function nextStart(intervals: readonly EventInterval[], index: number): number {
  for (const { period } of intervals.slice(index + 1)) {
    const start = period?.start === undefined ? undefined : instantOrNow(period.start);
    if (typeof start === 'number') return start;
  }
  return Number.POSITIVE_INFINITY;
}

/** "0001-01-01" and "0001-01-01T00:00:00" are "now", or "right after the one before" [User Guide 7.3]. */
const beginningOfTime = /^0001-01-01(T00:00:00(\.0+)?(Z|[+-]00:00)?)?$/;

function instantOrNow(text: string): number | 'now' | 'unreadable' {
  if (beginningOfTime.test(text)) return 'now';
  return instantMs(text) ?? 'unreadable';
}

/**
 * Uniform in ±|randomizeStart|, the same on every reading of the same event by the same VEN, after a restart too: a
 * start that was drawn anew at each poll would never come or come twice.
 */
export function drawnShiftMs(randomizeStart: string, key: readonly string[]): number | undefined {
  const duration = durationOf(randomizeStart);
  if (duration === undefined || duration.isEndless) return undefined;
  const widthMs = lengthMs(duration);
  const digest = createHash('sha256').update(JSON.stringify(key)).digest();
  const uniform = digest.readUIntBE(0, 6) / 2 ** 48;
  return Math.round((2 * uniform - 1) * widthMs);
}

const lengthMs = (duration: Duration): number => instantAfter(0, { ...duration, isNegative: false });

/** The intervals within the window, looped or cut by the duration of the whole event. */
function looped(
  placed: readonly Placed[],
  firstMs: number,
  spanEndMs: number | undefined,
  { window, intervalsMax }: TimingInput,
): Timing {
  const lastEndMs = Math.max(...placed.map(({ untilMs }) => untilMs));
  const cycleMs = lastEndMs - firstMs;
  const doesLoop = spanEndMs !== undefined && spanEndMs > lastEndMs && cycleMs > 0;
  const firstCycle = doesLoop ? Math.max(0, Math.floor((window.fromMs - firstMs) / cycleMs)) : 0;
  const intervals: TimedInterval[] = [];
  // The bound on cycles is for intervals of no length, which fill no list however often they come.
  for (let cycle = firstCycle; cycle <= firstCycle + intervalsMax; cycle += 1) {
    const offsetMs = cycle * (doesLoop ? cycleMs : 0);
    if (doesLoop && firstMs + offsetMs >= Math.min(spanEndMs, window.untilMs)) break;
    for (const each of placed) {
      const fromMs = each.fromMs + offsetMs;
      const untilMs = Math.min(each.untilMs + offsetMs, spanEndMs ?? Number.POSITIVE_INFINITY);
      if (untilMs <= Math.max(fromMs, window.fromMs) || fromMs >= window.untilMs) continue;
      if (intervals.length === intervalsMax) return { intervals, isTruncated: true };
      intervals.push({ ...each, cycle, fromMs, untilMs });
    }
    if (!doesLoop) break;
  }
  return { intervals, isTruncated: false };
}

const notAnInstant = (text: string | undefined): Reading<never> => ({
  status: 'unreadable',
  why: `start "${text}" is not an instant with a zone`,
});
const notADuration = (field: string, text: string): Reading<never> => ({
  status: 'unreadable',
  why: `${field} "${text}" is not a duration of ISO 8601`,
});
