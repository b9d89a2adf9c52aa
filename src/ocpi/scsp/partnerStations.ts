import type { Clock } from '../../control/ports.ts';
import type { StationId } from '../../domain/ids.ts';
import { fraction, shortText, times } from '../../domain/pricing/fraction.ts';
import type { ActiveChargingProfile } from '../../domain/roaming/chargingProfile.ts';
import { profileBoundAmps } from '../../domain/roaming/profileBound.ts';
import type { RoamingSession } from '../../domain/roaming/session.ts';
import type { SessionFact } from '../../domain/sessionFact.ts';
import type { StationEvent } from '../../domain/stationEvent.ts';
import type { Logger } from '../../log.ts';
import type { PartnerBook } from '../partners/partnerBook.ts';
import type { ReceivedSession, ReceivedSessions } from '../received/receivedSessions.ts';
import { isAt, isSame, type PlacedEvse } from './placedEvse.ts';
import { receiverOf } from './profileSender.ts';

export interface PartnerStationsPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly book: PartnerBook;
  readonly sessions: Pick<ReceivedSessions, 'open' | 'onTaken'>;
  apply(event: StationEvent): void;
  /** For the history of sessions. */
  note(fact: SessionFact): void;
  /** The transaction that is thought to run there. */
  runningAt(stationId: StationId): { readonly id: string; readonly startedAtMs: number } | undefined;
  isOnline(stationId: StationId): boolean;
  /** The most that our profiles let a session there take. */
  mostAmps(stationId: StationId): number;
}

/** What is told in tenths of an ampere may differ by one. */
const toleranceAmps = 0.15;

/**
 * EVSEs of partners as the site state sees them: like stations that come and go, with what their operators tell of their
 * sessions. One is there when its operator takes profiles and has told all of its sessions; it is gone when it did not answer.
 */
export class PartnerStations {
  readonly #ports: PartnerStationsPorts;
  readonly #placed: readonly PlacedEvse[];
  readonly #stop: () => void;

  constructor(ports: PartnerStationsPorts, placed: readonly PlacedEvse[]) {
    this.#ports = ports;
    this.#placed = placed;
    this.#stop = ports.sessions.onTaken((received) => this.#take(received));
  }

  /** A partner has told all that it was not heard to tell. */
  async heard(partnerId: string): Promise<void> {
    const placed = this.#of(partnerId);
    const partner = this.#ports.book.registered().find(({ id }) => id === partnerId);
    if (placed.length === 0 || partner === undefined) return;
    const open = await this.#ports.sessions.open(partnerId);
    const takesProfiles = receiverOf(partner) !== undefined;
    for (const evse of placed) {
      const here = open.filter((session) => session.status === 'ACTIVE' && isAt(evse, session));
      if (takesProfiles && !this.#ports.isOnline(evse.stationId))
        this.#apply(evse, { kind: 'connected', protocol: `ocpi${partner.state.version}` });
      const running = this.#ports.runningAt(evse.stationId);
      if (running !== undefined && !here.some(({ id }) => isSame(id, running.id)))
        this.#ended(evse, running.id, this.#ports.clock.nowMs());
      this.#status(evse, here.length === 0 ? 'available' : 'occupied');
      for (const session of here) this.#runs(evse, session);
    }
  }

  /** A partner did not answer: what was told to it may or may not hold. */
  lost(partnerId: string): void {
    const online = this.#of(partnerId).filter(({ stationId }) => this.#ports.isOnline(stationId));
    if (online.length > 0)
      this.#ports.log.warn({ partner: partnerId }, 'partner with EVSEs of ours went silent');
    for (const evse of online) this.#apply(evse, { kind: 'disconnected' });
  }

  /**
   * A partner tells what a session may draw, all of its own limits counted. Where that is more than we allow, our profile is
   * not what holds there, and it is told again. False where no such session runs at an EVSE of ours.
   */
  told(partnerId: string, sessionId: string, { startsAtMs, profile }: ActiveChargingProfile): boolean {
    const { clock, log, runningAt, mostAmps } = this.#ports;
    const evse = this.#of(partnerId).find(({ stationId }) =>
      isSame(runningAt(stationId)?.id ?? '', sessionId),
    );
    if (evse === undefined) return false;
    const { maxAmps, conductorCount, phaseVolts } = evse;
    const charge = { startedAtMs: startsAtMs, maxAmps, setpointAmps: 0, conductorCount, phaseVolts };
    const amps = profileBoundAmps({ startsAtMs, ...profile }, charge, clock.nowMs()) ?? maxAmps;
    const allowedAmps = mostAmps(evse.stationId);
    if (Math.min(amps, maxAmps) <= allowedAmps + toleranceAmps) return true;
    log.warn(
      { partner: partnerId, sessionId, amps, allowedAmps },
      'partner lets a session draw more than its profile',
    );
    this.#apply(evse, { kind: 'schedule doubted', evseNumber: evse.evseNumber });
    return true;
  }

  /** May be called twice. */
  stop(): void {
    this.#stop();
  }

  #of(partnerId: string): readonly PlacedEvse[] {
    return this.#placed.filter((evse) => evse.partnerId === partnerId);
  }

  #take({ partnerId, session }: ReceivedSession): void {
    for (const evse of this.#of(partnerId)) {
      const running = this.#ports.runningAt(evse.stationId);
      if (session.status === 'ACTIVE' && isAt(evse, session)) this.#runs(evse, session);
      // It has ended, or is told to be at another EVSE.
      else if (running !== undefined && isSame(running.id, session.id)) {
        this.#energy(evse, session);
        this.#ended(evse, running.id, session.endedAtMs ?? session.lastUpdatedMs);
        this.#status(evse, 'available');
      }
    }
  }

  /** Of two that run at one EVSE the one that began later is believed. */
  #runs(evse: PlacedEvse, session: RoamingSession): void {
    const running = this.#ports.runningAt(evse.stationId);
    const isKnown = running !== undefined && isSame(running.id, session.id);
    if (running !== undefined && !isKnown && session.startedAtMs < running.startedAtMs) return;
    const { evseNumber } = evse;
    if (!isKnown) {
      this.#status(evse, 'occupied');
      const { id: transactionId, startedAtMs } = session;
      // Its driver is none of ours, and none of our business.
      const started = { transactionId, startedAtMs, evseNumber, tokenId: undefined };
      this.#apply(evse, { kind: 'session started', ...started });
      this.#apply(evse, { kind: 'session changed', transactionId, evseNumber, state: 'charging' });
      this.#note(evse, transactionId, startedAtMs, { begins: true, state: 'charging', registerWh: 0 });
    }
    this.#energy(evse, session);
  }

  #energy(evse: PlacedEvse, { id, energyKwh, lastUpdatedMs }: RoamingSession): void {
    const energyWh = Number(shortText(times(energyKwh, fraction(1000))));
    const transactionId = this.#ports.runningAt(evse.stationId)?.id ?? id;
    this.#note(evse, transactionId, lastUpdatedMs, { registerWh: energyWh });
    this.#apply(evse, {
      ...{ kind: 'measured', evseNumber: evse.evseNumber, transactionId, takenAtMs: lastUpdatedMs },
      // What flows is not told, or as a mean over some time that has passed: nothing to plan by.
      ...{ amps: undefined, isPerPhase: false, powerWatts: undefined },
      energyWh,
      ...{ offeredAmps: undefined, stateOfChargePercent: undefined },
    });
  }

  #ended(evse: PlacedEvse, transactionId: string, endedAtMs: number): void {
    const reason = 'told by its operator';
    this.#note(evse, transactionId, endedAtMs, { ends: { reason, isPresumed: false } });
    this.#apply(evse, { kind: 'session ended', transactionId, reason, endedAtMs, energyWh: undefined });
  }

  #note(
    { stationId, evseNumber }: PlacedEvse,
    transactionId: string,
    atMs: number,
    fact: Pick<SessionFact, 'begins' | 'state' | 'registerWh' | 'ends'>,
  ): void {
    // Its operator's clock is all that is known of its time.
    const at = { atMs, clock: 'right', aheadMs: 0 } as const;
    this.#ports.note({ stationId, evseNumber, transactionId, at, ...fact });
  }

  #status(evse: PlacedEvse, status: 'available' | 'occupied'): void {
    const { evseNumber } = evse;
    this.#apply(evse, { kind: 'evse status', evseNumber, status, fault: undefined });
  }

  #apply({ stationId }: Pick<PlacedEvse, 'stationId'>, event: EventOfStation): void {
    this.#ports.apply({ stationId, atMs: this.#ports.clock.nowMs(), ...event });
  }
}

type Without<Event> = Event extends StationEvent ? Omit<Event, 'stationId' | 'atMs'> : never;
type EventOfStation = Without<StationEvent>;
