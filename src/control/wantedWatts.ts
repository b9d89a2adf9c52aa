import type { Member } from './horizonProblem.ts';
import { hourMs } from './horizonSlots.ts';
import { plannedAmps, type SitePlan } from './horizonTargets.ts';

/**
 * By slot, what a car of the plan would have if nothing were short, W: what is planned, and what it will lack of its
 * wish, spread over the room that its EVSE leaves until it goes.
 */
export function wantedWatts(plan: SitePlan, member: Member, index: number): readonly number[] {
  const { slots, madeAtMs } = plan.horizon;
  const { departureMs, maxAmps, kwPerAmp } = member;
  const amps = Array.from(plannedAmps(plan, index));
  const roomAmps = amps.map((value) => Math.max(0, maxAmps - value));
  const hours = amps.map((_, slot) => {
    const fromMs = Math.max(madeAtMs, slots.slotMs[slot] ?? 0);
    return Math.max(0, Math.min(departureMs, slots.slotMs[slot + 1] ?? 0) - fromMs) / hourMs;
  });
  const roomKwh = roomAmps.reduce((sum, room, slot) => sum + room * kwPerAmp * (hours[slot] ?? 0), 0);
  const share = roomKwh > 0 ? Math.min(1, (plan.shortfallKwh[index] ?? 0) / roomKwh) : 0;
  return amps.map((value, slot) => {
    const lackedAmps = (hours[slot] ?? 0) > 0 ? share * (roomAmps[slot] ?? 0) : 0;
    return 1000 * kwPerAmp * (value + lackedAmps);
  });
}
