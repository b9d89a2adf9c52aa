import type { Clock } from '../../control/ports.ts';
import type {
  Booking,
  BookingLocation,
  BookingRequest,
  CanceledReason,
  RequestStatus,
} from '../../domain/roaming/booking.ts';
import { lateRefusal, spanRefusal } from '../../domain/roaming/bookingRules.ts';
import type { Session } from '../../domain/session.ts';
import type { Logger } from '../../log.ts';
import { statusCodes } from '../envelope.ts';
import { type RegisteredPartner, speaksFor } from '../partners/partnerBook.ts';
import type { Permission } from '../tokens/partnerTokens.ts';
import { invalid, OcpiRefusal } from '../transport/reply.ts';
import { type BookablePlace, optionOf } from './bookablePlaces.ts';
import type { BookingBook } from './bookingBook.ts';
import { misfit } from './bookingFit.ts';
import { isOf, isSame, isShown, requested, wantedOf } from './bookingWishes.ts';
import type { KeptBooking } from './keptBooking.ts';

export interface BookingDeskPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  readonly book: BookingBook;
}

/** What became of a request; `why` where it was declined. */
export interface Requested {
  readonly booking: Booking;
  readonly isNew: boolean;
  readonly why?: string;
}

/** Changes of one booking, declined ones too. */
const requestsMax = 50;
/** Of one partner, those that are over included. */
const keptMax = 50_000;

/**
 * Decides what partners ask for, at once: a booking is `RESERVED` or `REJECTED` in the answer, and none is ever `PENDING`
 * [OCPI Bookings 1.1 mod_bookings, POST Method: "can also go directly to"].
 */
export class BookingDesk {
  readonly #ports: BookingDeskPorts;

  constructor(ports: BookingDeskPorts) {
    this.#ports = ports;
  }

  locations(): readonly BookingLocation[] {
    return this.#ports.book.locations();
  }

  /** Durable when it resolves. Throws a refusal of what is about nothing of ours, or about somebody else's drivers. */
  async request(partner: RegisteredPartner, asked: BookingRequest): Promise<Requested> {
    if (![asked, ...asked.tokens].every((party) => speaksFor(partner, party))) throw notTheirs();
    const { book } = this.#ports;
    return book.alone(partner.id, async () => {
      const known = await book.find(partner.id, asked.requestId);
      if (known === undefined) return this.#create(partner.id, asked);
      return this.#change(known, asked);
    });
  }

  /** Ends one that is still to come. undefined where there is none. */
  async cancel(id: string, reason: CanceledReason): Promise<Booking | undefined> {
    const { book } = this.#ports;
    const found = book.known(id);
    if (found === undefined) return undefined;
    return book.alone(found.partnerId, async () => {
      const known = book.known(id);
      if (known?.booking.status !== 'RESERVED') return undefined;
      const canceled = { reason, by: 'CPO' };
      const next = this.#next(known, { status: 'CANCELED', canceled });
      await book.keep({ ...next, isDone: true });
      book.tell(next);
      return next.booking;
    });
  }

  /** How the driver of this session came by it, where he has booked its EVSE: his booking is fulfilled then. */
  async claim(session: Session): Promise<Permission | undefined> {
    const { book } = this.#ports;
    const found = book.open().find((known) => isOf(known, session));
    if (found === undefined) return undefined;
    const { partnerId, booking } = found;
    const token = booking.tokens.find(({ uid }) => isShown(uid, session.tokenId));
    if (token === undefined) return undefined;
    await book.alone(partnerId, async () => {
      const known = book.known(booking.id);
      if (known?.booking.status === 'RESERVED') await this.fulfil(known, session.id);
    });
    const { authorizationReference: reference, id: bookingId } = booking;
    const shown = { ...token, issuer: '', isValid: true, whitelist: 'NEVER', lastUpdatedMs: 0 } as const;
    return { partnerId, token: shown, method: 'COMMAND', reference, bookingId };
  }

  /** For whoever has its turn. */
  async fulfil(known: KeptBooking, sessionId: string): Promise<void> {
    const next = { ...this.#next(known, { status: 'FULFILLED' }), sessionId };
    await this.#ports.book.keep(next);
    this.#ports.book.tell(next);
  }

  async #create(partnerId: string, asked: BookingRequest): Promise<Requested> {
    const { book, clock, newId, log } = this.#ports;
    if (asked.canceled !== undefined) throw invalid('there is no booking of that request_id');
    const places = this.#places(asked);
    if ((await book.count(partnerId)) >= keptMax) throw full();
    const [first] = places;
    const { countryCode, partyId, policy } = first;
    const nowMs = clock.nowMs();
    const coming = book
      .open()
      .filter(
        (each) => each.partnerId === partnerId && book.place(each.evseUid)?.locationId === first.locationId,
      );
    const tooMany =
      coming.length < policy.perPartner
        ? undefined
        : `you have ${policy.perPartner} bookings here: cancel one first`;
    const made = (place: BookablePlace, status: 'RESERVED' | 'REJECTED'): KeptBooking => ({
      ...{ partnerId, createdAtMs: nowMs, evseUid: place.evseId, isDone: status === 'REJECTED' },
      booking: {
        ...{ id: newId(), countryCode, partyId, requestId: asked.requestId, status },
        ...wantedOf(asked, place),
        requests: [requested(asked, status === 'RESERVED' ? 'ACCEPTED' : 'DECLINED', nowMs)],
        lastUpdatedMs: nowMs,
      },
    });
    const why = tooMany ?? this.#refusal(asked, first);
    const booked =
      why === undefined ? await this.#keptAt(asked, places, (place) => made(place, 'RESERVED')) : undefined;
    if (booked !== undefined) {
      const { booking, evseUid } = booked;
      log.info(
        { partner: partnerId, bookingId: booking.id, evse: evseUid, ...booking.period },
        'EVSE booked',
      );
      return { booking, isNew: true };
    }
    const rejected = made(first, 'REJECTED');
    await book.keep(rejected);
    return { booking: rejected.booking, isNew: true, why: why ?? taken };
  }

  async #change(known: KeptBooking, asked: BookingRequest): Promise<Requested> {
    const { book, clock } = this.#ports;
    const { requests, status } = known.booking;
    const last = requests.at(-1);
    // The answer to it was lost.
    if (last?.status !== 'DECLINED' && last !== undefined && isSame(last.request, asked))
      return { booking: known.booking, isNew: false };
    if (requests.length >= requestsMax) throw full();
    const decided = (to: RequestStatus, change: Partial<Booking>): KeptBooking =>
      this.#next(known, { ...change, requests: [...requests, requested(asked, to, clock.nowMs())] });
    const declined = async (why: string): Promise<Requested> => {
      const next = decided('DECLINED', {});
      await book.keep(next);
      return { booking: next.booking, isNew: false, why };
    };
    if (status !== 'RESERVED') return declined(`the booking is ${status}`);
    const { canceled } = asked;
    const late = lateRefusal(known.booking, canceled === undefined ? 'change' : 'cancel', clock.nowMs());
    if (late !== undefined) return declined(late);
    if (canceled !== undefined) {
      const next = { ...decided('ACCEPTED', { status: 'CANCELED', canceled }), isDone: true };
      await book.keep(next);
      return { booking: next.booking, isNew: false };
    }
    const places = this.#places(asked, known.evseUid);
    const why = this.#refusal(asked, places[0]);
    if (why !== undefined) return declined(why);
    const moved = await this.#keptAt(
      asked,
      places,
      (place) => ({ ...decided('ACCEPTED', wantedOf(asked, place)), evseUid: place.evseId }),
      known.booking.id,
    );
    return moved === undefined ? declined(taken) : { booking: moved.booking, isNew: false };
  }

  /** At the first place that is free then. The database has the last word. */
  async #keptAt(
    { period, option }: BookingRequest,
    places: readonly BookablePlace[],
    made: (place: BookablePlace) => KeptBooking,
    except?: string,
  ): Promise<KeptBooking | undefined> {
    const { book } = this.#ports;
    for (const place of places) {
      if (misfit(optionOf(place), option) !== undefined) break;
      if (!book.isFree(place.evseId, period, except)) continue;
      const next = made(place);
      if ((await book.keep(next)) === 'kept') return next;
    }
    return undefined;
  }

  #refusal(
    { period, tokens, option, powerKw = 0 }: BookingRequest,
    place: BookablePlace,
  ): string | undefined {
    const { policy, closed, connector } = place;
    if (tokens.length === 0) return 'a booking needs a token that can be shown at the station';
    if (tokens.length > tokensMax) return `a booking has ${tokensMax} tokens at most`;
    if (powerKw * 1000 > (connector.maxWatts ?? Number.POSITIVE_INFINITY))
      return `the EVSE has ${connector.maxWatts} W at most`;
    const why = misfit(optionOf(place), option);
    if (why !== undefined) return why;
    return spanRefusal(period, { policy, closed }, this.#ports.clock.nowMs());
  }

  /** What the request names: what has what is wished for comes first, and of those the one that it has already. One at least. */
  #places(
    { locationId, bookingLocationId, option }: BookingRequest,
    current?: string,
  ): readonly [BookablePlace, ...BookablePlace[]] {
    const names = [bookingLocationId, option?.evseUid].filter((name) => name !== undefined && name !== '#NA');
    const named = this.#ports.book.places();
    const fits = (place: BookablePlace): boolean => misfit(optionOf(place), option) === undefined;
    const rank = (place: BookablePlace): number => 2 * Number(fits(place)) + Number(place.evseId === current);
    const [first, ...others] = named
      .filter((place) => place.locationId.toUpperCase() === locationId.toUpperCase())
      .filter(({ evseId }) => names.every((name) => name?.toUpperCase() === evseId.toUpperCase()))
      .toSorted((a, b) => rank(b) - rank(a));
    if (first !== undefined) return [first, ...others];
    const reply = { httpStatus: 200, statusCode: statusCodes.unknownLocation };
    throw new OcpiRefusal(reply, 'there is no such place that can be booked');
  }

  #next(known: KeptBooking, change: Partial<Booking>): KeptBooking {
    const lastUpdatedMs = Math.max(this.#ports.clock.nowMs(), known.booking.lastUpdatedMs + 1);
    return { ...known, booking: { ...known.booking, ...change, lastUpdatedMs } };
  }
}

const tokensMax = 20;
const taken = 'somebody else has booked it then';

const notTheirs = (): OcpiRefusal =>
  new OcpiRefusal(
    { httpStatus: 200, statusCode: statusCodes.unknownToken },
    'the request or one of its tokens is of none of your parties',
  );

const full = (): OcpiRefusal =>
  new OcpiRefusal(
    { httpStatus: 503, statusCode: statusCodes.serverError },
    'there are as many of yours as can be kept',
  );
