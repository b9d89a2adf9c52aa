import type { Kysely } from 'kysely';
import type { BookedSpan } from '../domain/roaming/booking.ts';
import { bookingGrainMs } from '../domain/roaming/bookingRules.ts';
import type { RoamingObject } from '../domain/roaming/partner.ts';
import { putRoamingObject, toObject } from './roamingObjects.ts';
import type { Tables } from './schema.ts';
import type { ShelfCounts } from './shelfCounts.ts';
import { inStore } from './storeError.ts';

interface EndedBookings {
  readonly site: string;
  readonly partners: readonly string[];
  readonly offset: number;
  readonly limit: number;
}

export interface BookingStore {
  /**
   * Keeps a booking, and in the place of what it held before the span at the EVSE, or nothing. Durable when it resolves; `taken`:
   * another booking holds a part of it, and nothing has changed.
   */
  keepBooking(
    booking: RoamingObject,
    held: (BookedSpan & { readonly evseId: string }) | undefined,
  ): Promise<'kept' | 'taken'>;
  /** Those of these partners at a site that are over; who began last comes first. */
  endedBookings(
    asked: EndedBookings,
  ): Promise<{ readonly items: readonly RoamingObject[]; readonly total: number }>;
  /** Frees what is held for bookings that are over, or whose partner is gone. */
  freeBookings(): Promise<void>;
}

/** Ends the transaction, so that nothing of it stays. */
class TakenError extends Error {}

export function bookingStore(db: Kysely<Tables>, counts: ShelfCounts): BookingStore {
  return {
    keepBooking: (booking, held) =>
      inStore('keep a booking', async () => {
        try {
          await db.transaction().execute(async (transaction) => {
            await transaction.deleteFrom('booking_slot').where('booking_id', '=', booking.id).execute();
            const slots = held === undefined ? [] : slotsOf(held, booking.id);
            if (slots.length > 0) {
              const { numInsertedOrUpdatedRows = 0n } = await transaction
                .insertInto('booking_slot')
                .values(slots)
                .onConflict((conflict) => conflict.columns(['evse_id', 'start_ms']).doNothing())
                .executeTakeFirst();
              if (Number(numInsertedOrUpdatedRows) < slots.length) throw new TakenError();
            }
            await putRoamingObject(transaction, booking);
          });
          counts.changed(booking);
          return 'kept';
        } catch (error) {
          if (error instanceof TakenError) return 'taken';
          throw error;
        }
      }),

    endedBookings: ({ site, partners, offset, limit }) =>
      inStore('list bookings that are over', async () => {
        if (partners.length === 0) return { items: [], total: 0 };
        const ended = db
          .selectFrom('roaming_object')
          .where('site_id', '=', site)
          .where('is_due', '=', 0)
          // What was of a partner that was removed is under a name that nobody has.
          .where('partner_id', 'in', partners);
        const rows = await ended
          .selectAll()
          .orderBy('starts_at_ms', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .offset(offset)
          .execute();
        const counted = await ended.select(db.fn.countAll().as('count')).executeTakeFirstOrThrow();
        return { items: rows.map(toObject), total: Number(counted.count) };
      }),

    freeBookings: () =>
      inStore('free what was booked', async () => {
        const open = db
          .selectFrom('roaming_object')
          .select('id')
          .where('kind', '=', 'booking')
          .where('is_due', '=', 1);
        await db.deleteFrom('booking_slot').where('booking_id', 'not in', open).execute();
      }),
  };
}

function slotsOf(
  { evseId, startMs, endMs }: BookedSpan & { readonly evseId: string },
  bookingId: string,
): { evse_id: string; start_ms: number; booking_id: string }[] {
  const first = Math.floor(startMs / bookingGrainMs);
  const count = Math.ceil(endMs / bookingGrainMs) - first;
  return Array.from({ length: count }, (_, index) => ({
    evse_id: evseId,
    start_ms: (first + index) * bookingGrainMs,
    booking_id: bookingId,
  }));
}
