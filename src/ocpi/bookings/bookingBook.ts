import type { BookedEvses } from '../../control/bookedEvses.ts';
import type { Clock } from '../../control/ports.ts';
import { inTurn, inTurnByKey } from '../../domain/inTurn.ts';
import type { BookedSpan, BookingLocation } from '../../domain/roaming/booking.ts';
import { keptFromMs, noShowAtMs } from '../../domain/roaming/bookingRules.ts';
import type { RoamingObject } from '../../domain/roaming/partner.ts';
import type { PartnerBook } from '../partners/partnerBook.ts';
import type { Pushes } from '../partners/pushes.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { idTagOf } from '../tokens/idTag.ts';
import { booking as bookingCodec, bookingLocation } from '../v230/booking.ts';
import { type BookablePlace, bookingLocationOf } from './bookablePlaces.ts';
import { type KeptBooking, kept, keptBookingIn, requestAlias } from './keptBooking.ts';

export interface BookingBookPorts {
  readonly clock: Clock;
  readonly objects: RoamingObjects;
  readonly store: {
    keepBooking(
      booking: RoamingObject,
      held: (BookedSpan & { readonly evseId: string }) | undefined,
    ): Promise<'kept' | 'taken'>;
    freeBookings(): Promise<void>;
  };
  readonly partners: Pick<PartnerBook, 'owners' | 'find'>;
  readonly pushes: Pick<Pushes, 'to' | 'toAll'>;
  readonly booked: BookedEvses;
  readonly places: readonly BookablePlace[];
}

/** More than can be still to come of one partner. */
const openMax = 100_000;

/** The bookings that are still to come or going on, beside all that are kept; what changes is told to whom it concerns. */
export class BookingBook {
  readonly #ports: BookingBookPorts;
  /** By their ids. */
  readonly #open = new Map<string, KeptBooking>();
  /** When what is free at an EVSE changed last. */
  readonly #changedMs = new Map<string, number>();
  readonly #inTurn = inTurnByKey();
  /** Two that change places must not wait for each other in the database. */
  readonly #keeping = inTurn();

  constructor(ports: BookingBookPorts) {
    this.#ports = ports;
    for (const { evseId } of ports.places) this.#changedMs.set(evseId, ports.clock.nowMs());
  }

  /** Takes up what an earlier process left. */
  async load(): Promise<void> {
    const { partners, objects, store } = this.#ports;
    for (const { id: partnerId } of partners.owners()) {
      for (const object of await objects.dueRoamingObjects({ kind: 'booking', partnerId }, openMax)) {
        const known = keptBookingIn(object);
        this.#open.set(known.booking.id, known);
        this.#hold(known);
      }
    }
    await store.freeBookings();
  }

  open(): readonly KeptBooking[] {
    return [...this.#open.values()];
  }

  /** undefined where it is over. */
  known(id: string): KeptBooking | undefined {
    return this.#open.get(id);
  }

  places(): readonly BookablePlace[] {
    return this.#ports.places;
  }

  place(evseUid: string): BookablePlace | undefined {
    return this.#ports.places.find(({ evseId }) => evseId === evseUid);
  }

  locations(): readonly BookingLocation[] {
    const taken = this.#taken();
    return this.#ports.places.map((place) => this.#location(place, taken));
  }

  /** Changes of the bookings of one partner are made one after the other. */
  alone<T>(partnerId: string, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(partnerId, work);
  }

  /** One that is over, too. undefined where the partner has none of that request. */
  async find(partnerId: string, requestId: string): Promise<KeptBooking | undefined> {
    const alias = requestAlias(partnerId, requestId);
    const known = await this.#ports.objects.roamingObjectsByAlias('booking', alias);
    // One that had this name before, and was removed, may have asked in the same words.
    const found = known.find((object) => object.partnerId === partnerId);
    return found && keptBookingIn(found);
  }

  async count(partnerId: string): Promise<number> {
    return this.#ports.objects.countRoamingObjects({ kind: 'booking', partnerId });
  }

  isFree(evseUid: string, { startMs, endMs }: BookedSpan, except?: string): boolean {
    return !this.open().some(
      ({ evseUid: other, booking: { id, period } }) =>
        other === evseUid && id !== except && period.startMs < endMs && startMs < period.endMs,
    );
  }

  /** Durable when it resolves. `taken`: somebody else has a part of that time, and nothing changed. */
  keep(next: KeptBooking): Promise<'kept' | 'taken'> {
    return this.#keeping(() => this.#keep(next));
  }

  async #keep(next: KeptBooking): Promise<'kept' | 'taken'> {
    const { id, period } = next.booking;
    const before = this.#open.get(id);
    if (!next.isDone && !this.isFree(next.evseUid, period, id)) return 'taken';
    const held = next.isDone ? undefined : { evseId: next.evseUid, ...period };
    const outcome = await this.#ports.store.keepBooking(kept(next), held);
    if (outcome === 'taken') return outcome;
    if (next.isDone) this.#open.delete(id);
    else this.#open.set(id, next);
    this.#hold(next);
    if (!isSameSpan(before, next)) this.#changed(new Set([before?.evseUid, next.evseUid]));
    return outcome;
  }

  /** Tells its partner of it; one that was asked for is told in the answer. */
  tell({ partnerId, booking }: KeptBooking): void {
    const { countryCode, partyId, id, requests } = booking;
    const [{ request } = {}] = requests;
    this.#ports.pushes.to(partnerId, 'Booking', id, () => ({
      method: 'PUT',
      path: [countryCode, partyId, id],
      body: bookingCodec.write(booking),
      ...(request !== undefined && { to: request }),
    }));
  }

  /** Its partner is gone: nobody has it any more. */
  async forget({ booking: { id }, evseUid }: KeptBooking): Promise<void> {
    await this.#ports.store.freeBookings();
    this.#open.delete(id);
    this.#ports.booked.remove(id);
    this.#changed(new Set([evseUid]));
  }

  /** By EVSE. */
  #taken(): ReadonlyMap<string, readonly BookedSpan[]> {
    const taken = new Map<string, BookedSpan[]>();
    for (const { evseUid, booking } of this.#open.values()) {
      const spans = taken.get(evseUid) ?? [];
      spans.push(booking.period);
      taken.set(evseUid, spans);
    }
    return taken;
  }

  #location(place: BookablePlace, taken: ReadonlyMap<string, readonly BookedSpan[]>): BookingLocation {
    const nowMs = this.#ports.clock.nowMs();
    const changedMs = this.#changedMs.get(place.evseId) ?? nowMs;
    return bookingLocationOf(place, taken.get(place.evseId) ?? [], { nowMs, changedMs });
  }

  #changed(evses: ReadonlySet<string | undefined>): void {
    const { places, clock, pushes } = this.#ports;
    for (const place of places.filter(({ evseId }) => evses.has(evseId))) {
      const { evseId, countryCode, partyId } = place;
      // Partners ask for what changed from the newest they have: time must not stand still or run back for them.
      this.#changedMs.set(evseId, Math.max(clock.nowMs(), (this.#changedMs.get(evseId) ?? 0) + 1));
      pushes.toAll('Booking', `at ${evseId}`, () => ({
        method: 'PUT',
        path: [countryCode, partyId, 'booking_locations', evseId],
        body: bookingLocation.write(this.#location(place, this.#taken())),
      }));
    }
  }

  #hold(known: KeptBooking): void {
    const { booked } = this.#ports;
    const { booking, evseUid, isDone } = known;
    const place = this.place(evseUid);
    if (isDone || place === undefined) {
      booked.remove(booking.id);
      return;
    }
    const isExpected = booking.status === 'RESERVED';
    const { evseId, stationId, evseNumber } = place;
    booked.put({
      ...{ bookingId: booking.id, evseId, stationId, evseNumber, isExclusive: isExpected },
      fromMs: keptFromMs(booking),
      // Once he has come his card ends the session, however long it lasts.
      untilMs: isExpected ? noShowAtMs(booking) : Number.POSITIVE_INFINITY,
      tokenIds: booking.tokens.flatMap(({ uid }) => [uid, idTagOf(uid)]),
    });
  }
}

function isSameSpan(before: KeptBooking | undefined, after: KeptBooking): boolean {
  if (before === undefined) return after.isDone;
  const [a, b] = [before.booking.period, after.booking.period];
  const isSamePlace = before.evseUid === after.evseUid;
  return !after.isDone && isSamePlace && a.startMs === b.startMs && a.endMs === b.endMs;
}
