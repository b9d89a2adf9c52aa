import type { EvseId, SessionId } from '../domain/ids.ts';
import { isWithin, localTime } from '../domain/localTime.ts';
import { defaultTraits, mayPause } from '../domain/traits.ts';
import type { EvseRecord } from './evseRecord.ts';
import { type Horizon, type Member, openKwhMin } from './horizonProblem.ts';

/** A plan that was found, per member and slot. */
export interface SitePlan {
  readonly horizon: Horizon;
  /** member * slots + slot: amps per conductor, as the mean of the slot. */
  readonly amps: Float64Array;
  readonly shortfallKwh: Float64Array;
  /** 4 * node: what one more ampere on L1, L2, L3, or watt, for an hour would save in the present slot. */
  readonly shadowPrice: Float64Array;
}

/** What the plan wants of an EVSE now. It only ever lowers what the tick may give, or weighs it. */
export interface HorizonTarget {
  readonly sessionId: SessionId;
  /** `Infinity` where the plan leaves it to the tick. */
  readonly maxAmps: number;
  /** Its share compared with what it would have without a plan. */
  readonly weightFactor: number;
  /** Why it gets less than it could use; undefined when it does not. */
  readonly wait: PlanWait | undefined;
}

/** What a car waits for. */
export interface PlanWait {
  readonly why: 'cheaper' | 'greener' | 'peak' | 'others first' | 'has enough';
  /** When its next current is planned; undefined where none is. */
  readonly untilMs: number | undefined;
  readonly openWh: number;
  readonly departureMs: number;
}

/** A mean below this share of the minimum is none: nobody starts for a few minutes of an hour. It comes later. */
const meanShareMin = 0.25;
const leastAmps = ({ at }: Member): number => meanShareMin * at.evse.minAmps;
/** Minima and steps of the tick do the rest; a share beyond these would only make it brittle. */
const factorMin = 1 / 16;
const factorMax = 16;
/** The plan must better the fair shares by so much to put one car before another. */
const betterKwhMin = 0.1;

/** Whether somebody leaves with less than told unless cars stand back for each other. */
export const isContended = ({ horizon, shortfallKwh }: SitePlan): boolean =>
  horizon.fairShortfallKwh > shortfallKwh.reduce((sum, kwh) => sum + kwh, 0) + betterKwhMin;

/** What the plan wants in one slot. EVSEs that are not in it are left to the tick. */
export function targetsIn(plan: SitePlan, slot: number): ReadonlyMap<EvseId, HorizonTarget> {
  const isInPeak = countsForPeak(plan.horizon, slot);
  const others = isContended(plan);
  const shares = sharesIn(plan, slot);
  return new Map(
    plan.horizon.members.map((member, index) => {
      const shareAmps = shares[index] ?? 0;
      const input = { plan, member, index, slot, shareAmps, isInPeak, isContended: others };
      return [member.at.evse.id, targetOf(input)];
    }),
  );
}

/**
 * What each member is to have in a slot. A car that runs has its minimum at least: what that is beyond the plan is
 * taken from those who get more than their fair share, and never from the cars that are not in the plan.
 */
function sharesIn(plan: SitePlan, slot: number): readonly number[] {
  const { members } = plan.horizon;
  const planned = members.map((_, index) => plannedAmps(plan, index)[slot] ?? 0);
  let belowAmps = 0;
  let boostAmps = 0;
  members.forEach((member, index) => {
    const amps = planned[index] ?? 0;
    if (amps >= leastAmps(member)) belowAmps += Math.max(0, member.at.evse.minAmps - amps);
    boostAmps += Math.max(0, amps - member.fairAmps);
  });
  const kept = boostAmps > belowAmps ? 1 - belowAmps / boostAmps : 0;
  return planned.map((amps, index) => {
    const fairAmps = members[index]?.fairAmps ?? 0;
    return amps > fairAmps ? fairAmps + (amps - fairAmps) * kept : amps;
  });
}

function countsForPeak({ site, slots, madeAtMs }: Horizon, slot: number): boolean {
  const atMs = Math.max(madeAtMs, slots.slotMs[slot] ?? madeAtMs);
  return site.peakTariff !== undefined && isWithin(site.peakTariff, localTime(site.timeZone, atMs));
}

interface TargetInput {
  readonly plan: SitePlan;
  readonly member: Member;
  readonly index: number;
  readonly slot: number;
  readonly shareAmps: number;
  readonly isInPeak: boolean;
  readonly isContended: boolean;
}

function targetOf(input: TargetInput): HorizonTarget {
  const { plan, member, index, slot } = input;
  const { slots, site } = plan.horizon;
  const amps = plannedAmps(plan, index);
  const now = amps[slot] ?? 0;
  const weightFactor = input.isContended
    ? Math.min(factorMax, Math.max(factorMin, input.shareAmps / Math.max(leastAmps(member), member.fairAmps)))
    : 1;
  const free = { sessionId: member.session.id, maxAmps: Number.POSITIVE_INFINITY, wait: undefined };
  const openWh = member.needKwh * 1000;
  const { departureMs } = member;
  const held = (why: PlanWait['why'], untilMs: number | undefined): HorizonTarget => {
    return { ...free, maxAmps: 0, weightFactor: 1, wait: { why, untilMs, openWh, departureMs } };
  };
  const minds = slots.told.some((price) => price !== undefined) || site.peakTariff !== undefined;
  // What nobody asked for is not paid for; where nothing costs, it goes on.
  if (member.needKwh <= openKwhMin)
    return minds || isGreen(member) ? held('has enough', undefined) : { ...free, weightFactor: 1 };
  // Whoever cannot be served in full is never held back.
  if ((plan.shortfallKwh[index] ?? 0) > openKwhMin)
    return { ...free, weightFactor: Math.max(1, weightFactor) };
  if (now < leastAmps(member)) {
    const why = whyLater(input, amps);
    const next = amps.findIndex((value, at) => at > slot && value >= leastAmps(member));
    return why === undefined || next < 0 ? { ...free, weightFactor } : held(why, slots.slotMs[next]);
  }
  if (!input.isInPeak || now > member.maxAmps - leastAmps(member)) return { ...free, weightFactor };
  const { minAmps, traits } = member.at.evse;
  const { stepAmps = defaultTraits.stepAmps } = traits;
  const maxAmps = Math.max(minAmps, Math.ceil(now / stepAmps - 1e-6) * stepAmps);
  return { ...free, maxAmps, weightFactor, wait: { why: 'peak', untilMs: undefined, openWh, departureMs } };
}

/**
 * Why a car is better served later; undefined where the order is arbitrary. The plan may put one of two equal cars first, and
 * then both share all the same: fairly, as long as nobody's wish hangs on it.
 */
function whyLater(
  { member, slot, isInPeak, isContended: others }: TargetInput,
  amps: Float64Array,
): PlanWait['why'] | undefined {
  const { perKwh } = member;
  const price = perKwh[slot] ?? 0;
  let isCheaper = true;
  amps.forEach((value, at) => {
    if (at > slot && value >= leastAmps(member) && (perKwh[at] ?? price) >= price) isCheaper = false;
  });
  if (isCheaper) return isGreen(member) ? 'greener' : 'cheaper';
  if (isInPeak) return 'peak';
  return others ? 'others first' : undefined;
}

const isGreen = ({ session }: Member): boolean => session.profile === 'GREEN';

/** Amps per slot of one member. */
export function plannedAmps({ horizon, amps }: SitePlan, member: number): Float64Array {
  const slots = horizon.slots.slotMs.length - 1;
  return amps.subarray(member * slots, (member + 1) * slots);
}

interface Found {
  readonly record: EvseRecord;
  readonly isPlanned: boolean;
}

/**
 * The targets as far as they apply now, in the order of the EVSEs. A car that was just started is not stopped again by the
 * plan, and one whose station does not come back from a pause waits for its hour at its minimum; what that takes is nobody's
 * loss who is not in the plan, so until then nobody gets more than without it.
 */
export function appliedTargets(
  evses: readonly Found[],
  targetOf: ((evseId: EvseId) => HorizonTarget | undefined) | undefined,
  input: { readonly monotonicMs: number; readonly minOnMs: number },
): readonly (HorizonTarget | undefined)[] {
  if (targetOf === undefined) return [];
  let isEased = false;
  const targets = evses.map(({ record }) => {
    const target = targetOf(record.evse.id);
    if (target === undefined || target.sessionId !== record.session?.id) return undefined;
    const isJustOn = record.isOn && input.monotonicMs - record.sinceMs < input.minOnMs;
    const isKeptOn = isJustOn || (target.wait?.why !== 'has enough' && !mayPause(record.traits));
    if (!isKeptOn || target.maxAmps >= record.evse.minAmps) return target;
    isEased = true;
    return { ...target, maxAmps: record.evse.minAmps };
  });
  const isOther = ({ isPlanned }: Found, index: number): boolean => isPlanned && targets[index] === undefined;
  if (!isEased || !evses.some(isOther)) return targets;
  return targets.map((target) => target && { ...target, weightFactor: Math.min(1, target.weightFactor) });
}
