import { compare, type Fraction } from './fraction.ts';
import type { WallTime } from './siteClock.ts';
import {
  daysOfWeek,
  type PriceComponent,
  type Restrictions,
  type TariffDimension,
  type TariffElement,
} from './tariff.ts';

/** What a quantity was, at least and at most. */
export interface Range {
  readonly least: Fraction;
  readonly most: Fraction;
}

/** What restrictions look at. */
export interface Moment {
  readonly wall: WallTime;
  readonly sinceStartMs: number;
  /** Charged in the session so far. */
  readonly energyKwh: Fraction;
  /** Summed over the phases. Undefined where nobody told, which meets no restriction. */
  readonly amps: Range | undefined;
  readonly powerKw: Range | undefined;
  readonly reservation: 'none' | 'running' | 'expired';
}

/** The component in force for each dimension that has one. A dimension without is free. */
export type Selection = Partial<Record<TariffDimension, PriceComponent>>;

export const isSameSelection = (a: Selection, b: Selection): boolean =>
  a.FLAT === b.FLAT && a.ENERGY === b.ENERGY && a.TIME === b.TIME && a.PARKING_TIME === b.PARKING_TIME;

/** A choice of components, ready to be asked for many moments. */
export type Selector = (moment: Moment) => Selection;

/**
 * Takes for each dimension on its own the first element in the list that prices it and whose restrictions hold
 * [OCPI 2.2.1 mod_tariffs, Tariff object].
 */
export function selectorOf(elements: readonly TariffElement[]): Selector {
  const prepared = elements.map(({ components, restrictions }) => ({
    components,
    holds: conditionOf(restrictions),
    reservation: restrictions?.reservation,
  }));
  // Of two prices for the time of a reservation the one for expired ones counts when it expires, wherever it stands
  // [OCPI 2.2.1 mod_tariffs, ReservationRestrictionType].
  const expiredTimeIsPriced = prepared.some(
    ({ components, reservation }) =>
      reservation === 'RESERVATION_EXPIRES' && components.some(({ dimension }) => dimension === 'TIME'),
  );
  return (moment) => {
    const selection: Selection = {};
    const ignoresReservedTime = expiredTimeIsPriced && moment.reservation === 'expired';
    for (const { components, holds, reservation } of prepared) {
      if (!holds(moment)) continue;
      for (const component of components) {
        const { dimension } = component;
        if (dimension === 'TIME' && ignoresReservedTime && reservation === 'RESERVATION') continue;
        selection[dimension] ??= component;
      }
    }
    return selection;
  };
}

type Condition = (moment: Moment) => boolean;

function conditionOf(restrictions: Restrictions | undefined): Condition {
  if (restrictions === undefined) return ({ reservation }) => reservation === 'none';
  if (restrictions.booking !== undefined) return () => false;
  const conditions = [
    reservationCondition(restrictions),
    ...timeOfDayConditions(restrictions),
    ...dateConditions(restrictions),
    ...amountConditions(restrictions),
  ];
  return (moment) => conditions.every((holds) => holds(moment));
}

function reservationCondition({ reservation: priced }: Restrictions): Condition {
  if (priced === undefined) return ({ reservation }) => reservation === 'none';
  if (priced === 'RESERVATION') return ({ reservation }) => reservation !== 'none';
  return ({ reservation }) => reservation === 'expired';
}

/** From `startTime` up to `endTime`, over midnight where it is not later. Equal times mean the whole day. */
function timeOfDayConditions({ startTime, endTime }: Restrictions): readonly Condition[] {
  if (startTime === endTime) return [];
  const from = minuteOfDay(startTime ?? '00:00');
  const until = minuteOfDay(endTime ?? '00:00');
  if (from < until) return [({ wall }) => wall.minuteOfDay >= from && wall.minuteOfDay < until];
  return [({ wall }) => wall.minuteOfDay >= from || wall.minuteOfDay < until];
}

function dateConditions(restrictions: Restrictions): readonly Condition[] {
  const conditions: Condition[] = [];
  const { startDate, endDate } = restrictions;
  if (startDate !== undefined) {
    const first = dayOf(startDate);
    conditions.push(({ wall }) => wall.day >= first);
  }
  if (endDate !== undefined) {
    const last = dayOf(endDate);
    conditions.push(({ wall }) => wall.day < last);
  }
  if (restrictions.daysOfWeek.length > 0) {
    const weekdays = new Set(restrictions.daysOfWeek.map((name) => daysOfWeek.indexOf(name) + 1));
    conditions.push(({ wall }) => weekdays.has(wall.weekday));
  }
  return conditions;
}

function amountConditions(restrictions: Restrictions): readonly Condition[] {
  const { minKwh, maxKwh, minDurationS, maxDurationS } = restrictions;
  const { minCurrentAmps, maxCurrentAmps, minPowerKw, maxPowerKw } = restrictions;
  const conditions: (Condition | undefined)[] = [
    minKwh && (({ energyKwh }) => compare(energyKwh, minKwh) >= 0),
    maxKwh && (({ energyKwh }) => compare(energyKwh, maxKwh) < 0),
    minDurationS === undefined ? undefined : ({ sinceStartMs }) => sinceStartMs >= minDurationS * 1000,
    maxDurationS === undefined ? undefined : ({ sinceStartMs }) => sinceStartMs < maxDurationS * 1000,
    minCurrentAmps && (({ amps }) => amps !== undefined && compare(amps.least, minCurrentAmps) >= 0),
    maxCurrentAmps && (({ amps }) => amps !== undefined && compare(amps.most, maxCurrentAmps) < 0),
    minPowerKw && (({ powerKw }) => powerKw !== undefined && compare(powerKw.least, minPowerKw) >= 0),
    maxPowerKw && (({ powerKw }) => powerKw !== undefined && compare(powerKw.most, maxPowerKw) < 0),
  ];
  return conditions.filter((condition) => condition !== undefined);
}

/** Where the choice of components may change. */
export interface Thresholds {
  readonly minutesOfDay: readonly number[];
  readonly energyKwh: readonly Fraction[];
  readonly sinceStartMs: readonly number[];
  readonly amps: readonly Fraction[];
  readonly powerKw: readonly Fraction[];
}

export function thresholdsOf(elements: readonly TariffElement[]): Thresholds {
  const all = elements.map(({ restrictions }) => restrictions).filter((each) => each !== undefined);
  const each = <T>(pick: (restrictions: Restrictions) => readonly (T | undefined)[]): readonly T[] =>
    all.flatMap(pick).filter((value) => value !== undefined);
  const times = each(({ startTime, endTime }) => [startTime, endTime]).map(minuteOfDay);
  const changesAtMidnight = all.some(
    (restrictions) =>
      restrictions.daysOfWeek.length > 0 ||
      restrictions.startDate !== undefined ||
      restrictions.endDate !== undefined ||
      // One of the two alone reaches to midnight.
      (restrictions.startTime === undefined) !== (restrictions.endTime === undefined),
  );
  return {
    minutesOfDay: [...new Set([...times, ...(changesAtMidnight ? [0] : [])])],
    energyKwh: each(({ minKwh, maxKwh }) => [minKwh, maxKwh]),
    sinceStartMs: each(({ minDurationS, maxDurationS }) => [minDurationS, maxDurationS]).map(
      (seconds) => seconds * 1000,
    ),
    amps: each(({ minCurrentAmps, maxCurrentAmps }) => [minCurrentAmps, maxCurrentAmps]),
    powerKw: each(({ minPowerKw, maxPowerKw }) => [minPowerKw, maxPowerKw]),
  };
}

/** Minutes since midnight of `HH:MM`. */
function minuteOfDay(text: string): number {
  const [hours = '', minutes = ''] = text.split(':');
  return 60 * Number(hours) + Number(minutes);
}

const dayOf = (date: string): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
