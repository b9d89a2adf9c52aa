import type { StationId } from '../domain/ids.ts';
import { isHeld, type Reservation, type ReservationState } from '../domain/reservation.ts';
import type { StationReport } from '../domain/stationReport.ts';
import type { Logger } from '../log.ts';
import type { Clock } from './ports.ts';

export interface ReservationPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly book: {
    /** Durable once it resolves, with its number. */
    insertReservation(reservation: Omit<Reservation, 'id'>): Promise<Reservation>;
    updateReservation(
      reservation: Pick<Reservation, 'id' | 'state' | 'expiresAtMs' | 'endedAtMs'>,
    ): Promise<void>;
  };
}

/** What became of asking the station. */
export interface AskedOutcome {
  readonly outcome: 'accepted' | 'rejected' | 'timed-out' | 'unsent' | 'kept back';
}

/** Of one station at a time. */
const heldMax = 64;
const sweepMs = 30_000;

export type ReservationWish = Pick<
  Reservation,
  'stationId' | 'evseNumber' | 'tokenId' | 'groupTokenId' | 'expiresAtMs' | 'madeBy'
>;

/**
 * Who has which EVSE kept. A reservation is durable before its station is asked, so that none is in force which nobody
 * knows of; one whose station did not answer counts until it expires.
 */
export class ReservationDesk {
  readonly #ports: ReservationPorts;
  readonly #held = new Map<number, Reservation>();
  readonly #listeners = new Set<(id: number) => void>();
  #cancelSweep: () => void = () => undefined;
  #isStopped = false;

  /** `before`: what was held when an earlier process ended. */
  constructor(before: readonly Reservation[], ports: ReservationPorts) {
    this.#ports = ports;
    for (const reservation of before) this.#held.set(reservation.id, reservation);
    this.#sweepLater();
  }

  find(id: number, stationId: StationId): Reservation | undefined {
    const reservation = this.#held.get(id);
    return reservation?.stationId === stationId ? reservation : undefined;
  }

  /** Tells of every reservation that became another, once that is durable. The returned function ends it. */
  onChanged(listener: (id: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether this EVSE is kept for somebody now. A reservation of any EVSE keeps none in particular. */
  isReserved(stationId: StationId, evseNumber: number): boolean {
    return this.#of(stationId).some((held) => held.evseNumber === evseNumber && held.state === 'active');
  }

  /** Why it cannot be made; undefined where it can. */
  refusal({ stationId, expiresAtMs }: ReservationWish): string | undefined {
    if (expiresAtMs <= this.#ports.clock.nowMs())
      return 'expiresAt is in the past: give an instant after now';
    return this.#of(stationId).length < heldMax
      ? undefined
      : `the station has ${heldMax} reservations: cancel one first`;
  }

  /** Asks the station to keep it, and returns what it said beside what came of it. */
  async make<Outcome extends AskedOutcome>(
    wish: ReservationWish,
    ask: (reservation: Reservation) => Promise<Outcome>,
  ): Promise<{ readonly reservation: Reservation; readonly outcome: Outcome }> {
    const { clock, book } = this.#ports;
    const madeAtMs = clock.nowMs();
    const asked = { ...wish, madeAtMs, state: 'asked', endedAtMs: undefined } as const;
    const made = await book.insertReservation(asked);
    this.#held.set(made.id, made);
    const outcome = await ask(made);
    return { reservation: await this.#become(made, stateAfter(outcome)), outcome };
  }

  /** Asks the station to keep it until another instant. Where it may have done so, the later of the two counts. */
  async change<Outcome extends AskedOutcome>(
    reservation: Reservation,
    expiresAtMs: number,
    ask: (reservation: Reservation) => Promise<Outcome>,
  ): Promise<Outcome> {
    const outcome = await ask({ ...reservation, expiresAtMs });
    const isInDoubt = outcome.outcome === 'timed-out';
    if (outcome.outcome !== 'accepted' && !isInDoubt) return outcome;
    const untilMs = isInDoubt ? Math.max(expiresAtMs, reservation.expiresAtMs) : expiresAtMs;
    await this.#become({ ...reservation, expiresAtMs: untilMs }, reservation.state);
    return outcome;
  }

  /** Asks the station to give it up. One that it does not know is not held. */
  async cancel<Outcome extends AskedOutcome>(
    reservation: Reservation,
    ask: (reservation: Reservation) => Promise<Outcome>,
  ): Promise<Outcome> {
    const outcome = await ask(reservation);
    if (outcome.outcome === 'accepted') await this.#become(reservation, 'cancelled');
    if (outcome.outcome === 'rejected') await this.#become(reservation, 'removed');
    return outcome;
  }

  /** The station told that it is over. */
  async take({
    reservationId,
    stationId,
    how,
  }: Extract<StationReport, { kind: 'reservation ended' }>): Promise<void> {
    const reservation = this.find(reservationId, stationId);
    if (reservation !== undefined) await this.#become(reservation, how);
  }

  /** May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelSweep();
  }

  #of(stationId: StationId): readonly Reservation[] {
    const nowMs = this.#ports.clock.nowMs();
    return [...this.#held.values()].filter(
      (held) => held.stationId === stationId && nowMs < held.expiresAtMs,
    );
  }

  async #become(reservation: Reservation, state: ReservationState): Promise<Reservation> {
    const { clock, log, book } = this.#ports;
    const { id, stationId, evseNumber } = reservation;
    const isOver = !isHeld({ ...reservation, state });
    const after = { ...reservation, state, endedAtMs: isOver ? clock.nowMs() : undefined };
    if (isOver) this.#held.delete(id);
    // It may have ended while its station was asked.
    else if (this.#held.has(id)) this.#held.set(id, after);
    else return reservation;
    await book.updateReservation(after);
    log.info({ reservationId: id, stationId, evseNumber, state }, 'reservation changed');
    for (const listener of this.#listeners) listener(id);
    return after;
  }

  /** Stations end theirs by themselves; what they do not tell, time does. */
  #sweepLater(): void {
    if (this.#isStopped) return;
    this.#cancelSweep = this.#ports.clock.after(sweepMs, () => {
      void this.#sweep().finally(() => this.#sweepLater());
    });
  }

  async #sweep(): Promise<void> {
    const nowMs = this.#ports.clock.nowMs();
    for (const reservation of [...this.#held.values()]) {
      if (nowMs < reservation.expiresAtMs) continue;
      try {
        await this.#become(reservation, 'expired');
      } catch (error) {
        // It is over in any case; the next start finds it past its end.
        this.#ports.log.warn(
          { err: error, reservationId: reservation.id },
          'end of a reservation was not kept',
        );
      }
    }
  }
}

function stateAfter({ outcome }: AskedOutcome): ReservationState {
  switch (outcome) {
    case 'accepted':
      return 'active';
    case 'timed-out':
      return 'doubtful';
    case 'rejected':
    case 'unsent':
    case 'kept back':
      return 'refused';
    default:
      return outcome satisfies never;
  }
}
