import type { Cost } from './cost.ts';
import {
  decimalText,
  dividedBy,
  type Fraction,
  fraction,
  minus,
  type RoundingMode,
  rounded,
  shortText,
  times,
} from './fraction.ts';
import type { DayOfWeek, PriceComponent, Restrictions } from './tariff.ts';

/** How amounts become payable. OCPI leaves it to the parties [OCPI 2.2.1 mod_tariffs, note on rounding]. */
export interface Rounding {
  readonly decimals: number;
  readonly mode: RoundingMode;
}

export interface RoundedCost {
  readonly beforeTaxes: string | undefined;
  readonly taxes: string | undefined;
  readonly afterTaxes: string | undefined;
}

/** Asking Intl takes longer than pricing a session. Names come from partners too: past the bound all are asked for again. */
const roundings = new Map<string, Rounding>();
const roundingsMax = 1_000;

/** The decimals of a currency, ties up: 2 for most and for those nobody knows, 0 for the yen. */
export function roundingOf(currency: string): Rounding {
  const known = roundings.get(currency);
  if (known !== undefined) return known;
  const found: Rounding = { decimals: decimalsOf(currency), mode: 'half-up' };
  if (roundings.size >= roundingsMax) roundings.clear();
  roundings.set(currency, found);
  return found;
}

function decimalsOf(currency: string): number {
  // Intl throws for what is not three letters.
  if (!/^[A-Za-z]{3}$/.test(currency)) return 2;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * A cost as it is billed. Each amount is rounded once, from its exact value; the tax is what lies between the two, so
 * that the three agree on paper.
 */
export function roundedCost({ beforeTaxes, afterTaxes }: Cost, { decimals, mode }: Rounding): RoundedCost {
  const before = beforeTaxes && rounded(beforeTaxes, decimals, mode);
  const after = afterTaxes && rounded(afterTaxes, decimals, mode);
  const told = (amount: Fraction | undefined): string | undefined => amount && decimalText(amount, decimals);
  return {
    beforeTaxes: told(before),
    taxes: told(before && after && minus(after, before)),
    afterTaxes: told(after),
  };
}

/** A price with as many decimals as it needs, two at least: `0.25`, `0.2575`. */
export function priceText(price: Fraction, currency: string): string {
  const short = shortText(price);
  const decimals = Math.max(2, short.split('.')[1]?.length ?? 0);
  return `${decimalText(price, decimals)} ${currency}`;
}

/** `2 h 30 min`, `45 s`. */
export function hoursText(hours: Fraction): string {
  const seconds = Number(decimalText(times(hours, fraction(3600)), 0));
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const;
  const told = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
  return told.length === 0 ? '0 s' : told.join(' ');
}

export const secondsText = (seconds: number): string =>
  hoursText(dividedBy(fraction(seconds), fraction(3600)));

/** What a component's price is for: `per kWh`, `per hour of charging`. */
export function unitText({ dimension }: PriceComponent, isReservation: boolean): string {
  switch (dimension) {
    case 'ENERGY':
      return 'per kWh';
    case 'TIME':
      return isReservation ? 'per hour of reservation' : 'per hour of charging';
    case 'PARKING_TIME':
      return 'per hour of parking without charging';
    case 'FLAT':
      return isReservation ? 'per reservation' : 'per session';
  }
}

const dayNames: Readonly<Record<DayOfWeek, string>> = {
  MONDAY: 'Monday',
  TUESDAY: 'Tuesday',
  WEDNESDAY: 'Wednesday',
  THURSDAY: 'Thursday',
  FRIDAY: 'Friday',
  SATURDAY: 'Saturday',
  SUNDAY: 'Sunday',
};

/** When an element applies, each condition in words. */
export function conditionTexts(restrictions: Restrictions): readonly string[] {
  const { startTime, endTime, startDate, endDate, daysOfWeek, minDurationS, maxDurationS } = restrictions;
  const { minKwh, maxKwh, minCurrentAmps, maxCurrentAmps, minPowerKw, maxPowerKw } = restrictions;
  const amount = (value: Fraction | undefined, before: string, after: string): string | undefined =>
    value && `${before} ${shortText(value)} ${after}`;
  const texts = [
    daysOfWeek.length > 0 ? `on ${daysOfWeek.map((day) => dayNames[day]).join(', ')}` : undefined,
    startTime === endTime ? undefined : `from ${startTime ?? '00:00'} to ${endTime ?? '24:00'}`,
    startDate && `from ${startDate}`,
    endDate && `before ${endDate}`,
    amount(minKwh, 'after the first', 'kWh'),
    amount(maxKwh, 'for the first', 'kWh'),
    minDurationS === undefined ? undefined : `after ${secondsText(minDurationS)}`,
    maxDurationS === undefined ? undefined : `in the first ${secondsText(maxDurationS)}`,
    amount(minCurrentAmps, 'while the car draws', 'A or more'),
    amount(maxCurrentAmps, 'while the car draws less than', 'A'),
    amount(minPowerKw, 'while the car draws', 'kW or more'),
    amount(maxPowerKw, 'while the car draws less than', 'kW'),
    restrictions.reservation === 'RESERVATION_EXPIRES' ? 'if the reservation runs out' : undefined,
    restrictions.booking && `for a booking (${restrictions.booking})`,
  ];
  return texts.filter((text) => text !== undefined && text !== '').map(String);
}
