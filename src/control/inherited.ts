import type { EvseId } from '../domain/ids.ts';
import { offeredAmpsMin, overdrawAmps } from '../domain/reclaim.ts';
import type { Evse } from '../domain/site.ts';

/** A lease as it is kept over a restart. */
export interface KeptLease {
  readonly evseId: EvseId;
  /** The most this lease may allow, earlier ones included that it does not provably supersede. */
  readonly setpointAmps: number;
  /** In force once the lease has run out. */
  readonly tailAmps: number;
  /** On the clock of whoever sent it. */
  readonly sentAtMs: number;
  readonly leaseMs: number;
}

/** What is kept of what an EVSE was told. */
export interface KeptExposure {
  readonly evseId: EvseId;
  /** The standing TxDefaultProfile the station acknowledged last. */
  readonly standingAmps: number | undefined;
  readonly lease: KeptLease | undefined;
}

/** What is remembered of an EVSE over a restart. */
export interface RememberedExposure {
  readonly evseId: EvseId;
  /** The standing TxDefaultProfile the station acknowledged. */
  readonly standingAmps: number | undefined;
  /** Of the last lease that was kept. A crash may have lost the very last one. */
  readonly setpointAmps?: number | undefined;
  readonly tailAmps: number | undefined;
  readonly leaseEndsAtMs: number | undefined;
  /** The longest that its last lease may hold, where that is not the common one; `Infinity` where it holds for ever. */
  readonly leaseMs?: number | undefined;
  /** It was written so that the end of its session does not end it. */
  readonly outlivesSession?: boolean | undefined;
  /**
   * By then has ended what was written as a transaction's own before its station refused that: what it fell to stays, above
   * all that is written now. undefined where it was never written so.
   */
  readonly leftUntilMs?: number | undefined;
}

interface Now {
  readonly nowMs: number;
  /** How much later than said a lease may end, and how much earlier. */
  readonly leaseSlackMs: number;
}

/** The least that an earlier process left by what was kept of it; undefined when nothing was. */
export function keptAmps(
  { setpointAmps, tailAmps, leaseEndsAtMs = 0 }: RememberedExposure,
  { nowMs, leaseSlackMs }: Now,
): number | undefined {
  // The end that was kept is the latest; the lease may have ended twice the slack before.
  if (nowMs < leaseEndsAtMs - 2 * leaseSlackMs) return setpointAmps;
  if (nowMs >= leaseEndsAtMs || setpointAmps === undefined || tailAmps === undefined) return tailAmps;
  return Math.min(setpointAmps, tailAmps);
}

/**
 * What an earlier process left in force for certain, so that to assert as much is no raise; undefined as long as its
 * car was not measured by this one.
 *
 * What was kept may be ahead of what is in force, for the last command may have been refused or lost, and behind it,
 * for a crash or a full disk may have taken the last writes. So only what flows proves anything: a car that was paused
 * draws nothing, and one that draws is offered as much. What was kept bounds it, for a lease may end after the
 * measurement. A car that draws more than anything that was kept proves nothing: either the book is behind, or its
 * station does not do what it was told.
 */
export function certainlyLeftAmps(
  evse: Evse,
  kept: RememberedExposure | undefined,
  { drawAmps, ...now }: Now & { readonly drawAmps: number | undefined },
): number | undefined {
  // Another operator tells no draw: what was kept bounds it, and of what was not kept nothing is certain.
  if (evse.partner !== undefined) return (kept && keptAmps(kept, now)) ?? 0;
  if (drawAmps === undefined) return undefined;
  const offeredAmps = offeredAmpsMin(evse, drawAmps);
  const all = [kept?.setpointAmps, kept?.tailAmps, kept?.standingAmps].filter((amps) => amps !== undefined);
  if (kept === undefined || all.length === 0) return offeredAmps;
  if (overdrawAmps({ drawAmps, exposureAmps: Math.max(...all) }) > 0) return 0;
  return Math.min(offeredAmps, keptAmps(kept, now) ?? offeredAmps);
}
