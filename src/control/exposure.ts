import assert from 'node:assert/strict';
import type { EvseId } from '../domain/ids.ts';
import type { Evse } from '../domain/site.ts';
import type { CommandAnswer, StationCommand } from './ports.ts';

/** A setpoint that falls by itself. */
export interface Lease {
  readonly transactionId: string;
  readonly setpointAmps: number;
  readonly tailAmps: number;
  /** Of the command that brought it. */
  readonly sentAtMs: number;
  /** From then on the tail may be in force at a station whose clock is ahead. */
  readonly mayEndFromMs: number;
  /** From then on the setpoint is no longer, even if the command was late and the station's clock is behind. */
  readonly endsAtMs: number;
}

/** What is remembered of an EVSE over a restart. */
export interface RememberedExposure {
  readonly evseId: EvseId;
  /** The standing TxDefaultProfile the station acknowledged. */
  readonly standingAmps: number | undefined;
  readonly tailAmps: number | undefined;
  readonly leaseEndsAtMs: number | undefined;
}

export interface ExposureOptions {
  /** What a car needs to follow a lower offer [IEC 61851-1: 5 s]. */
  readonly followMs: number;
  /** Added to every lease for the station's clock and for the command's way. */
  readonly leaseSlackMs: number;
}

/** Who is at the other end, as far as we know. */
export interface Presence {
  readonly isOnline: boolean;
  readonly hasSession: boolean;
}

interface Entry {
  readonly evse: Evse;
  standingAmps: number | undefined;
  /** Acknowledged, for the session that runs. */
  lease: Lease | undefined;
  /** The highest of the leases that were sent and never answered. */
  unanswered: Lease | undefined;
  /** The value before a decrease, while the car follows. */
  falling: { readonly amps: number; readonly untilMs: number } | undefined;
  inFlight: StationCommand | undefined;
  /** What is in flight is for a session that ended meanwhile: its answer says nothing about the next one. */
  isInFlightVoid: boolean;
  /** Until then an earlier process may have left anything in force. */
  unknownUntilMs: number;
  /** What that process's lease falls to. */
  inheritedTailAmps: number;
  /** The station said hello, booted or began a session since it last acknowledged a lease. */
  needsAssertion: boolean;
}

/**
 * Per EVSE the most that may be in force there [P1]: a raise counts from the moment it is sent, a
 * decrease from the moment it is acknowledged and the car had time to follow, a lease until its end and
 * then its tail, the hardware maximum where nothing is known.
 */
export class ExposureLedger {
  readonly #entries = new Map<EvseId, Entry>();
  readonly #options: ExposureOptions;

  /**
   * Starts from the worst: until the longest lease of an earlier process has ended, every EVSE may have
   * its hardware maximum in force.
   */
  constructor(input: {
    readonly evses: readonly Evse[];
    readonly remembered: readonly RememberedExposure[];
    readonly options: ExposureOptions;
    readonly leaseMs: number;
    readonly nowMs: number;
  }) {
    this.#options = input.options;
    const known = new Map(input.remembered.map((record) => [record.evseId, record]));
    for (const evse of input.evses) {
      const record = known.get(evse.id);
      const worstEndMs = input.nowMs + input.leaseMs + input.options.leaseSlackMs;
      this.#entries.set(evse.id, {
        evse,
        standingAmps: record?.standingAmps,
        lease: undefined,
        unanswered: undefined,
        falling: undefined,
        inFlight: undefined,
        isInFlightVoid: false,
        unknownUntilMs: Math.max(worstEndMs, record?.leaseEndsAtMs ?? 0),
        inheritedTailAmps: record?.tailAmps ?? 0,
        needsAssertion: true,
      });
    }
  }

  /** The most that may be in force now. */
  exposureAmps(evseId: EvseId, presence: Presence, nowMs: number): number {
    const entry = this.#entry(evseId);
    const { evse, lease, unanswered, falling, inFlight } = entry;
    // Without a car nothing flows; the station tells when that changes, before the car may draw.
    if (presence.isOnline && !presence.hasSession) return 0;
    const candidates = [lease === undefined ? this.#withoutLease(entry, nowMs) : inForceAmps(lease, nowMs)];
    // A new session may begin at an offline station, and a restarted one may have lost its lease.
    if (!presence.isOnline || entry.needsAssertion) candidates.push(entry.standingAmps ?? evse.maxAmps);
    if (unanswered !== undefined) candidates.push(inForceAmps(unanswered, nowMs));
    if (inFlight?.kind === 'lease' && !entry.isInFlightVoid) candidates.push(inForceAmps(this.#leaseOf(inFlight), nowMs));
    if (inFlight?.kind === 'standing' && lease === undefined) candidates.push(inFlight.amps);
    if (falling !== undefined && nowMs < falling.untilMs) candidates.push(falling.amps);
    return Math.min(Math.max(...candidates), evse.maxAmps);
  }

  /** The least setpoint that may be in force: a car may already follow a decrease that is on its way. */
  setpointAmpsMin(evseId: EvseId): number {
    const { lease, inFlight } = this.#entry(evseId);
    const sent = inFlight?.kind === 'lease' ? inFlight.setpointAmps : undefined;
    return Math.min(lease?.setpointAmps ?? 0, sent ?? Number.POSITIVE_INFINITY);
  }

  lease(evseId: EvseId): Lease | undefined {
    return this.#entry(evseId).lease;
  }

  standingAmps(evseId: EvseId): number | undefined {
    return this.#entry(evseId).standingAmps;
  }

  inFlight(evseId: EvseId): StationCommand | undefined {
    return this.#entry(evseId).inFlight;
  }

  needsAssertion(evseId: EvseId): boolean {
    return this.#entry(evseId).needsAssertion;
  }

  /** Whether what an earlier process left there has ended or was replaced. */
  isKnown(evseId: EvseId, nowMs: number): boolean {
    const { lease, unknownUntilMs } = this.#entry(evseId);
    return lease !== undefined || nowMs >= unknownUntilMs;
  }

  /** The station may have lost or replaced what we set: it is to be told again. */
  doubt(evseId: EvseId): void {
    this.#entry(evseId).needsAssertion = true;
  }

  /** The car left: nothing we sent for it is in force any more. */
  sessionEnded(evseId: EvseId): void {
    const entry = this.#entry(evseId);
    entry.lease = undefined;
    entry.unanswered = undefined;
    entry.falling = undefined;
    entry.unknownUntilMs = 0;
    entry.inheritedTailAmps = 0;
    entry.needsAssertion = true;
    entry.isInFlightVoid = entry.inFlight?.kind === 'lease';
  }

  /** The command goes on its way: from now on it may be in force. */
  sent(command: StationCommand): void {
    const entry = this.#entry(command.evseId);
    entry.inFlight = command;
    entry.isInFlightVoid = false;
  }

  /** Takes an answer; false when it belongs to no command in flight. */
  answered(answer: CommandAnswer): boolean {
    const entry = this.#entry(answer.evseId);
    const command = entry.inFlight;
    if (command?.sequence !== answer.sequence || command.epoch !== answer.epoch) return false;
    entry.inFlight = undefined;
    if (entry.isInFlightVoid) return true;
    if (command.kind === 'standing') {
      if (answer.outcome === 'accepted') entry.standingAmps = command.amps;
      else if (answer.outcome === 'timed-out' && entry.standingAmps !== undefined) {
        entry.standingAmps = Math.max(entry.standingAmps, command.amps);
      }
      return true;
    }
    if (answer.outcome === 'accepted') this.#accepted(entry, this.#leaseOf(command), answer.atMs);
    else if (answer.outcome === 'timed-out') entry.unanswered = highest(entry.unanswered, this.#leaseOf(command));
    // Refused or never sent: what was in force before still is.
    return true;
  }

  #accepted(entry: Entry, lease: Lease, nowMs: number): void {
    const beforeAmps = this.exposureAmps(entry.evse.id, { isOnline: true, hasSession: true }, nowMs);
    entry.lease = lease;
    entry.unanswered = undefined;
    entry.needsAssertion = false;
    entry.falling =
      beforeAmps > lease.setpointAmps
        ? { amps: beforeAmps, untilMs: nowMs + this.#options.followMs }
        : undefined;
  }

  #withoutLease(entry: Entry, nowMs: number): number {
    if (nowMs < entry.unknownUntilMs) return entry.evse.maxAmps;
    return Math.max(entry.standingAmps ?? entry.evse.maxAmps, entry.inheritedTailAmps);
  }

  /** The station may start the schedule as late as the command may reach it. */
  #leaseOf(command: Extract<StationCommand, { kind: 'lease' }>): Lease {
    const { setpointAmps, tailAmps, leaseMs, sentAtMs, expiresAtMs, transactionId } = command;
    return {
      transactionId,
      setpointAmps,
      tailAmps,
      sentAtMs,
      mayEndFromMs: sentAtMs + leaseMs - this.#options.leaseSlackMs,
      endsAtMs: expiresAtMs + leaseMs + this.#options.leaseSlackMs,
    };
  }

  #entry(evseId: EvseId): Entry {
    const entry = this.#entries.get(evseId);
    assert(entry !== undefined, `the ledger knows every EVSE of the config, and so ${evseId}`);
    return entry;
  }
}

function inForceAmps(lease: Lease, nowMs: number): number {
  if (nowMs < lease.mayEndFromMs) return lease.setpointAmps;
  return nowMs < lease.endsAtMs ? Math.max(lease.setpointAmps, lease.tailAmps) : lease.tailAmps;
}

/** Of two leases of which either may hold, the one that is safe to count. */
function highest(a: Lease | undefined, b: Lease): Lease {
  if (a === undefined) return b;
  return {
    ...b,
    setpointAmps: Math.max(a.setpointAmps, b.setpointAmps),
    tailAmps: Math.max(a.tailAmps, b.tailAmps),
    mayEndFromMs: Math.min(a.mayEndFromMs, b.mayEndFromMs),
    endsAtMs: Math.max(a.endsAtMs, b.endsAtMs),
  };
}
