import { words } from './language.ts';
import { language } from './preferences.ts';

// Numbers and times as people write them where the page is read, instants in the time zone of the site.

const locales = { sv: 'sv-SE', en: 'en-GB' } as const;
const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Making one takes longer than using it a thousand times. */
function kept<T extends Intl.NumberFormat | Intl.DateTimeFormat>(
  name: string,
  make: (locale: string) => T,
): T {
  const key = `${language.value} ${name}`;
  const known = made.get(key);
  // The name says which of the two it is.
  if (known !== undefined) return known as T;
  const fresh = make(locales[language.value]);
  made.set(key, fresh);
  return fresh;
}

export const number = (value: number, digits = 1): string =>
  kept(
    `number ${digits}`,
    (locale) =>
      new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  ).format(Object.is(value, -0) ? 0 : value);

/** A decimal number as the API writes exact ones, with as many digits as it has, or as another one has. */
export const decimal = (text: string, like = text): string =>
  number(Number(text), like.split('.')[1]?.length ?? 0);

/** A figure and its unit stay on one line. */
const withUnit = (figure: string, unit: string): string => `${figure}\u00a0${unit}`;

/** To a tenth, and whole amperes without one: no station is told more precisely. */
export const amps = (value: number): string => {
  const tenths = Math.round(value * 10) / 10;
  return withUnit(number(tenths, Number.isInteger(tenths) ? 0 : 1), 'A');
};
/** Always with a tenth, so that figures under each other keep their columns. */
export const ampsColumn = (value: number): string => number(Math.round(value * 10) / 10);
/** Below a kilowatt-hour in watt-hours, where a tenth would say nothing. */
export const energy = (wattHours: number): string =>
  Math.abs(wattHours) < 1000
    ? withUnit(number(wattHours, 0), 'Wh')
    : withUnit(number(wattHours / 1000), 'kWh');
/** Of an exact number, as bills print it. */
export const kilowattHours = (text: string): string => withUnit(number(Number(text), 2), 'kWh');
export const kilowatts = (watts: number): string => withUnit(number(watts / 1000), 'kW');

const zoned = (name: string, timeZone: string, options: Intl.DateTimeFormatOptions, ms: number): string =>
  kept(`${name} ${timeZone}`, (locale) => new Intl.DateTimeFormat(locale, { ...options, timeZone })).format(
    ms,
  );

export const clockTime = (ms: number, timeZone: string): string =>
  zoned('time', timeZone, { hour: '2-digit', minute: '2-digit' }, ms);
export const clockSeconds = (ms: number, timeZone: string): string =>
  zoned('seconds', timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }, ms);
const day = (ms: number, timeZone: string): string =>
  zoned('day', timeZone, { weekday: 'short', day: 'numeric', month: 'short' }, ms);

/** The time alone when it is today, else with its day. */
export function moment(ms: number, timeZone: string, nowMs: number): string {
  const time = clockTime(ms, timeZone);
  return day(ms, timeZone) === day(nowMs, timeZone) ? time : `${day(ms, timeZone)} ${time}`;
}

/** `42 s`, `3 min`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} ${words.value.days}`;
}

/** What is typed for a number, with comma or point and maybe spaces, as the API writes numbers. */
export const plainNumber = (text: string): string => text.replaceAll(/\s/g, '').replace(',', '.');

/** A number as it is typed; undefined when it is none. */
export function typedNumber(text: string): number | undefined {
  const plain = plainNumber(text);
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined;
}
