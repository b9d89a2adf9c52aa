import type { ChargingProfile, ProfilePeriod, ProfilePurpose, ProfileSchedule } from './chargingProfile.ts';
import { changesWithin, type ProfileMoment, periodAt } from './profileTiming.ts';

/** What a composite schedule is worked out for. */
export interface CompositeQuery extends ProfileMoment {
  readonly fromMs: number;
  readonly durationS: number;
  readonly unit: 'A' | 'W';
  readonly phaseVolts: number;
  /** One EVSE, or all of a station for what they may take together. */
  readonly evses: readonly EvseNow[];
}

export interface EvseNow {
  readonly number: number;
  /** Line conductors; 1 for a DC output, whose amps are not those of a phase. */
  readonly conductorCount: number;
  readonly transactionId: string | undefined;
  /** Its transaction was given priority [OCPP 2.1 K21]. */
  readonly hasPriority: boolean;
  readonly stateOfChargePercent: number | undefined;
}

/** What may be taken; undefined where no profile says anything and the hardware decides. */
interface Bound {
  readonly limit: number | undefined;
  /** What may be given back, 0 or negative; undefined where nobody speaks of it. */
  readonly dischargeLimit: number | undefined;
  /** The profile that binds. */
  readonly profileId: number | undefined;
}

export interface CompositePeriod extends Bound {
  readonly fromMs: number;
}

/**
 * What the profiles of a station allow from `fromMs` on, as periods that differ from their neighbours.
 *
 * Within a purpose the highest stack level that speaks leads, and a lower one fills its gaps. A transaction's own
 * profile takes the place of the default, and one of priority that of both. The station's maximum and constraints from
 * outside lower what comes out. What the site generates itself is added on top [OCPP 2.1 part 2, section K].
 */
export function compositeSchedule(
  profiles: readonly ChargingProfile[],
  query: CompositeQuery,
): readonly CompositePeriod[] {
  const { fromMs } = query;
  const toMs = fromMs + query.durationS * 1000;
  const instants = new Set([fromMs]);
  for (const profile of profiles) {
    for (const atMs of changesWithin(profile, query, { fromMs, toMs })) instants.add(atMs);
  }
  const periods: CompositePeriod[] = [];
  for (const atMs of [...instants].sort((a, b) => a - b)) {
    const bound = allowedAt(profiles, query, atMs);
    const last = periods.at(-1);
    const isSame = last?.limit === bound.limit && last?.dischargeLimit === bound.dischargeLimit;
    if (last === undefined || !isSame) periods.push({ fromMs: atMs, ...bound });
  }
  return periods;
}

/** What they allow at one instant. */
export function allowedAt(profiles: readonly ChargingProfile[], query: CompositeQuery, atMs: number): Bound {
  const lead = (purpose: ProfilePurpose, numbers: readonly number[], evse: EvseNow): Bound | undefined =>
    leading(profiles, { query, purpose, numbers, evse, atMs });
  const ofSession = (evse: EvseNow): Bound => {
    const numbers = [evse.number, 0];
    const own =
      (evse.hasPriority ? lead('priority', numbers, evse) : undefined) ??
      (evse.transactionId === undefined ? undefined : lead('transaction', numbers, evse)) ??
      lead('transaction default', numbers, evse);
    return lowest([own, lead('external constraints', [evse.number], evse)]);
  };
  const asWhole = wholeOf(query.evses);
  const bound = lowest([
    sumOf(query.evses.map(ofSession)),
    lead('station maximum', [0], asWhole),
    lead('external constraints', [0], asWhole),
  ]);
  const generated = [asWhole, ...query.evses].map((evse) => lead('local generation', [evse.number], evse));
  const extra = generated.reduce((sum, each) => sum + (each?.limit ?? 0), 0);
  return bound.limit === undefined ? bound : { ...bound, limit: bound.limit + extra };
}

/** A station speaks as one with as many conductors as its largest EVSE. */
const wholeOf = (evses: readonly EvseNow[]): EvseNow => ({
  number: 0,
  conductorCount: Math.max(0, ...evses.map(({ conductorCount }) => conductorCount)) || 3,
  transactionId: undefined,
  hasPriority: false,
  stateOfChargePercent: undefined,
});

interface Led {
  readonly query: CompositeQuery;
  readonly purpose: ProfilePurpose;
  /** Of the EVSEs whose profiles count, the most particular first. */
  readonly numbers: readonly number[];
  readonly evse: EvseNow;
  readonly atMs: number;
}

/** What the highest stack level says; at the same level the EVSE's own profile goes before the station's. */
function leading(
  profiles: readonly ChargingProfile[],
  { query, purpose, numbers, evse, atMs }: Led,
): Bound | undefined {
  let leader: { readonly profile: ChargingProfile; readonly period: ProfilePeriod } | undefined;
  for (const profile of profiles) {
    if (profile.purpose !== purpose || !numbers.includes(profile.evseNumber)) continue;
    if (purpose === 'transaction' && (profile.transactionId ?? evse.transactionId) !== evse.transactionId)
      continue;
    if (leader !== undefined && !goesBefore(profile, leader.profile, numbers)) continue;
    const period = periodAt(profile, query, atMs);
    if (period !== undefined) leader = { profile, period };
  }
  return leader && boundOf(leader.profile, leader.period, query, evse);
}

function goesBefore(a: ChargingProfile, b: ChargingProfile, numbers: readonly number[]): boolean {
  if (a.stackLevel !== b.stackLevel) return a.stackLevel > b.stackLevel;
  return numbers.indexOf(a.evseNumber) < numbers.indexOf(b.evseNumber);
}

function boundOf(
  { id, schedule }: ChargingProfile,
  period: ProfilePeriod,
  query: CompositeQuery,
  evse: EvseNow,
): Bound {
  const scale = scaleOf(schedule, period, query, evse);
  const limits = [limitOf(period), fullCarLimit(schedule, evse)].filter((each) => each !== undefined);
  const dischargeLimit = period.mode === 'idle' ? 0 : period.dischargeLimit;
  return {
    limit: limits.length === 0 ? undefined : scale * Math.min(...limits),
    dischargeLimit: dischargeLimit === undefined ? undefined : scale * dischargeLimit,
    profileId: id,
  };
}

/** What it bounds taking by. A setpoint alone is its own bound; one below 0 lets nothing be taken. */
function limitOf({ limit, setpoint, mode }: ProfilePeriod): number | undefined {
  if (mode === 'idle') return 0;
  if (mode !== 'central setpoint' || setpoint === undefined) return limit;
  return Math.min(limit ?? Number.POSITIVE_INFINITY, Math.max(0, setpoint));
}

const fullCarLimit = ({ fullCar }: ProfileSchedule, evse: EvseNow): number | undefined =>
  fullCar !== undefined && (evse.stateOfChargePercent ?? 0) >= fullCar.stateOfChargePercent
    ? fullCar.limit
    : undefined;

/** Watts are shared by the phases the period speaks of, as far as the EVSE has them. */
function scaleOf(
  { unit }: ProfileSchedule,
  { phaseCount = 3 }: ProfilePeriod,
  query: CompositeQuery,
  { conductorCount }: EvseNow,
): number {
  if (unit === query.unit) return 1;
  const wattsPerAmp = query.phaseVolts * Math.max(1, Math.min(phaseCount, conductorCount));
  return unit === 'A' ? wattsPerAmp : 1 / wattsPerAmp;
}

/** The least of all that speak, each of taking and of giving back. */
function lowest(bounds: readonly (Bound | undefined)[]): Bound {
  return bounds.reduce<Bound>((least, bound) => {
    if (bound === undefined) return least;
    const isLower = bound.limit !== undefined && bound.limit < (least.limit ?? Number.POSITIVE_INFINITY);
    const [a, b] = [least.dischargeLimit, bound.dischargeLimit];
    return {
      limit: isLower ? bound.limit : least.limit,
      dischargeLimit: a === undefined ? b : b === undefined ? a : Math.max(a, b),
      profileId: isLower ? bound.profileId : least.profileId,
    };
  }, unbounded);
}

const unbounded: Bound = { limit: undefined, dischargeLimit: undefined, profileId: undefined };

/** What they may take together: one that nothing bounds makes the sum unbounded. */
function sumOf(bounds: readonly Bound[]): Bound {
  const [first, ...others] = bounds;
  if (first === undefined || others.length === 0) return first ?? unbounded;
  const sum = (values: readonly (number | undefined)[]): number | undefined =>
    values.reduce((total, each) => (total === undefined || each === undefined ? undefined : total + each), 0);
  return {
    limit: sum(bounds.map(({ limit }) => limit)),
    dischargeLimit: sum(bounds.map(({ dischargeLimit }) => dischargeLimit ?? 0)),
    profileId: undefined,
  };
}
