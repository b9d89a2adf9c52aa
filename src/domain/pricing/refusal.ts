import { isTimeZone } from '../localTime.ts';
import type { BilledPeriod } from './billedPeriod.ts';
import type { SessionToPrice } from './sessionPrice.ts';

/** 69 days in minutes; more is refused, because somebody sent it to keep us busy. */
export const periodsMax = 100_000;

/** A tariff with a price for every quarter of an hour of ten days has 960. */
export const elementsMax = 1000;

/** Of periods times elements, which is how often restrictions are looked at: some seconds. */
const comparisonsMax = 10_000_000;

const billedDimensions: ReadonlySet<string> = new Set(['ENERGY', 'TIME', 'PARKING_TIME', 'RESERVATION_TIME']);

/** Why a session cannot be priced: what, where, and what to do. Undefined when it can. */
export function refusalOf(session: SessionToPrice): string | undefined {
  const { periods, tariffs, endMs, timeZone } = session;
  if (periods.length > periodsMax) return `${periods.length} charging periods are more than ${periodsMax}`;
  const elements = tariffs.reduce((count, rules) => count + rules.elements.length, 0);
  if (elements > elementsMax) return `${elements} tariff elements are more than ${elementsMax}`;
  if (periods.length * elements > comparisonsMax)
    return `${periods.length} charging periods are too many for a tariff of ${elements} elements`;
  const [first] = tariffs;
  if (first === undefined) return 'no tariff is given';
  const other = tariffs.find(({ currency }) => currency !== first.currency);
  if (other !== undefined) return `tariffs in ${first.currency} and in ${other.currency} cannot be added`;
  if (!isTimeZone(timeZone))
    return `"${timeZone}" is no time zone: give an IANA name such as Europe/Stockholm`;
  const lastMs = periods.at(-1)?.startMs ?? session.startMs;
  return periodRefusal(session) ?? (endMs !== undefined && endMs < lastMs ? endRefusal : undefined);
}

const endRefusal = 'the session ends before its last charging period starts';

function periodRefusal({ periods, tariffs, startMs }: SessionToPrice): string | undefined {
  const ids = new Set(tariffs.map(({ id }) => id));
  let beforeMs = startMs;
  for (const [index, period] of periods.entries()) {
    const where = `charging period ${index + 1}`;
    if (period.startMs < beforeMs) return `${where} starts before the one before it, or before the session`;
    if (period.tariffId !== undefined && !ids.has(period.tariffId))
      return `${where} names the tariff "${period.tariffId}", which is not given`;
    if (hasNegativeVolume(period)) return `${where} has a volume below zero`;
    beforeMs = period.startMs;
  }
  return undefined;
}

const hasNegativeVolume = ({ volumes }: BilledPeriod): boolean =>
  volumes.some(({ dimension, volume }) => volume.numerator < 0n && billedDimensions.has(dimension));
