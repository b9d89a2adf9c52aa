import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { minutesAgo, type Protocol } from '../csms.ts';
import { asked } from './asking.ts';
import { card, given } from './station.ts';

const expiresAtMs = Date.parse('2040-01-01T00:00:00Z');
const reserve = { kind: 'reserve', reservationId: 9, tokenId: 'ANNA', expiresAtMs } as const;
const accepted = ['ReserveNow', { status: 'Accepted' }] as const;

/** Block H, what the CSMS has to do in it, the same in both versions. */
export function reservations(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('H01 Reservation', () => {
    it('of one EVSE names it, the driver and until when', async () => {
      const { message } = await asked(await given(protocol), { ...reserve, evseNumber: 2 }, accepted);
      expect(message).toEqual({
        ...{ id: 9, evseId: 2, expiryDateTime: '2040-01-01T00:00:00.000Z' },
        idToken: { idToken: 'ANNA', type: 'Central' },
      });
    });

    it('of any EVSE names none', async () => {
      const { message } = await asked(await given(protocol), reserve, accepted);
      expect(message).not.toHaveProperty('evseId');
    });

    it('for a group names its token, and a card is told as a card', async () => {
      const request = { ...reserve, tokenType: 'ISO14443', groupTokenId: 'FAMILY' };
      const { message } = await asked(await given(protocol), request, accepted);
      expect(message).toMatchObject({
        idToken: { idToken: 'ANNA', type: 'ISO14443' },
        groupIdToken: { idToken: 'FAMILY', type: 'Central' },
      });
    });

    it.each(['Faulted', 'Occupied', 'Rejected', 'Unavailable'])(
      'answered with %s is none',
      async (status) => {
        const { reply } = await asked(await given(protocol), reserve, ['ReserveNow', { status }]);
        expect(reply).toEqual({ outcome: 'rejected', reason: status });
      },
    );

    it('has the EVSE reserved that the station says it keeps', async () => {
      const { csms, station } = await given(protocol);
      const connector = { connectorStatus: 'Reserved', evseId: 1, connectorId: 1 };
      await station.call('StatusNotification', { timestamp: minutesAgo(0), ...connector });
      expect(csms.events.at(-1)).toMatchObject({ evseNumber: 1, status: 'reserved' });
    });
  });

  describe('H02 Cancel Reservation', () => {
    it.each([
      ['Accepted', 'accepted'],
      ['Rejected', 'rejected'],
    ])('names the reservation; answered with %s it is %s', async (status, outcome) => {
      const { message, reply } = await asked(
        await given(protocol),
        { kind: 'cancel reservation', reservationId: 9 },
        ['CancelReservation', { status }],
      );
      expect(message).toEqual({ reservationId: 9 });
      expect(reply).toMatchObject({ outcome });
    });
  });

  describe('H03 Use a reserved EVSE', () => {
    it('the reservation is over with the transaction that uses it', async () => {
      const { csms, event } = await given(protocol);
      await event('Started', 1, { ...card('ANNA'), reservationId: 9 });
      expect(csms.reports).toMatchObject([{ kind: 'reservation ended', reservationId: 9, how: 'used' }]);
    });
  });

  describe('H04 Reservation Ended, not used', () => {
    it.each([
      ['Expired', 'expired'],
      ['Removed', 'removed'],
    ])('%s is acknowledged, and it is %s', async (reservationUpdateStatus, how) => {
      const { csms, station } = await given(protocol);
      const told = { reservationId: 9, reservationUpdateStatus };
      expect(await station.call('ReservationStatusUpdate', told)).toEqual({});
      expect(csms.reports).toMatchObject([{ kind: 'reservation ended', reservationId: 9, how }]);
    });
  });
}
