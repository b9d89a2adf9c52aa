import type { Clock, CommandAnswer, StationCommand } from '../control/ports.ts';
import type { ChargingProfile } from '../domain/chargingProfile.ts';
import { type CompositeQuery, compositeSchedule } from '../domain/compositeSchedule.ts';
import { type ScheduleDifference, scheduleDifference } from '../domain/scheduleDifference.ts';
import type { Logger } from '../log.ts';
import type { CallOutcome, CallQueue } from './callQueue.ts';
import type { Dialect, StationNews } from './dialect.ts';
import type { StationMessage } from './messages.ts';
import { preparedRequest } from './preparedMessage.ts';
import { ProfileBook } from './profileBook.ts';
import { profileSet, profilesCleared } from './profileWords.ts';
import type { CompositeSchedule } from './requests.ts';
import { isProfileCommand, leaseProfileId, period } from './setpoint.ts';
import { profileInForce, setpointProfile } from './setpointProfile.ts';

export interface StationProfilesPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** What the station's own clock shows. */
  stationNowMs(): number;
  tell(news: StationNews): void;
}

/** By what a station is asked. */
interface Line {
  readonly dialect: Dialect;
  readonly calls: CallQueue;
}

type Lease = Extract<StationCommand, { kind: 'lease' }>;

/** A station is asked for its own calculation so often while it charges, and not before a setpoint has settled. */
const checkEveryMs = 15 * 60_000;
const settleMs = 5_000;
/** What was refused is read again no oftener. */
const readEveryMs = 60_000;
/** So far ahead calculations are compared: beyond the end of every usual lease. */
const checkedS = 300;
/** What clocks may be off, and half the way to the answer. */
const slackS = 15;
/** It takes two differences of the same kind in a row to call them a trait of the device. */
const confirmations = 2;

/** The charging profiles of one station: what lies there, and whether it calculates with them as we do. */
export class StationProfiles {
  readonly book = new ProfileBook();
  readonly #ports: StationProfilesPorts;
  /** The newest setpoint of each EVSE, for what a calculation needs to know of it. */
  readonly #leases = new Map<number, Lease>();
  /** On their way. */
  readonly #sent = new Map<number, Lease>();
  readonly #alike = new Map<number, { readonly kind: string; readonly count: number }>();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #requestId = 0;
  /** It never answered, or has no such calculation: each question would hold up a setpoint. */
  #isSilent = false;

  constructor(ports: StationProfilesPorts) {
    this.#ports = ports;
  }

  /** A command goes on its way. */
  sending(command: StationCommand): void {
    if (command.kind === 'lease') this.#sent.set(command.evseNumber, command);
  }

  /**
   * What a dynamic profile of ours allows: the least of what was taken and what is on its way, so that an answer which
   * arrives after a decrease does not lift it again.
   */
  pulledLimit(profileId: number): number | undefined {
    const [evseNumber, taken] =
      [...this.#leases].find(([number]) => leaseProfileId(number) === profileId) ?? [];
    if (evseNumber === undefined || taken?.schedule.kind !== 'dynamic') return undefined;
    const amps = Math.min(taken.setpointAmps, this.#sent.get(evseNumber)?.setpointAmps ?? taken.setpointAmps);
    return period(0, amps, taken.schedule).limit;
  }

  /** A command was answered: what was taken lies there now, and after a refusal nobody knows what does. */
  answered(command: StationCommand, outcome: CommandAnswer['outcome'], line: Line): void {
    if (!isProfileCommand(command)) return;
    if (command.kind === 'lease' && this.#sent.get(command.evseNumber) === command)
      this.#sent.delete(command.evseNumber);
    if (outcome === 'rejected') {
      this.read(line);
      return;
    }
    if (outcome !== 'accepted' || command.schedule.rung === 'vendor key') return;
    const { evseNumber } = command;
    this.book.took(profileInForce(setpointProfile(command, this.#ports.stationNowMs())), this.#nowMs());
    if (command.kind !== 'lease') return;
    this.#leases.set(evseNumber, command);
    const checkedAtMs = this.book.checkOf(evseNumber)?.atMs ?? Number.NEGATIVE_INFINITY;
    if (this.#isSilent || this.#nowMs() - checkedAtMs < checkEveryMs) return;
    this.book.checked({ evseNumber, atMs: this.#nowMs(), difference: this.#differenceAt(evseNumber) });
    this.#ports.clock.after(settleMs, () => void this.#check(line, evseNumber));
  }

  /** A message goes out that somebody wrote himself. */
  asking({ action, payload }: StationMessage): void {
    const { requestId } = payload as { readonly requestId?: number };
    // The schema has checked it.
    if (action === 'GetChargingProfiles' && requestId !== undefined) this.book.awaitReport(requestId, false);
  }

  /** It was answered: what it set lies there, what it cleared no more. */
  told({ action, payload }: StationMessage, outcome: CallOutcome<object>, line: Line): void {
    if (outcome.kind !== 'result' || !('status' in outcome.payload) || outcome.payload.status !== 'Accepted')
      return;
    const profile = action === 'SetChargingProfile' ? profileSet(payload) : undefined;
    if (profile !== undefined) this.book.took(profile, this.#nowMs());
    if (action === 'ClearChargingProfile') this.book.cleared(profilesCleared(payload));
    // What the station itself says of them goes before what we read out of a message.
    if (profile !== undefined && line.dialect.askForProfiles !== undefined) this.read(line);
  }

  transactionEnded(transactionId: string): void {
    this.book.transactionEnded(transactionId);
  }

  /** Has the station tell what it holds: all its profiles, or in 1.6 what it makes of them. */
  read(line: Line): void {
    if (this.#nowMs() - this.#readAtMs < readEveryMs) return;
    this.#readAtMs = this.#nowMs();
    const { askForProfiles } = line.dialect;
    if (askForProfiles === undefined) {
      for (const evseNumber of this.#leases.keys()) void this.#check(line, evseNumber);
      return;
    }
    this.#requestId += 1;
    this.book.awaitReport(this.#requestId, true);
    void askForProfiles(line.calls, this.#requestId).then((reply) => {
      // It tells in its own time; one that holds none says so at once.
      if (reply.outcome === 'rejected' && /NoProfiles/.test(reply.reason))
        this.book.reportedNone(this.#nowMs());
    });
  }

  /** What a calculation for an EVSE starts from; undefined where no setpoint was taken there yet. */
  query(
    evseNumber: number,
    window: Pick<CompositeQuery, 'fromMs' | 'durationS' | 'unit'>,
  ): CompositeQuery | undefined {
    const lease = this.#leases.get(evseNumber);
    if (lease === undefined) return undefined;
    const { phaseVolts, phaseCount: conductorCount } = lease.schedule;
    const { transactionId } = lease;
    const evse = { hasPriority: false, stateOfChargePercent: undefined, transactionId, conductorCount };
    return {
      ...window,
      phaseVolts,
      relativeStartMs: lease.startedAtMs ?? window.fromMs,
      timeZone: 'UTC',
      offlineSinceMs: undefined,
      evses: [{ ...evse, number: evseNumber }],
    };
  }

  async #check(line: Line, evseNumber: number): Promise<void> {
    const lease = this.#leases.get(evseNumber);
    if (lease === undefined) return;
    const { unit } = lease.schedule;
    const asked = { kind: 'composite schedule', evseNumber, durationS: checkedS, unit } as const;
    const prepared = preparedRequest(line, asked, 'question');
    if (prepared.kind !== 'ready') return;
    const reply = await prepared.send();
    if (reply.outcome === 'timed-out' || (reply.outcome === 'rejected' && /^Not/.test(reply.reason)))
      this.#isSilent = true;
    if (reply.outcome !== 'accepted' || reply.data?.kind !== 'composite schedule') return;
    // Another session has begun meanwhile.
    if (this.#leases.get(evseNumber)?.transactionId !== lease.transactionId) return;
    this.#compare(evseNumber, reply.data.schedule);
  }

  #compare(evseNumber: number, { startsAtMs, durationS = checkedS, unit, periods }: CompositeSchedule): void {
    const startMs = startsAtMs ?? this.#ports.stationNowMs();
    const query = this.query(evseNumber, { fromMs: startMs, durationS, unit });
    if (query === undefined) return;
    const own = compositeSchedule(this.#profiles(), query);
    const difference = scheduleDifference(
      own,
      { startMs, durationS, periods },
      { hardwareLimit: Number.POSITIVE_INFINITY, tolerance: unit === 'A' ? 0.2 : 50, slackS },
    );
    this.#note(evseNumber, difference, startMs);
  }

  #note(evseNumber: number, difference: ScheduleDifference | undefined, startMs: number): void {
    this.book.checked({ evseNumber, atMs: this.#nowMs(), difference });
    if (difference === undefined) {
      this.#alike.delete(evseNumber);
      return;
    }
    const from = difference.atMs - startMs <= slackS * 1000 ? 'start' : 'later';
    const kind = `${difference.kind} ${from}`;
    const before = this.#alike.get(evseNumber);
    const count = before?.kind === kind ? before.count + 1 : 1;
    this.#alike.set(evseNumber, { kind, count });
    if (count === 1)
      this.#ports.log.warn({ evseNumber, ...difference }, 'station calculates otherwise than we do');
    if (count === confirmations && difference.kind === 'above')
      this.#ports.tell({ kind: 'schedule differs', evseNumber, from });
  }

  #profiles(): readonly ChargingProfile[] {
    return this.book.profiles.map(({ profile }) => profile);
  }

  #differenceAt(evseNumber: number): ScheduleDifference | undefined {
    return this.book.checkOf(evseNumber)?.difference;
  }

  #nowMs(): number {
    return this.#ports.clock.nowMs();
  }
}
