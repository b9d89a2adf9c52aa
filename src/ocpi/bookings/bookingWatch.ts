import type { Clock } from '../../control/ports.ts';
import { every } from '../../domain/every.ts';
import { type EvseId, evseId, type SessionId } from '../../domain/ids.ts';
import type { CanceledReason, Timeslot } from '../../domain/roaming/booking.ts';
import { keptFromMs, noShowAtMs } from '../../domain/roaming/bookingRules.ts';
import type { CdrToken } from '../../domain/roaming/session.ts';
import type { Session } from '../../domain/session.ts';
import type { Logger } from '../../log.ts';
import type { StationsAsked } from '../commands/stationsAsked.ts';
import type { PartnerBook } from '../partners/partnerBook.ts';
import type { BookingBook } from './bookingBook.ts';
import type { BookingDesk } from './bookingDesk.ts';
import { isShown } from './bookingWishes.ts';
import type { KeptBooking } from './keptBooking.ts';

export interface BookingWatchPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly book: BookingBook;
  readonly desk: BookingDesk;
  readonly partners: Pick<PartnerBook, 'find'>;
  readonly stations: Pick<StationsAsked, 'reserve' | 'cancel'>;
  /** Who charges there now. */
  runningAt(evse: EvseId): Session | undefined;
  /** Gives the session the power that was booked, as far as limits allow; told again while it lasts. */
  guarantee(evse: EvseId, session: SessionId, slot: Timeslot & { readonly partnerId: string }): Promise<void>;
  /** Whether nobody could charge there. */
  isBroken(evse: EvseId): boolean;
}

/** What was asked of a station for a booking. */
interface Asked {
  readonly partnerId: string;
  readonly evse: EvseId;
  readonly expiresAtMs: number;
  /** Our number of the reservation; undefined where the station has none. */
  readonly number: number | undefined;
  /** On our monotonic clock; never, while it has not answered. */
  readonly againAtMs: number;
}

const lookEveryMs = 1_000;
/** What a station tells of the begin of a session takes a while. */
const settleMs = 30_000;
const askAgainMs = 60_000;

/** Lets time do its work: EVSEs are kept at their stations shortly before, who does not come is told so, and what is over is. */
export class BookingWatch {
  readonly #ports: BookingWatchPorts;
  /** By booking. */
  readonly #asked = new Map<string, Asked>();
  #stopLooking = (): void => undefined;
  #isLooking = false;
  #isStopped = false;

  constructor(ports: BookingWatchPorts) {
    this.#ports = ports;
  }

  start(): void {
    if (this.#isStopped) return;
    this.#stopLooking = every(this.#ports.clock, lookEveryMs, () => void this.#look());
  }

  /** May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#stopLooking();
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { book, log } = this.#ports;
    for (const { partnerId, booking } of book.open().filter((known) => this.#isDue(known))) {
      const look = async (): Promise<void> => {
        const known = book.known(booking.id);
        if (known !== undefined && !this.#isStopped) await this.#judge(known);
      };
      await book.alone(partnerId, look).catch((error: unknown) => {
        log.error({ err: error, bookingId: booking.id }, 'booking could not be followed');
      });
    }
    this.#release();
    this.#isLooking = false;
  }

  /** Whether anything may have happened to it: most are days ahead. */
  #isDue({ partnerId, booking, evseUid }: KeptBooking): boolean {
    const { clock, book, partners } = this.#ports;
    if (booking.status !== 'RESERVED' || clock.nowMs() >= keptFromMs(booking)) return true;
    return book.place(evseUid) === undefined || partners.find(partnerId) === undefined;
  }

  async #judge(known: KeptBooking): Promise<void> {
    const { clock, book, partners, runningAt, desk } = this.#ports;
    const { partnerId, booking, sessionId, evseUid } = known;
    if (partners.find(partnerId) === undefined) return book.forget(known);
    const running = runningAt(evseId(evseUid));
    if (booking.status !== 'RESERVED') {
      if (running === undefined || running.id !== sessionId) await book.keep({ ...known, isDone: true });
      else await this.#ports.guarantee(running.evseId, running.id, { ...booking.period, partnerId });
      return;
    }
    const nowMs = clock.nowMs();
    if (nowMs >= noShowAtMs(booking) + settleMs || book.place(evseUid) === undefined) {
      const hasCome = booking.tokens.some(({ uid }) => isShown(uid, running?.tokenId));
      if (running !== undefined && hasCome) await desk.fulfil(known, running.id);
      else await this.#end(known, running);
    } else if (nowMs >= keptFromMs(booking) && running === undefined) this.#keepAtStation(known);
  }

  /** Nobody came, or nobody could. */
  async #end(known: KeptBooking, running: Session | undefined): Promise<void> {
    const { book, clock, log, isBroken } = this.#ports;
    const evse = evseId(known.evseUid);
    const reason = this.#hindrance(running, book.place(evse) === undefined, isBroken(evse));
    const lastUpdatedMs = Math.max(clock.nowMs(), known.booking.lastUpdatedMs + 1);
    const become =
      reason === undefined
        ? ({ status: 'NO_SHOW' } as const)
        : ({ status: 'CANCELED', canceled: { reason, by: 'CPO' } } as const);
    const next = { ...known, isDone: true, booking: { ...known.booking, ...become, lastUpdatedMs } };
    await book.keep(next);
    book.tell(next);
    log.info({ bookingId: known.booking.id, evse, ...become }, 'booking ended');
  }

  #hindrance(running: Session | undefined, isGone: boolean, isBroken: boolean): CanceledReason | undefined {
    if (isGone) return 'UNKNOWN';
    if (running !== undefined) return 'FULL';
    return isBroken ? 'BROKEN_CHARGER' : undefined;
  }

  /**
   * A station can keep an EVSE for one token, so it is asked where a booking has one. What it makes of it is its own matter: others
   * are refused by us all the same.
   */
  #keepAtStation({ partnerId, booking, evseUid }: KeptBooking): void {
    const { clock, book } = this.#ports;
    const [token, ...others] = booking.tokens;
    if (book.place(evseUid)?.isReservable !== true || token === undefined || others.length > 0) return;
    const [evse, expiresAtMs] = [evseId(evseUid), noShowAtMs(booking)];
    const asked = this.#asked.get(booking.id);
    const isAsked = asked?.evse === evse && asked.expiresAtMs === expiresAtMs;
    if (isAsked && (asked.number !== undefined || clock.monotonicMs() < asked.againAtMs)) return;
    if (asked !== undefined && !isAsked) this.#giveUp(asked);
    const note = { partnerId, evse, expiresAtMs, againAtMs: Number.POSITIVE_INFINITY, number: undefined };
    this.#asked.set(booking.id, note);
    // A station may let us wait for its answer, and nobody else waits for that.
    void this.#ask(booking.id, note, token);
  }

  /** Never rejects. */
  async #ask(bookingId: string, note: Asked, token: CdrToken): Promise<void> {
    const { stations, log, clock } = this.#ports;
    const { partnerId, evse, expiresAtMs } = note;
    const answer = await stations.reserve({ partnerId, evse, token, expiresAtMs }).catch((error: unknown) => {
      log.warn({ err: error, bookingId }, 'station could not be asked to keep an EVSE');
    });
    const made = { ...note, number: answer?.number, againAtMs: clock.monotonicMs() + askAgainMs };
    // It may be over, or elsewhere, by now.
    if (this.#asked.get(bookingId) === note) this.#asked.set(bookingId, made);
    else this.#giveUp(made);
  }

  /** Stations keep nothing for bookings that were cancelled; what is used or over they end themselves. */
  #release(): void {
    for (const [id, asked] of this.#asked) {
      if (this.#ports.book.known(id)?.booking.status === 'RESERVED') continue;
      this.#asked.delete(id);
      this.#giveUp(asked);
    }
  }

  #giveUp({ partnerId, evse, number }: Asked): void {
    const { stations, log } = this.#ports;
    if (number === undefined) return;
    stations.cancel({ partnerId, evse, number }).catch((error: unknown) => {
      log.warn({ err: error, evse }, 'station could not be told that a booking is over');
    });
  }
}
