import { endsInStanding, type LeaseForm, type LeaseRung, outlivesSession } from '../domain/traits.ts';
import type { LeaseCommand, StationCommand } from './ports.ts';

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
  readonly form: LeaseForm;
  /** Each replaces only those of its own rung. */
  readonly rung: LeaseRung;
  /** How long it holds at a station that is offline, where nothing else ends it. */
  readonly offlineMs: number | undefined;
}

export interface LeaseSlack {
  /** For the station's clock and for the command's way. */
  readonly slackMs: number;
  /** A station has noticed by then that its line to us is dead. */
  readonly noticeMs: number;
  /** undefined: it is online. */
  readonly offlineSinceMs: number | undefined;
}

/** What a command sets, from the moment it is sent. The station may start the schedule as late as it may arrive. */
export function leaseOf(command: StationCommand & LeaseCommand, slack: LeaseSlack): Lease {
  const { setpointAmps, tailAmps, leaseMs, sentAtMs, expiresAtMs, transactionId, schedule } = command;
  const { leaseForm: form, rung = 'transaction' } = schedule;
  const never = { mayEndFromMs: Number.POSITIVE_INFINITY, endsAtMs: Number.POSITIVE_INFINITY };
  const told = { transactionId, setpointAmps, tailAmps, sentAtMs, form, rung, offlineMs: undefined };
  if (form === 'none') return { ...told, ...never, tailAmps: setpointAmps };
  if (form === 'offline') return endedOffline({ ...told, ...never, offlineMs: leaseMs }, slack);
  // A rise at the end counts from half-time, so that others make room before it comes.
  const holdsMs = tailAmps > setpointAmps ? leaseMs / 2 : leaseMs;
  return {
    ...told,
    mayEndFromMs: sentAtMs + holdsMs - slack.slackMs,
    endsAtMs: expiresAtMs + leaseMs + slack.slackMs,
  };
}

/** At a station that is offline it runs out; how soon the station noticed, nobody can tell. */
export function endedOffline(lease: Lease, { slackMs, noticeMs, offlineSinceMs }: LeaseSlack): Lease {
  if (lease.offlineMs === undefined || offlineSinceMs === undefined) return lease;
  const endsAtMs = Math.min(lease.endsAtMs, offlineSinceMs + noticeMs + lease.offlineMs + slackMs);
  return { ...lease, mayEndFromMs: Math.min(lease.mayEndFromMs, offlineSinceMs), endsAtMs };
}

/** The station is back: what had not ended goes on, and whether it had is for the station to know. */
export const backOnline = (lease: Lease, nowMs: number): Lease =>
  lease.offlineMs === undefined || nowMs >= lease.endsAtMs
    ? lease
    : { ...lease, endsAtMs: Number.POSITIVE_INFINITY };

/** Whether its end, which may have come, leaves the standing profile in force. */
export const mayHaveFallen = ({ form, mayEndFromMs }: Lease, nowMs: number): boolean =>
  endsInStanding(form) && nowMs >= mayEndFromMs;

/** Those that are in force for whoever comes next. */
export const outliving = (leases: readonly Lease[]): readonly Lease[] =>
  leases.filter(({ rung }) => outlivesSession(rung));

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
