/** A setpoint that falls by itself. */
export interface Lease {
  readonly transactionId: string;
  readonly setpointAmps: number;
  readonly tailAmps: number;
  /** Of the command that brought it. */
  readonly sentAtMs: number;
  /** From then on the tail counts: it may be in force at a station whose clock is ahead. */
  readonly mayEndFromMs: number;
  /** From then on the setpoint is no longer, even if the command was late and the station's clock is behind. */
  readonly endsAtMs: number;
}

/** The most of it that may be in force. */
export function inForceAmps(lease: Lease, nowMs: number): number {
  if (nowMs < lease.mayEndFromMs) return lease.setpointAmps;
  return nowMs < lease.endsAtMs ? Math.max(lease.setpointAmps, lease.tailAmps) : lease.tailAmps;
}

/** The least of it that may be in force. */
export const leastInForceAmps = ({ setpointAmps, tailAmps, mayEndFromMs }: Lease, nowMs: number): number =>
  nowMs < mayEndFromMs ? setpointAmps : Math.min(setpointAmps, tailAmps);

/** More lost commands than this at one EVSE are counted together. */
const unansweredMax = 8;

/** Without those that count for nothing beside the new one; the two lowest are one when there are too many. */
export function withUnanswered(held: readonly Lease[], lease: Lease): readonly Lease[] {
  const left = [lease, ...held.filter((each) => !covers(lease, each))].sort(
    (a, b) => b.setpointAmps - a.setpointAmps,
  );
  const [last, beforeLast] = [left.at(-1), left.at(-2)];
  if (left.length <= unansweredMax || last === undefined || beforeLast === undefined) return left;
  return [...left.slice(0, -2), highest(beforeLast, last)];
}

const covers = (a: Lease, b: Lease): boolean =>
  b.setpointAmps <= a.setpointAmps &&
  b.tailAmps <= Math.min(a.setpointAmps, a.tailAmps) &&
  b.endsAtMs <= a.endsAtMs;

/** Of two leases of which either may hold, the one that is safe to count. */
const highest = (a: Lease, b: Lease): Lease => ({
  ...b,
  setpointAmps: Math.max(a.setpointAmps, b.setpointAmps),
  tailAmps: Math.max(a.tailAmps, b.tailAmps),
  mayEndFromMs: Math.min(a.mayEndFromMs, b.mayEndFromMs),
  endsAtMs: Math.max(a.endsAtMs, b.endsAtMs),
});

/** Of two leases of which either may hold, what is least: no more than that is in force for certain. */
export const lowest = (a: Lease | undefined, b: Lease): Lease => ({
  ...b,
  setpointAmps: Math.min(a?.setpointAmps ?? b.setpointAmps, b.setpointAmps),
  tailAmps: Math.min(a?.tailAmps ?? b.tailAmps, b.tailAmps),
  mayEndFromMs: Math.min(a?.mayEndFromMs ?? b.mayEndFromMs, b.mayEndFromMs),
});
