import { settle } from './station.ts';
import {
  type HeldReservation,
  type JobKind,
  reservationAt,
  startJob,
  withoutReservation,
  withReservation,
} from './stationCare.ts';
import { endTransaction, findEvse, type Station } from './stationState.ts';

/** Switches EVSEs on or off, all of them where none is named; one that charges is switched off afterwards. */
export function changeAvailability(
  station: Station,
  evseNumber: number | undefined,
  isOperative: boolean,
): { readonly station: Station; readonly outcome: 'done' | 'scheduled' | 'unknown' } {
  const asked = station.evses.filter(({ number }) => number === (evseNumber ?? number));
  if (asked.length === 0) return { station, outcome: 'unknown' };
  const numbers = asked.map(({ number }) => number);
  const others = station.care.inoperative.filter((number) => !numbers.includes(number));
  const inoperative = isOperative ? others : [...others, ...numbers];
  const isBusy = !isOperative && asked.some(({ transaction }) => transaction !== undefined);
  const changed = settle({ ...station, care: { ...station.care, inoperative } });
  return { station: changed, outcome: isBusy ? 'scheduled' : 'done' };
}

/** Why an EVSE cannot be reserved, in the words that all versions share. */
type ReservationRefusal = 'Occupied' | 'Unavailable' | 'Rejected';

export function reserve(
  station: Station,
  reservation: HeldReservation,
): { readonly station: Station; readonly refusal: ReservationRefusal | undefined } {
  const { evseNumber } = reservation;
  const evse = evseNumber === undefined ? station.evses[0] : findEvse(station, evseNumber);
  const refusal = (): ReservationRefusal | undefined => {
    if (evse === undefined || reservation.expiresAtMs <= station.nowMs) return 'Rejected';
    if (station.care.inoperative.includes(evse.number)) return 'Unavailable';
    const held = reservationAt(station.care, evse.number);
    return evse.car !== undefined || (held !== undefined && held.id !== reservation.id)
      ? 'Occupied'
      : undefined;
  };
  const refused = refusal();
  if (refused !== undefined) return { station, refusal: refused };
  return {
    station: settle({ ...station, care: withReservation(station.care, reservation) }),
    refusal: undefined,
  };
}

/** undefined where there is no such reservation. */
export function cancelReservation(station: Station, id: number): Station | undefined {
  if (!station.care.reservations.some((held) => held.id === id)) return undefined;
  return settle({ ...station, care: withoutReservation(station.care, id) });
}

/** Opens the lock; a charge ends with it. undefined where there is no such EVSE. */
export function unlock(station: Station, evseNumber: number): Station | undefined {
  if (findEvse(station, evseNumber) === undefined) return undefined;
  return settle(endTransaction(station, evseNumber, 'remote'));
}

export const begin = (station: Station, kind: JobKind, requestId: number | undefined): Station => ({
  ...station,
  care: startJob(station.care, { kind, requestId, atMs: station.nowMs }),
});
