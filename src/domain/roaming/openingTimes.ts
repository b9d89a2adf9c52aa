import { instantOfLocal, localTime } from '../localTime.ts';
import type { BookedSpan } from './booking.ts';
import type { OpeningTimes } from './location.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** When a place is closed, between two instants. */
export type ClosedTimes = (fromMs: number, untilMs: number) => readonly BookedSpan[];

/**
 * What is not open: exceptional openings come beside the regular hours, and exceptional closings override both
 * [OCPI 2.2.1 mod_locations, Hours class]. The last answer is kept: all EVSEs of a site ask for the same days.
 */
export function closedTimes(times: OpeningTimes, timeZone: string): ClosedTimes {
  let last: { readonly key: string; readonly spans: readonly BookedSpan[] } | undefined;
  return (fromMs, untilMs) => {
    const key = `${fromMs} ${untilMs}`;
    if (last?.key !== key) last = { key, spans: closed(times, timeZone, fromMs, untilMs) };
    return last.spans;
  };
}

function closed(
  times: OpeningTimes,
  timeZone: string,
  fromMs: number,
  untilMs: number,
): readonly BookedSpan[] {
  const { isAlwaysOpen, exceptionalOpenings, exceptionalClosings } = times;
  const open = isAlwaysOpen
    ? [{ startMs: fromMs, endMs: untilMs }]
    : [...regularSpans(times, timeZone, fromMs, untilMs), ...exceptionalOpenings.map(spanOf)];
  const shut: BookedSpan[] = [];
  let openUntilMs = fromMs;
  const end = { startMs: untilMs, endMs: untilMs };
  for (const { startMs, endMs } of [...open.toSorted((a, b) => a.startMs - b.startMs), end]) {
    const nextMs = Math.min(startMs, untilMs);
    if (nextMs > openUntilMs) shut.push({ startMs: openUntilMs, endMs: nextMs });
    openUntilMs = Math.max(openUntilMs, endMs);
  }
  return [...shut, ...exceptionalClosings.map(spanOf)].filter(
    ({ startMs, endMs }) => endMs > fromMs && startMs < untilMs,
  );
}

const spanOf = ({ fromMs, untilMs }: OpeningTimes['exceptionalOpenings'][number]): BookedSpan => ({
  startMs: fromMs,
  endMs: untilMs,
});

/** An end at or before its begin is on the next day: 00:00 is the end of the day. */
function regularSpans(
  { regularHours }: OpeningTimes,
  timeZone: string,
  fromMs: number,
  untilMs: number,
): readonly BookedSpan[] {
  const first = localTime(timeZone, fromMs).day - 1;
  const days = Math.ceil((untilMs - fromMs) / dayMs) + 3;
  return Array.from({ length: days }, (_, index) => first + index).flatMap((day) => {
    // 1970-01-01 was a Thursday.
    const weekday = ((day + 3) % 7) + 1;
    return regularHours
      .filter((hours) => hours.weekday === weekday)
      .map(({ from, until }) => {
        const [begin, end] = [minuteOf(from), minuteOf(until)];
        const at = (shownDay: number, minute: number): number =>
          instantOfLocal(timeZone, shownDay * dayMs + minute * minuteMs);
        return { startMs: at(day, begin), endMs: at(end > begin ? day : day + 1, end) };
      });
  });
}

const minuteOf = (time: string): number => 60 * Number(time.slice(0, 2)) + Number(time.slice(3));
