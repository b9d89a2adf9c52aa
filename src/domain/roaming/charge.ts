import { chargingPeriods } from '../chargingPeriods.ts';
import { type BilledPeriod, type PeriodDimension, volumeOf } from '../pricing/billedPeriod.ts';
import { billedPeriods, stretchesOf } from '../pricing/billedPeriods.ts';
import type { Cost } from '../pricing/cost.ts';
import { type Fraction, minus, ratio, rounded, sum, zero } from '../pricing/fraction.ts';
import { type CostPart, priceSession, type SessionPrice } from '../pricing/sessionPrice.ts';
import type { PriceRules } from '../pricing/tariff.ts';
import { type Rounding, roundingOf } from '../pricing/words.ts';
import type { SessionRecord } from '../sessionRecord.ts';
import type { Cdr, CdrLocation } from './cdr.ts';
import type { BilledPrice } from './common.ts';
import type { RoamingSession, RoamingSessionStatus } from './session.ts';
import type { Tariff } from './tariff.ts';

/** A charge of a partner's driver: how it stands, and what holds for it as it was when it began. */
export interface RoamingCharge {
  readonly session: RoamingSession;
  readonly location: CdrLocation;
  readonly timeZone: string;
  /** The one that it is billed by; none: it is free. */
  readonly tariffs: readonly Tariff[];
}

/** The charge as the history of its session has it by now. */
export function followed(
  charge: RoamingCharge,
  record: SessionRecord,
  { status, nowMs }: { readonly status: RoamingSessionStatus; readonly nowMs: number },
): RoamingCharge {
  const { startedAtMs, endedAtMs } = record.session;
  const isOver = status === 'COMPLETED' || status === 'INVALID';
  const untilMs = Math.max(startedAtMs, endedAtMs ?? nowMs);
  const periods = periodsOf(charge, record, untilMs);
  const price = priceOf(charge, periods, startedAtMs, isOver ? untilMs : undefined);
  return {
    ...charge,
    session: {
      ...charge.session,
      startedAtMs,
      ...(isOver && { endedAtMs: untilMs }),
      energyKwh: totalOf(periods, 'ENERGY'),
      periods,
      ...(price !== undefined && { totalCost: billed(price.total, price, rulesOf(charge)) }),
      status,
      // Partners ask for what changed from the newest they have: time must not stand still or run back for them.
      lastUpdatedMs: Math.max(nowMs, charge.session.lastUpdatedMs + 1),
    },
  };
}

/** The bill of a charge that is over: made once, and never changed. Throws a RangeError where it cannot be priced. */
export function cdrFrom(charge: RoamingCharge, record: SessionRecord): Cdr {
  const { session, location, tariffs } = charge;
  const { id, startedAtMs, endedAtMs = startedAtMs, periods } = session;
  const { countryCode, partyId, token, authMethod, authorizationReference, currency, lastUpdatedMs } =
    session;
  const price = priceOf(charge, periods, startedAtMs, endedAtMs);
  if (price === undefined) throw new RangeError(`the charge ${id} cannot be priced`);
  const parkedHours = totalOf(periods, 'PARKING_TIME');
  return {
    ...{ countryCode, partyId, id, startedAtMs, endedAtMs, sessionId: id, token, authMethod },
    ...(authorizationReference !== undefined && { authorizationReference }),
    ...{ location, currency, tariffs },
    // There is one at least, also where nothing happened.
    periods: periods.length > 0 ? periods : [{ startMs: startedAtMs, volumes: [noEnergy] }],
    ...costsOf(price, rulesOf(charge)),
    totalEnergyKwh: totalOf(periods, 'ENERGY'),
    totalTimeHours: rounded(ratio(endedAtMs - startedAtMs, hourMs), wireDecimals),
    ...(parkedHours.numerator > 0n && { totalParkingTimeHours: parkedHours }),
    ...(record.marks.length > 0 && { remark: record.marks.join(', ').slice(0, 255) }),
    lastUpdatedMs,
  };
}

const hourMs = 3_600_000;
const wireDecimals = 4;
const noEnergy = { dimension: 'ENERGY', volume: zero } as const;

const totalOf = (periods: readonly BilledPeriod[], dimension: PeriodDimension): Fraction =>
  sum(periods.map((period) => volumeOf(period, dimension) ?? zero));

const rulesOf = ({ session, tariffs: [tariff] }: RoamingCharge): PriceRules =>
  tariff ?? { id: 'free', currency: session.currency, taxIncluded: 'N/A', elements: [] };

function periodsOf(
  charge: RoamingCharge,
  { session, story }: SessionRecord,
  untilMs: number,
): readonly BilledPeriod[] {
  const stretches = stretchesOf(chargingPeriods(story.points, { startedAtMs: session.startedAtMs, untilMs }));
  const { id } = rulesOf(charge);
  return billedPeriods(stretches, rulesOf(charge), charge.timeZone).map((period) =>
    charge.tariffs.length === 0 ? period : { ...period, tariffId: id },
  );
}

function priceOf(
  charge: RoamingCharge,
  periods: readonly BilledPeriod[],
  startMs: number,
  endMs: number | undefined,
): SessionPrice | undefined {
  const tariffs = [rulesOf(charge)];
  const { timeZone } = charge;
  const pricing = priceSession({ startMs, endMs, timeZone, periods, tariffs, reservationExpired: false });
  return pricing.status === 'priced' ? pricing.price : undefined;
}

type Costs = Pick<Cdr, Extract<keyof Cdr, `total${string}Cost`>>;

function costsOf(price: SessionPrice, rules: PriceRules): Costs {
  const part = (name: CostPart): BilledPrice | undefined => {
    const cost = price.parts.get(name);
    return cost && billed(cost, price, rules);
  };
  const [fixed, energy, time, parking] = [part('fixed'), part('energy'), part('time'), part('parking')];
  return {
    totalCost: billed(price.total, price, rules),
    ...(fixed !== undefined && { totalFixedCost: fixed }),
    ...(energy !== undefined && { totalEnergyCost: energy }),
    ...(time !== undefined && { totalTimeCost: time }),
    ...(parking !== undefined && { totalParkingCost: parking }),
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
