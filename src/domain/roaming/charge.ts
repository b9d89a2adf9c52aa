import { chargingPeriods } from '../chargingPeriods.ts';
import { type BilledPeriod, type PeriodDimension, volumeOf } from '../pricing/billedPeriod.ts';
import { type BillingTurn, billedPeriods, turnAt } from '../pricing/billedPeriods.ts';
import type { Cost } from '../pricing/cost.ts';
import { type Fraction, minus, ratio, rounded, sum, zero } from '../pricing/fraction.ts';
import { type CostPart, priceSession, type SessionPrice } from '../pricing/sessionPrice.ts';
import { type Stretch, stretchesOf } from '../pricing/stretch.ts';
import type { PriceRules } from '../pricing/tariff.ts';
import { type Rounding, roundingOf } from '../pricing/words.ts';
import type { SessionRecord } from '../sessionRecord.ts';
import type { Cdr, CdrLocation } from './cdr.ts';
import type { BilledPrice } from './common.ts';
import type { RoamingSession, RoamingSessionStatus } from './session.ts';
import { type Tariff, tariffFor } from './tariff.ts';
import type { ProfileType } from './token.ts';

/** A charge of a partner's driver: how it stands, and what holds for it as it was when it began. */
export interface RoamingCharge {
  readonly session: RoamingSession;
  readonly location: CdrLocation;
  readonly timeZone: string;
  /** It is billed by the first, until its driver prefers a profile that has another; none: it is free. */
  readonly tariffs: readonly Tariff[];
  /** When it was another's turn, in order. */
  readonly turns: readonly TariffTurn[];
  /** Its EVSE was kept for it before it began, or in vain. */
  readonly reserved?: { readonly fromMs: number; readonly isExpired: boolean };
  /** Its driver had booked it. */
  readonly bookingId?: string;
}

export interface TariffTurn {
  readonly fromMs: number;
  readonly tariffId: string;
}

/** The charge as the history of its session has it by now. */
export function followed(
  before: RoamingCharge,
  record: SessionRecord,
  { status, nowMs }: { readonly status: RoamingSessionStatus; readonly nowMs: number },
): RoamingCharge {
  const { startedAtMs, endedAtMs, profile } = record.session;
  const charge = status === 'ACTIVE' ? turned(before, profile, nowMs) : before;
  const untilMs = Math.max(startedAtMs, endedAtMs ?? nowMs);
  const charged = stretchesOf(chargingPeriods(record.story.points, { startedAtMs, untilMs }));
  return standing(charge, [...reservedUntil(charge, startedAtMs), ...charged], {
    ...{ startedAtMs: Math.min(startedAtMs, charge.reserved?.fromMs ?? startedAtMs), untilMs, status, nowMs },
  });
}

/** A charge for which an EVSE is kept, and that has not begun: it may never [OCPI 2.2.1 mod_sessions, SessionStatus]. */
export function awaited(
  charge: RoamingCharge & Pick<Required<RoamingCharge>, 'reserved'>,
  { untilMs, status, nowMs }: Omit<Moment, 'startedAtMs'>,
): RoamingCharge {
  const { fromMs } = charge.reserved;
  const endMs = Math.max(fromMs, untilMs);
  return standing(charge, reservedUntil(charge, endMs), {
    ...{ startedAtMs: fromMs, untilMs: endMs, status, nowMs },
  });
}

interface Moment {
  readonly startedAtMs: number;
  /** Its end, or now. */
  readonly untilMs: number;
  readonly status: RoamingSessionStatus;
  readonly nowMs: number;
}

function reservedUntil({ reserved }: RoamingCharge, endMs: number): readonly Stretch[] {
  if (reserved === undefined || reserved.fromMs >= endMs) return [];
  return [{ startMs: reserved.fromMs, endMs, activity: 'reserved', energyKwh: zero }];
}

function standing(
  charge: RoamingCharge,
  stretches: readonly Stretch[],
  { startedAtMs, untilMs, status, nowMs }: Moment,
): RoamingCharge {
  const isOver = status === 'COMPLETED' || status === 'INVALID';
  const periods = periodsOf(charge, stretches);
  const price = priceOf(charge, periods, startedAtMs, isOver ? untilMs : undefined);
  return {
    ...charge,
    session: {
      ...charge.session,
      startedAtMs,
      ...(isOver && { endedAtMs: untilMs }),
      energyKwh: totalOf(periods, 'ENERGY'),
      periods,
      ...(price !== undefined && { totalCost: billed(price.total, price, firstRules(charge)) }),
      status,
      // Partners ask for what changed from the newest they have: time must not stand still or run back for them.
      lastUpdatedMs: Math.max(nowMs, charge.session.lastUpdatedMs + 1),
    },
  };
}

/** The bill of a charge that is over: made once, and never changed. Throws a RangeError where it cannot be priced. */
export function cdrFrom(charge: RoamingCharge, { marks }: Pick<SessionRecord, 'marks'>): Cdr {
  const { session, location } = charge;
  const { id, startedAtMs, endedAtMs = startedAtMs, periods } = session;
  const { countryCode, partyId, token, authMethod, authorizationReference, currency, lastUpdatedMs } =
    session;
  const price = priceOf(charge, periods, startedAtMs, endedAtMs);
  if (price === undefined) throw new RangeError(`the charge ${id} cannot be priced`);
  const parkedHours = totalOf(periods, 'PARKING_TIME');
  return {
    ...{ countryCode, partyId, id, startedAtMs, endedAtMs, sessionId: id, token, authMethod },
    ...(authorizationReference !== undefined && { authorizationReference }),
    ...{ location, currency, tariffs: tariffsUsed(charge) },
    // There is one at least, also where nothing happened.
    periods: periods.length > 0 ? periods : [{ startMs: startedAtMs, volumes: [noEnergy] }],
    ...costsOf(price, firstRules(charge)),
    totalEnergyKwh: totalOf(periods, 'ENERGY'),
    // Of the charge alone: what was reserved is told by itself.
    totalTimeHours: minus(
      rounded(ratio(endedAtMs - startedAtMs, hourMs), wireDecimals),
      totalOf(periods, 'RESERVATION_TIME'),
    ),
    ...(parkedHours.numerator > 0n && { totalParkingTimeHours: parkedHours }),
    ...(marks.length > 0 && { remark: marks.join(', ').slice(0, 255) }),
    ...(charge.bookingId !== undefined && { bookingId: charge.bookingId }),
    lastUpdatedMs,
  };
}

const hourMs = 3_600_000;
const wireDecimals = 4;
const noEnergy = { dimension: 'ENERGY', volume: zero } as const;

const totalOf = (periods: readonly BilledPeriod[], dimension: PeriodDimension): Fraction =>
  sum(periods.map((period) => volumeOf(period, dimension) ?? zero));

/** A driver who changes his mind more often is billed as he was. */
const turnsMax = 100;

/** Billed by the tariff of the profile that the driver prefers now [OCPI 2.2.1 mod_tariffs, TariffType]. */
function turned(charge: RoamingCharge, profile: ProfileType | undefined, nowMs: number): RoamingCharge {
  const { tariffs, turns } = charge;
  const wanted = tariffFor(tariffs, profile);
  const current = turns.at(-1)?.tariffId ?? tariffs[0]?.id;
  if (wanted === undefined || wanted.id === current || turns.length >= turnsMax) return charge;
  return { ...charge, turns: [...turns, { fromMs: nowMs, tariffId: wanted.id }] };
}

const firstRules = ({ session, tariffs: [tariff] }: RoamingCharge): PriceRules =>
  tariff ?? { id: 'free', currency: session.currency, taxIncluded: 'N/A', elements: [] };

function billingOf(charge: RoamingCharge): readonly BillingTurn[] {
  const later = charge.turns.flatMap(({ fromMs, tariffId }) => {
    const rules = charge.tariffs.find(({ id }) => id === tariffId);
    return rules === undefined ? [] : [{ fromMs, rules }];
  });
  return [{ fromMs: Number.NEGATIVE_INFINITY, rules: firstRules(charge) }, ...later];
}

/** Those that it was billed by, as it was told. */
const tariffsUsed = ({ tariffs, turns }: RoamingCharge): readonly Tariff[] =>
  tariffs.filter(({ id }, index) => index === 0 || turns.some(({ tariffId }) => tariffId === id));

function periodsOf(charge: RoamingCharge, stretches: readonly Stretch[]): readonly BilledPeriod[] {
  const billing = billingOf(charge);
  return billedPeriods(stretches, billing, charge.timeZone).map((period) => {
    const tariffId = turnAt(billing, period.startMs)?.rules.id;
    return charge.tariffs.length === 0 || tariffId === undefined ? period : { ...period, tariffId };
  });
}

function priceOf(
  charge: RoamingCharge,
  periods: readonly BilledPeriod[],
  startMs: number,
  endMs: number | undefined,
): SessionPrice | undefined {
  const tariffs = charge.tariffs.length === 0 ? [firstRules(charge)] : tariffsUsed(charge);
  const { timeZone, reserved } = charge;
  const reservationExpired = reserved?.isExpired === true;
  const pricing = priceSession({ startMs, endMs, timeZone, periods, tariffs, reservationExpired });
  return pricing.status === 'priced' ? pricing.price : undefined;
}

type Costs = Pick<Cdr, Extract<keyof Cdr, `total${string}Cost`>>;

function costsOf(price: SessionPrice, rules: PriceRules): Costs {
  const part = (name: CostPart): BilledPrice | undefined => {
    const cost = price.parts.get(name);
    return cost && billed(cost, price, rules);
  };
  const [fixed, energy, time, parking] = [part('fixed'), part('energy'), part('time'), part('parking')];
  const reservation = part('reservation');
  return {
    totalCost: billed(price.total, price, rules),
    ...(fixed !== undefined && { totalFixedCost: fixed }),
    ...(energy !== undefined && { totalEnergyCost: energy }),
    ...(time !== undefined && { totalTimeCost: time }),
    ...(parking !== undefined && { totalParkingCost: parking }),
    ...(reservation !== undefined && { totalReservationCost: reservation }),
  };
}

/** A cost as it is billed: each amount rounded once, the tax is what lies between them. */
function billed(
  { beforeTaxes, afterTaxes }: Cost,
  { taxes }: SessionPrice,
  { currency, taxIncluded }: PriceRules,
): BilledPrice {
  const rounding = roundingOf(currency);
  const before = toPay(beforeTaxes ?? afterTaxes ?? zero, rounding);
  if (beforeTaxes === undefined || afterTaxes === undefined || taxIncluded === 'N/A')
    return { beforeTaxes: before, taxes: [] };
  const [only, ...others] = taxes;
  const percentage = others.length === 0 ? only?.percent : undefined;
  const amount = minus(toPay(afterTaxes, rounding), before);
  return {
    beforeTaxes: before,
    taxes: [{ name: 'VAT', ...(percentage !== undefined && { percentage }), amount }],
  };
}

const toPay = (amount: Fraction, { decimals, mode }: Rounding): Fraction => rounded(amount, decimals, mode);
