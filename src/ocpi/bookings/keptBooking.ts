import type { Booking } from '../../domain/roaming/booking.ts';
import type { RoamingObject } from '../../domain/roaming/partner.ts';
import { object, optional, required } from '../codec.ts';
import { booking } from '../v230/booking.ts';
import { text } from '../values.ts';

/** A booking, whose it is, and what it is here. */
export interface KeptBooking {
  readonly partnerId: string;
  readonly createdAtMs: number;
  readonly booking: Booking;
  readonly evseUid: string;
  /** Our name of the session that made use of it. */
  readonly sessionId?: string;
  /** Nothing happens to it any more, and its EVSE is free of it. */
  readonly isDone: boolean;
}

interface Kept {
  readonly booking: Booking;
  readonly evseUid: string;
  readonly sessionId?: string | undefined;
}

const codec = object<Kept>({
  booking: required('booking', booking),
  evseUid: required('evse', text(48)),
  sessionId: optional('session', text(255)),
});

/** Partners choose the ids of their requests, and two of them may choose the same. */
export const requestAlias = (partnerId: string, requestId: string): string =>
  `${partnerId} ${requestId.toUpperCase()}`;

export const kept = ({
  partnerId,
  createdAtMs,
  isDone,
  booking: told,
  evseUid,
  sessionId,
}: KeptBooking): RoamingObject => ({
  ...{ kind: 'booking', partnerId, id: told.id, alias: requestAlias(partnerId, told.requestId), createdAtMs },
  ...{ lastUpdatedMs: told.lastUpdatedMs, isDue: !isDone },
  site: { id: told.locationId, startMs: told.period.startMs },
  document: codec.write({ booking: told, evseUid, sessionId }),
});

/** What `kept` wrote. */
export function keptBookingIn({ partnerId, createdAtMs, isDue, document }: RoamingObject): KeptBooking {
  const { sessionId, ...rest } = codec.read(document);
  return { partnerId, createdAtMs, isDone: !isDue, ...rest, ...(sessionId !== undefined && { sessionId }) };
}
