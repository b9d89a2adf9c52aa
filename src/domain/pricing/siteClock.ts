import { localTime } from '../localTime.ts';

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const dayMs = 86_400_000;
const dayMinutes = 1440;
/** A hundred days. */
const knownQuartersMax = 9600;

/** What the wall clock of a site shows at an instant. */
export interface WallTime {
  /** Days since 1970-01-01 in local dates. */
  readonly day: number;
  /** 1 is Monday. */
  readonly weekday: number;
  readonly minuteOfDay: number;
}

/** The wall clock of a site; summer time included. */
export interface SiteClock {
  wallTime(atMs: number): WallTime;
  /**
   * The first instant after `atMs` at which the clock shows one of these minutes of the day, or is set forward or
   * back; at most a day later. Undefined for no minutes.
   */
  nextMs(atMs: number, minutesOfDay: readonly number[]): number | undefined;
}

/** Kept, since every session that runs is priced every minute. */
const clocks = new Map<string, SiteClock>();
const clocksMax = 100;

/** Throws a RangeError for a time zone nobody knows. */
export function siteClock(timeZone: string): SiteClock {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const made = newClock(timeZone);
  if (clocks.size >= clocksMax) clocks.clear();
  clocks.set(timeZone, made);
  return made;
}

function newClock(timeZone: string): SiteClock {
  // Time zones change on quarters of an hour, so one offset serves a quarter.
  const offsetsMs = new Map<number, number>();
  const offsetMs = (atMs: number): number => {
    const quarter = Math.floor(atMs / quarterMs);
    const known = offsetsMs.get(quarter);
    if (known !== undefined) return known;
    const startMs = quarter * quarterMs;
    const { day, minuteOfDay } = localTime(timeZone, startMs);
    const foundMs = day * dayMs + minuteOfDay * minuteMs - startMs;
    if (offsetsMs.size >= knownQuartersMax) offsetsMs.clear();
    offsetsMs.set(quarter, foundMs);
    return foundMs;
  };
  offsetMs(0);

  /** The quarter at which the offset becomes another one, between two instants that differ. */
  const changeMs = (fromMs: number, untilMs: number): number => {
    let [low, high] = [Math.floor(fromMs / quarterMs), Math.ceil(untilMs / quarterMs)];
    const before = offsetMs(fromMs);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetMs(middle * quarterMs) === before) low = middle;
      else high = middle;
    }
    return high * quarterMs;
  };

  return {
    wallTime: (atMs) => {
      const localMs = atMs + offsetMs(atMs);
      const day = Math.floor(localMs / dayMs);
      // 1970-01-01 was a Thursday.
      const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
      return { day, weekday, minuteOfDay: Math.floor((localMs - day * dayMs) / minuteMs) };
    },
    nextMs: (atMs, minutesOfDay) => {
      if (minutesOfDay.length === 0) return undefined;
      const localMs = atMs + offsetMs(atMs);
      const sinceMidnightMs = localMs - Math.floor(localMs / dayMs) * dayMs;
      const waitsMs = minutesOfDay.map((minute) => {
        const waitMs = (minute % dayMinutes) * minuteMs - sinceMidnightMs;
        return waitMs > 0 ? waitMs : waitMs + dayMs;
      });
      const nextMs = atMs + Math.min(...waitsMs);
      return offsetMs(nextMs) === offsetMs(atMs) ? nextMs : Math.min(nextMs, changeMs(atMs, nextMs));
    },
  };
}
