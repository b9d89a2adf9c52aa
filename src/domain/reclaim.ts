import type { Evse } from './site.ts';

/** A car that leaves less than this of its offer unused takes all it can get. */
const usedUpWithinAmps = 1;
/** Above what it draws, so that it can ramp and show that it wants more. */
const rampRoomAmps = 2;

/** Whether a car uses what it is offered. */
export const takesAll = (input: { readonly drawAmps: number; readonly setpointAmps: number }): boolean =>
  input.drawAmps >= input.setpointAmps - usedUpWithinAmps;

/** What a paused car and its station may draw. */
const idleAmps = 1;

/** The least that a car is offered which draws so much: what is offered at all is the minimum at least. */
export const offeredAmpsMin = ({ minAmps }: Evse, drawAmps: number): number =>
  drawAmps < idleAmps ? 0 : Math.max(minAmps, drawAmps);

/** What stations measure may be off by this much. */
const measuringErrorAmps = 0.25;

/** What a car draws beyond all it may. */
export const overdrawAmps = (input: { readonly drawAmps: number; readonly exposureAmps: number }): number =>
  input.drawAmps > input.exposureAmps + measuringErrorAmps ? input.drawAmps - input.exposureAmps : 0;

/**
 * The most a car can make use of: what it draws plus room to ramp, once it has left its offer unused since
 * `leftUnusedSinceMs` for `afterMs`; its EVSE's maximum otherwise. What it leaves is lent to the others.
 */
export function usableAmps(input: {
  readonly evse: Evse;
  readonly drawAmps: number | undefined;
  readonly leftUnusedSinceMs: number | undefined;
  readonly afterMs: number;
  readonly nowMs: number;
}): number {
  const { evse, drawAmps, leftUnusedSinceMs, afterMs, nowMs } = input;
  const isLent =
    drawAmps !== undefined && leftUnusedSinceMs !== undefined && nowMs - leftUnusedSinceMs >= afterMs;
  if (!isLent) return evse.maxAmps;
  return Math.min(evse.maxAmps, Math.max(evse.minAmps, Math.ceil(drawAmps + rampRoomAmps)));
}
