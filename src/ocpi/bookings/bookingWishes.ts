import type {
  Booking,
  BookingRequest,
  BookingRequestStatus,
  RequestStatus,
} from '../../domain/roaming/booking.ts';
import { keptFromMs, noShowAtMs } from '../../domain/roaming/bookingRules.ts';
import type { Session } from '../../domain/session.ts';
import { tokenName } from '../../domain/token.ts';
import { idTagOf } from '../tokens/idTag.ts';
import { bookingRequest } from '../v230/booking.ts';
import { type BookablePlace, optionOf, powerOf } from './bookablePlaces.ts';
import type { KeptBooking } from './keptBooking.ts';

export const requested = (
  request: BookingRequest,
  status: RequestStatus,
  receivedAtMs: number,
): BookingRequestStatus => ({ status, request, receivedAtMs });

export const isSame = (a: BookingRequest, b: BookingRequest): boolean =>
  JSON.stringify(bookingRequest.write(a)) === JSON.stringify(bookingRequest.write(b));

type Wanted = Pick<
  Booking,
  'option' | 'locationId' | 'tokens' | 'tariffIds' | 'period' | 'access' | 'authorizationReference' | 'terms'
>;

/** What a request becomes at a place. */
export function wantedOf(
  { tokens, period, access, authorizationReference, powerKw }: BookingRequest,
  place: BookablePlace,
): Wanted {
  const { locationId, connector, terms } = place;
  return {
    ...{ locationId, tokens, access, authorizationReference, terms },
    option: optionOf(place),
    tariffIds: connector.tariffIds,
    period: { ...period, ...powerOf(place, powerKw === undefined ? undefined : powerKw * 1000) },
  };
}

/** Stations of 1.6 show what stands for a long token. */
export const isShown = (uid: string, tokenId: string | undefined): boolean =>
  tokenId !== undefined && [uid, idTagOf(uid)].some((each) => tokenName(each) === tokenName(tokenId));

export function isOf(
  { booking, evseUid, sessionId }: KeptBooking,
  { id, evseId, startedAtMs, tokenId }: Session,
): boolean {
  if (sessionId !== undefined) return sessionId === id;
  return (
    evseUid === evseId &&
    booking.status === 'RESERVED' &&
    startedAtMs >= keptFromMs(booking) &&
    startedAtMs < noShowAtMs(booking) &&
    booking.tokens.some(({ uid }) => isShown(uid, tokenId))
  );
}
