/** What the clock on the wall of a site shows. */
export interface LocalTime {
  /** 1 is January. */
  readonly month: number;
  /** 1 is Monday. */
  readonly weekday: number;
  readonly minuteOfDay: number;
  /** Days since 1970-01-01 in local dates: the same number, the same day. */
  readonly day: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** One for each time zone: making one takes longer than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();
/** More than any config names. Partners name zones as well, in small letters and large: each way is one, of 50 kB. */
const formatsMax = 128;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  if (formats.size >= formatsMax) formats.clear();
  formats.set(timeZone, format);
  return format;
}

/** Whether this is the IANA name of a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Local time at an instant; summer time included. */
export function localTime(timeZone: string, atMs: number): LocalTime {
  const found = new Map(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => found.get(type) ?? 0;
  const dateMs = Date.UTC(part('year'), part('month') - 1, part('day'));
  return {
    month: part('month'),
    // `getUTCDay` counts from Sunday.
    weekday: ((new Date(dateMs).getUTCDay() + 6) % 7) + 1,
    minuteOfDay: 60 * part('hour') + part('minute'),
    day: Math.floor(dateMs / dayMs),
  };
}

/** Hours of certain days and months: when a price or a charge applies. */
export interface LocalWindow {
  /** All when empty. */
  readonly months: readonly number[];
  /** All when empty. 1 is Monday. */
  readonly weekdays: readonly number[];
  readonly fromMinute: number;
  /** Not included. At or before `fromMinute`: the next day; the days are those on which it begins. */
  readonly untilMinute: number;
}

/** Whether a local time lies in a window. */
export function isWithin(window: LocalWindow, local: LocalTime): boolean {
  const { fromMinute, untilMinute } = window;
  const { minuteOfDay } = local;
  if (fromMinute < untilMinute)
    return minuteOfDay >= fromMinute && minuteOfDay < untilMinute && isDay(window, local);
  if (minuteOfDay >= fromMinute) return isDay(window, local);
  return minuteOfDay < untilMinute && isDay(window, dayBefore(local));
}

const isDay = ({ months, weekdays }: LocalWindow, { month, weekday }: LocalTime): boolean =>
  (months.length === 0 || months.includes(month)) && (weekdays.length === 0 || weekdays.includes(weekday));

function dayBefore(local: LocalTime): LocalTime {
  const date = new Date((local.day - 1) * dayMs);
  return {
    ...local,
    day: local.day - 1,
    month: date.getUTCMonth() + 1,
    weekday: ((local.weekday + 5) % 7) + 1,
  };
}

/** What the clock on the wall shows at an instant, counted as if it were UTC. */
export function wallClockMs(timeZone: string, atMs: number): number {
  const { day, minuteOfDay } = localTime(timeZone, atMs);
  const sinceMinuteMs = ((atMs % minuteMs) + minuteMs) % minuteMs;
  return day * dayMs + minuteOfDay * minuteMs + sinceMinuteMs;
}

/**
 * The instant at which the clock on the wall shows this. What it shows twice, when it is put back, is the first time;
 * what it never shows, when it is put forward, is as long after the change as it is after the hour that is left out.
 */
export function instantOfLocal(timeZone: string, shownMs: number): number {
  const aheadMs = (atMs: number): number => wallClockMs(timeZone, atMs) - atMs;
  // No place changes its clock twice within two days.
  const before = shownMs - aheadMs(shownMs - dayMs);
  const after = shownMs - aheadMs(shownMs + dayMs);
  const isShownAt = (atMs: number): boolean => wallClockMs(timeZone, atMs) === shownMs;
  return !isShownAt(before) && isShownAt(after) ? after : before;
}
