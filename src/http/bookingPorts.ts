import type { EvseId } from '../domain/ids.ts';
import type { CanceledReason, ReservationStatus, Timeslot } from '../domain/roaming/booking.ts';
import type { Actor } from './auth.ts';

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
}

/** What partners have booked at a site and is still to come or going on. */
export interface BookingsPort {
  /** The next one first. */
  list(site: string): readonly BookingNow[];
  /** Durable when it resolves, and then told to its partner. undefined: there is none that is still to come. */
  cancel(site: string, id: string, reason: CanceledReason, actor: Actor): Promise<unknown>;
}
