import type { Fraction } from './fraction.ts';

/** What a price is for. Words and units of OCPI: kWh, once, hours charging, hours not asking for power. */
export type TariffDimension = 'ENERGY' | 'FLAT' | 'TIME' | 'PARKING_TIME';

export type DayOfWeek = 'MONDAY' | 'TUESDAY' | 'WEDNESDAY' | 'THURSDAY' | 'FRIDAY' | 'SATURDAY' | 'SUNDAY';

/** From Monday: the order of `LocalTime.weekday`, which counts from 1. */
export const daysOfWeek: readonly DayOfWeek[] = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
];

export interface PriceComponent {
  readonly dimension: TariffDimension;
  /** Per kWh, per hour, or once. With or without taxes: the tariff says. */
  readonly price: Fraction;
  /** No VAT applies, or none is told, where it is missing. That is not 0 %. */
  readonly vatPercent?: Fraction;
  /** Volumes are billed in steps of so many Wh or seconds; 0, in the specification's own free tariff, is none. */
  readonly stepSize: number;
}

/** When an element applies: all that is set must hold at the moment. */
export interface Restrictions {
  /** `HH:MM` on the site's clock. */
  readonly startTime?: string;
  /** Not included; at or before `startTime`: the next day. */
  readonly endTime?: string;
  /** `YYYY-MM-DD` on the site's clock. */
  readonly startDate?: string;
  /** Not included. */
  readonly endDate?: string;
  /** Of the whole session so far. */
  readonly minKwh?: Fraction;
  /** Not included, as all that begin with `max`. */
  readonly maxKwh?: Fraction;
  /** Amps summed over the phases, at the moment. */
  readonly minCurrentAmps?: Fraction;
  readonly maxCurrentAmps?: Fraction;
  readonly minPowerKw?: Fraction;
  readonly maxPowerKw?: Fraction;
  /** Since the session began, also for the price of parking. */
  readonly minDurationS?: number;
  readonly maxDurationS?: number;
  /** Any day when empty. */
  readonly daysOfWeek: readonly DayOfWeek[];
  /** The element prices a reservation, and nothing else. */
  readonly reservation?: 'RESERVATION' | 'RESERVATION_EXPIRES';
  /** The element prices a booking of OCPI's Bookings module: no part of a session ever meets it. */
  readonly booking?: string;
}

export interface TariffElement {
  readonly components: readonly PriceComponent[];
  readonly restrictions?: Restrictions;
}

/** A bound on the price of a session. Each amount is a bound of its own. */
export interface PriceBound {
  readonly beforeTaxes: Fraction;
  readonly afterTaxes?: Fraction;
}

/** Whether the prices of a tariff contain taxes; `N/A` where no tax applies. */
export type TaxIncluded = 'YES' | 'NO' | 'N/A';

/** What pricing needs of a tariff. */
export interface PriceRules {
  readonly id: string;
  readonly currency: string;
  readonly taxIncluded: TaxIncluded;
  readonly minPrice?: PriceBound;
  readonly maxPrice?: PriceBound;
  /** For each dimension the first that applies counts. */
  readonly elements: readonly TariffElement[];
}
