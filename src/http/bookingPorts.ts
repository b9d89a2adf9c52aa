import type { EvseId } from '../domain/ids.ts';
import type { CanceledReason, Cancellation, ReservationStatus, Timeslot } from '../domain/roaming/booking.ts';
import type { Actor } from './auth.ts';
import type { PageAsked, PageTold } from './pages.ts';

/** A booking of a partner's driver. */
export interface BookingNow {
  readonly id: string;
  readonly partnerId: string;
  readonly evseId: EvseId;
  readonly status: ReservationStatus;
  readonly period: Timeslot;
  readonly authorizationReference: string;
  /** That made use of it. */
  readonly sessionId: string | undefined;
  readonly canceled: Cancellation | undefined;
}

/** `open`: still to come, or going on. */
export const bookingStates = ['open', 'ended'] as const;
export type BookingState = (typeof bookingStates)[number];

/** What partners have booked at the sites where they may. */
export interface BookingsPort {
  /** Of those that are open the next one comes first, of those that ended the one that began last. */
  list(site: string, state: BookingState, page: PageAsked): Promise<PageTold<BookingNow>>;
  /** Durable when it resolves, and then told to its partner. undefined: there is none that is still to come. */
  cancel(site: string, id: string, reason: CanceledReason, actor: Actor): Promise<unknown>;
}
