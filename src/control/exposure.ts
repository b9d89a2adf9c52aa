import assert from 'node:assert/strict';
import type { EvseId } from '../domain/ids.ts';
import type { Evse } from '../domain/site.ts';
import { outlivesSession } from '../domain/traits.ts';
import {
  changeLeases,
  type ExposureEntry,
  fallsToStanding,
  inheritedTail,
  isForEver,
  isInherited,
  leftByAnother,
  newEntry,
  otherRungs,
  replaceByStanding,
  standingAnswered,
  standingLeast,
  standingMost,
  withoutLease,
} from './exposureEntry.ts';
import { certainlyLeftAmps, keptAmps, type RememberedExposure } from './inherited.ts';
import {
  backOnline,
  endedOffline,
  inForceAmps,
  type Lease,
  type LeaseSlack,
  leaseOf,
  leastInForceAmps,
  lowest,
  outliving,
  withUnanswered,
} from './lease.ts';
import type { CommandAnswer, LeftRung, StationCommand } from './ports.ts';

export interface ExposureOptions {
  /** What a car needs to follow a lower offer [IEC 61851-1: 5 s]. */
  readonly followMs: number;
  /** Added to every lease for the station's clock and for the command's way. */
  readonly leaseSlackMs: number;
  /** A station has noticed by then that its line to us is dead: by its heartbeat, which nobody answered. */
  readonly noticeOfflineMs?: number;
}

/** Three of the longest heartbeats that are usual, as long as nothing else is configured. */
export const noticeOfflineMs = 180_000;
/** Leases of other rungs that are counted beside the one in use. */
const overlaidMax = 8;

/** Twice the longest `leaseS` the config allows: see `dispatch`. */
const longestLeaseMs = 7_200_000;
/**
 * Schedules are written in the station's own time as far as that is known, so that only the error of knowing it is
 * left. A clock that is far off is counted for no more than this share of a lease, or no lease would ever be proven.
 */
const skewShareMax = 0.25;
/** Longer than the longest timeout of a call: whoever carries commands has told by then what became of one. */
const answerWithinMs = 180_000;

/** Who is at the other end, as far as we know. */
export interface Presence {
  readonly isOnline: boolean;
  readonly hasSession: boolean;
}

/** What the ledger holds of an EVSE, for a replay. Plain values. */
export type LedgerEntry = Omit<ExposureEntry, 'evse'> & { readonly evseId: EvseId };

/**
 * Per EVSE the most that may be in force there [P1]: a raise counts from the moment it is sent, a
 * decrease from the moment it is acknowledged and the car had time to follow, a lease until its end and
 * then its tail, the hardware maximum where nothing is known.
 */
export class ExposureLedger {
  readonly #entries = new Map<EvseId, ExposureEntry>();
  readonly #options: ExposureOptions;

  /**
   * Starts from the worst: until the longest lease of an earlier process has ended, every EVSE may have
   * its hardware maximum in force, and then the failsafe current at least. So nothing that was kept is needed
   * for safety, and it may be kept a moment after it was sent: it tells earlier that less is in force, it never
   * has to tell that more is.
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
    const { leaseSlackMs } = input.options;
    for (const evse of input.evses) {
      const record = known.get(evse.id);
      const usualMs = evse.partner?.leaseMs ?? input.leaseMs;
      const leaseMs = isForEver(evse) ? Number.POSITIVE_INFINITY : (record?.leaseMs ?? usualMs);
      const worstEndMs = input.nowMs + leaseMs + leaseSlackMs;
      // For what holds longer than usual nobody waits.
      const awaitedEndMs = input.nowMs + Math.min(leaseMs, input.leaseMs) + leaseSlackMs;
      // An end beyond the longest lease was written while the clock stood wrong.
      const recordedEndMs = Math.min(record?.leaseEndsAtMs ?? 0, input.nowMs + longestLeaseMs);
      const until = {
        unknownMs: Math.max(worstEndMs, recordedEndMs),
        awaitedMs: Math.max(awaitedEndMs, recordedEndMs),
      };
      this.#entries.set(evse.id, newEntry(evse, record, until));
    }
  }

  /** The most that may be in force now. */
  exposureAmps(evseId: EvseId, presence: Presence, nowMs: number): number {
    const entry = this.#entry(evseId);
    const { evse, lease, unanswered, falling } = entry;
    // Without a car nothing flows; the station tells when that changes, before the car may draw.
    if (presence.isOnline && !presence.hasSession) return 0;
    if (entry.isOverridden) return evse.maxAmps;
    const candidates = [lease === undefined ? withoutLease(entry, nowMs) : inForceAmps(lease, nowMs)];
    // A new session may begin at an offline station, and a restarted one may have lost its lease.
    if (!presence.isOnline || entry.needsAssertion) candidates.push(standingMost(entry));
    for (const each of [...unanswered, ...entry.overlaid]) candidates.push(inForceAmps(each, nowMs));
    if (fallsToStanding(entry, nowMs)) candidates.push(standingMost(entry));
    const sent = this.#leaseInFlight(entry);
    if (sent !== undefined) candidates.push(inForceAmps(sent, nowMs));
    // It takes the place of the lease as soon as it arrives.
    if (entry.inFlight?.kind === 'standing' && lease !== undefined && outlivesSession(lease.rung))
      candidates.push(entry.inFlight.amps);
    if (falling !== undefined && nowMs < falling.untilMs) candidates.push(falling.amps);
    return Math.min(Math.max(...candidates), evse.maxAmps);
  }

  /** The most that may be in force there once every lease has ended and nobody gave another. */
  fallbackAmps(evseId: EvseId): number {
    const entry = this.#entry(evseId);
    const { evse, lease, unanswered, unknownUntilMs, isOverridden } = entry;
    // What prevails over our profiles does not end with them.
    if (isOverridden) return evse.maxAmps;
    // One that keeps its last value keeps an earlier process's too, as long as we do not know it.
    if (unknownUntilMs === Number.POSITIVE_INFINITY && lease === undefined) return evse.maxAmps;
    const told = [lease, ...unanswered, ...entry.overlaid, this.#leaseInFlight(entry)];
    const tails = told.map((each) => each?.tailAmps ?? 0);
    return Math.min(evse.maxAmps, Math.max(standingMost(entry), inheritedTail(entry), ...tails));
  }

  /** The least that an earlier process left there by what was kept of it; undefined when nothing was. */
  inheritedAmps(evseId: EvseId, nowMs: number): number | undefined {
    const { inherited } = this.#entry(evseId);
    return inherited && keptAmps(inherited, { nowMs, leaseSlackMs: this.#options.leaseSlackMs });
  }

  /** The least setpoint that may be in force: a car may already follow a decrease that is on its way. */
  setpointAmpsMin(evseId: EvseId, nowMs: number): number {
    const entry = this.#entry(evseId);
    const { lease, leastUnanswered } = entry;
    if (lease === undefined) return 0;
    const told = [lease, leastUnanswered, ...entry.overlaid, this.#leaseInFlight(entry)];
    return Math.min(
      ...told.flatMap((each) => (each === undefined ? [] : leastInForceAmps(each, nowMs))),
      fallsToStanding(entry, nowMs) ? standingLeast(entry) : Number.POSITIVE_INFINITY,
    );
  }

  /**
   * What is in force for certain, so that to send as much is no raise: the lease as it may have run down, without one the
   * standing profile, or what an earlier process certainly left; of commands that were never answered the lowest.
   * undefined where nobody can tell yet. `drawAmps` is what the car was measured to draw lately.
   */
  certainAmps(
    evseId: EvseId,
    { drawAmps, nowMs }: { readonly drawAmps: number | undefined; readonly nowMs: number },
  ): number | undefined {
    const entry = this.#entry(evseId);
    const { evse, lease, leastUnanswered, inherited } = entry;
    if (lease !== undefined) return this.setpointAmpsMin(evseId, nowMs);
    const now = { drawAmps, nowMs, leaseSlackMs: this.#options.leaseSlackMs };
    const leftAmps = isInherited(entry) ? certainlyLeftAmps(evse, inherited, now) : standingLeast(entry);
    if (leftAmps === undefined || leastUnanswered === undefined) return leftAmps;
    return Math.min(leftAmps, leastInForceAmps(leastUnanswered, nowMs));
  }

  lease(evseId: EvseId): Lease | undefined {
    return this.#entry(evseId).lease;
  }

  /**
   * The highest standing profile that may be in force; undefined: nobody knows of one, or a setpoint that outlives its
   * session took its place.
   */
  standingAmps(evseId: EvseId): number | undefined {
    const { lease, standingAmps } = this.#entry(evseId);
    return lease !== undefined && outlivesSession(lease.rung) ? undefined : standingAmps;
  }

  /** Whether its standing profile is this one, and certainly no other. */
  hasStanding(evseId: EvseId, amps: number): boolean {
    const { lease, standingAmps, standingAmpsMin } = this.#entry(evseId);
    if (lease !== undefined && outlivesSession(lease.rung)) return false;
    return standingAmps === amps && standingAmpsMin === amps;
  }

  /** Whether a lease is certainly in force above its standing profile, which may be any beneath it. */
  hidesStanding(evseId: EvseId, nowMs: number): boolean {
    const entry = this.#entry(evseId);
    const { lease, needsAssertion } = entry;
    const isAbove = lease !== undefined && !outlivesSession(lease.rung);
    return isAbove && !needsAssertion && !fallsToStanding(entry, nowMs);
  }

  /** Where its setpoints lay before, and what was left there bounds it still; undefined where nothing does. */
  leftRung(evseId: EvseId): LeftRung | undefined {
    const { lease, overlaid, isCleared } = this.#entry(evseId);
    if (lease === undefined || isCleared) return undefined;
    const rungs = overlaid.map(({ rung }) => rung).filter((rung) => rung !== lease.rung);
    return rungs.find((rung): rung is LeftRung => rung === 'station maximum' || rung === 'transaction');
  }

  inFlight(evseId: EvseId): StationCommand | undefined {
    return this.#entry(evseId).inFlight;
  }

  /** When it was told something last; undefined: not by this process. */
  toldAtMs(evseId: EvseId): number | undefined {
    return this.#entry(evseId).toldAtMs;
  }

  /** Whether commands were lost since it last answered one. */
  isSilent(evseId: EvseId): boolean {
    return this.#entry(evseId).unanswered.length > 0;
  }

  needsAssertion(evseId: EvseId): boolean {
    return this.#entry(evseId).needsAssertion;
  }

  /** Whether what an earlier process left there has ended or was replaced. */
  isKnown(evseId: EvseId, nowMs: number): boolean {
    const { lease, awaitedUntilMs } = this.#entry(evseId);
    return lease !== undefined || nowMs >= awaitedUntilMs;
  }

  /** Whether what an earlier process told it, by what was kept, may still hold there. */
  mayBeLeft(evseId: EvseId, nowMs: number): boolean {
    const { setpointAmps, standingAmps } = this.#entry(evseId).inherited ?? {};
    return (setpointAmps ?? standingAmps) !== undefined && !this.isKnown(evseId, nowMs);
  }

  /** The station may have lost or replaced what we set: it is to be told again. */
  doubt(evseId: EvseId): void {
    const entry = this.#entry(evseId);
    entry.needsAssertion = true;
    entry.isDoubtedInFlight = entry.inFlight !== undefined;
  }

  /** The station started anew. Some come back without any profile, so the standing one is unknown too. */
  rebooted(evseId: EvseId): void {
    this.doubt(evseId);
    const entry = this.#entry(evseId);
    entry.standingAmps = undefined;
    entry.standingAmpsMin = undefined;
  }

  /** Commands nobody told the fate of: they would keep their EVSE from ever being told anything again. */
  overdue(nowMs: number): readonly StationCommand[] {
    return [...this.#entries.values()].flatMap(({ inFlight }) =>
      inFlight !== undefined && nowMs - inFlight.sentAtMs > answerWithinMs ? inFlight : [],
    );
  }

  /** The line is gone: what ends only offline ends now. */
  wentOffline(evseId: EvseId, nowMs: number): void {
    const entry = this.#entry(evseId);
    entry.offlineSinceMs ??= nowMs;
    changeLeases(entry, (lease) => endedOffline(lease, this.#slack(entry)));
  }

  /** A profile that is not ours prevails over everything we set, until it ends with the session at the latest. */
  overridden(evseId: EvseId): void {
    this.#entry(evseId).isOverridden = true;
  }

  /** It prevails no longer. What lies beneath it may be anything that was set meanwhile or has run down. */
  overrideEnded(evseId: EvseId, nowMs: number): void {
    const entry = this.#entry(evseId);
    if (!entry.isOverridden) return;
    entry.isOverridden = false;
    entry.needsAssertion = true;
    entry.falling = { amps: entry.evse.maxAmps, untilMs: nowMs + this.#options.followMs };
  }

  isOverridden(evseId: EvseId): boolean {
    return this.#entry(evseId).isOverridden;
  }

  /** The line is back. */
  cameBack(evseId: EvseId, nowMs: number): void {
    const entry = this.#entry(evseId);
    entry.offlineSinceMs = undefined;
    changeLeases(entry, (lease) => backOnline(lease, nowMs));
  }

  /** The car left: nothing we sent for it alone is in force any more. */
  sessionEnded(evseId: EvseId): void {
    const entry = this.#entry(evseId);
    const { inFlight } = entry;
    if (entry.lease !== undefined && !outlivesSession(entry.lease.rung)) entry.lease = undefined;
    entry.unanswered = outliving(entry.unanswered);
    entry.overlaid = outliving(entry.overlaid);
    entry.leastUnanswered = undefined;
    entry.falling = undefined;
    entry.isOverridden = false;
    entry.awaitedUntilMs = 0;
    if (entry.inherited?.outlivesSession !== true) {
      entry.unknownUntilMs = 0;
      entry.inherited = undefined;
    } else entry.inherited = { ...entry.inherited, leftUntilMs: undefined };
    entry.needsAssertion = true;
    entry.isInFlightVoid =
      inFlight?.kind === 'end priority' ||
      (inFlight?.kind === 'lease' && !outlivesSession(inFlight.schedule.rung ?? 'transaction'));
  }

  /**
   * Its station took the start of a session with a limit of ours. It counts as a lease that nobody answered: it may be
   * in force from the begin of the session until a lease is acknowledged.
   */
  startLimited(evseId: EvseId, amps: number): void {
    const entry = this.#entry(evseId);
    const never = Number.POSITIVE_INFINITY;
    const times = { sentAtMs: 0, mayEndFromMs: never, endsAtMs: never };
    const written = { form: 'none', rung: 'transaction', offlineMs: undefined } as const;
    const limit = { transactionId: '', setpointAmps: amps, tailAmps: amps, ...times, ...written };
    entry.unanswered = withUnanswered(entry.unanswered, limit);
    entry.leastUnanswered = lowest(entry.leastUnanswered, limit);
  }

  /** Its station's clock was measured: the leases that come may end as much earlier or later. */
  setClockSkew(evseId: EvseId, skewMs: number): void {
    this.#entry(evseId).skewMs = skewMs;
  }

  /** The command goes on its way: from now on it may be in force. */
  sent(command: StationCommand): void {
    const entry = this.#entry(command.evseId);
    entry.inFlight = command;
    entry.toldAtMs = command.sentAtMs;
    entry.isInFlightVoid = false;
    entry.isDoubtedInFlight = false;
  }

  /** Takes an answer; false when it belongs to no command in flight. */
  answered(answer: CommandAnswer): boolean {
    const entry = this.#entry(answer.evseId);
    const command = entry.inFlight;
    if (command?.sequence !== answer.sequence || command.epoch !== answer.epoch) return false;
    entry.inFlight = undefined;
    if (entry.isInFlightVoid) return true;
    if (command.kind === 'standing') {
      if (answer.outcome === 'accepted' || answer.outcome === 'timed-out')
        standingAnswered(entry, command.amps, answer.outcome);
      if (answer.outcome === 'accepted') replaceByStanding(entry, command.schedule.rung ?? 'transaction');
      return true;
    }
    if (command.kind === 'end priority' && answer.outcome === 'accepted')
      this.overrideEnded(answer.evseId, answer.atMs);
    // What was cleared counts on all the same: some say yes and do nothing, and some clear more.
    if (command.kind === 'clear' && answer.outcome === 'accepted') {
      entry.isCleared = true;
      this.doubt(answer.evseId);
    }
    // What bounds the station beside our leases only ever takes away.
    if (command.kind !== 'lease') return true;
    if (answer.outcome === 'accepted') this.#accepted(entry, this.#leaseOf(command, entry), answer.atMs);
    else if (answer.outcome === 'timed-out') {
      const lease = this.#leaseOf(command, entry);
      entry.unanswered = withUnanswered(entry.unanswered, lease);
      entry.leastUnanswered = lowest(entry.leastUnanswered, lease);
    }
    // Refused or never sent: what was in force before still is.
    return true;
  }

  /** Everything it holds, to be restored in another ledger of the same EVSEs. */
  snapshot(): readonly LedgerEntry[] {
    return [...this.#entries.values()].map(({ evse, ...held }) => ({ evseId: evse.id, ...held }));
  }

  restore(entries: readonly LedgerEntry[]): void {
    for (const { evseId, ...held } of entries) Object.assign(this.#entry(evseId), held);
  }

  #accepted(entry: ExposureEntry, lease: Lease, nowMs: number): void {
    const beforeAmps = this.exposureAmps(entry.evse.id, { isOnline: true, hasSession: true }, nowMs);
    const held = entry.lease === undefined ? entry.unanswered : [entry.lease, ...entry.unanswered];
    entry.isCleared &&= entry.lease?.rung === lease.rung;
    const left = entry.lease === undefined ? leftByAnother(entry) : [];
    entry.overlaid = otherRungs([...held, ...left, ...entry.overlaid], lease.rung).slice(0, overlaidMax);
    entry.lease = lease;
    entry.unanswered = [];
    // It took the place of the standing profile, and its last period is what the next session is offered.
    if (outlivesSession(lease.rung)) {
      entry.standingAmps = lease.tailAmps;
      entry.standingAmpsMin = Math.min(lease.setpointAmps, lease.tailAmps);
    } else if (this.leftRung(entry.evse.id) === 'station maximum') {
      // What lies beneath the maximum that had its place, nobody knows.
      entry.standingAmps = undefined;
      entry.standingAmpsMin = undefined;
    }
    entry.leastUnanswered = undefined;
    entry.needsAssertion = entry.isDoubtedInFlight;
    entry.falling =
      beforeAmps > lease.setpointAmps
        ? { amps: beforeAmps, untilMs: nowMs + this.#options.followMs }
        : undefined;
  }

  #leaseInFlight(entry: ExposureEntry): Lease | undefined {
    const { inFlight, isInFlightVoid } = entry;
    return inFlight?.kind === 'lease' && !isInFlightVoid ? this.#leaseOf(inFlight, entry) : undefined;
  }

  #leaseOf(command: Extract<StationCommand, { kind: 'lease' }>, entry: ExposureEntry): Lease {
    const slack = this.#slack(entry);
    const skewMs = Math.min(Math.abs(entry.skewMs), command.leaseMs * skewShareMax);
    return leaseOf(command, { ...slack, slackMs: slack.slackMs + skewMs });
  }

  #slack({ offlineSinceMs }: ExposureEntry): LeaseSlack {
    const { leaseSlackMs: slackMs, noticeOfflineMs: noticeMs = noticeOfflineMs } = this.#options;
    return { slackMs, noticeMs, offlineSinceMs };
  }

  #entry(evseId: EvseId): ExposureEntry {
    const entry = this.#entries.get(evseId);
    assert(entry !== undefined, `the ledger knows every EVSE of the config, and so ${evseId}`);
    return entry;
  }
}
