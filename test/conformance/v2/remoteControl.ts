import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../../src/domain/ids.ts';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import type { Protocol } from '../csms.ts';
import { asked } from './asking.ts';
import { card, given } from './station.ts';

const schedule = { unit: 'A', phaseVolts: 230, phaseCount: 3, stackLevel: 0, leaseForm: 'tail' } as const;
const start = { kind: 'remote start', evseNumber: 1, tokenId: 'ANNA' } as const;

/** Block F, what the CSMS has to do in it, the same in both versions. */
export function remoteControl(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('F01 and F02 Remote Start Transaction', () => {
    it('names the EVSE, the token and a number by which the station tells of it', async () => {
      const { message, reply } = await asked(await given(protocol), start, [
        'RequestStartTransaction',
        { status: 'Accepted' },
      ]);
      expect(message).toEqual({
        ...{ evseId: 1, idToken: { idToken: 'ANNA', type: 'Central' } },
        remoteStartId: expect.any(Number),
      });
      expect(reply).toMatchObject({ outcome: 'accepted' });
    });

    it('has another number each time', async () => {
      const there = await given(protocol);
      const ask = async () =>
        (await asked(there, start, ['RequestStartTransaction', { status: 'Accepted' }])).message;
      expect((await ask())['remoteStartId']).not.toBe((await ask())['remoteStartId']);
    });

    it('brings no other profile than that of the transaction, which it does not name [F01.FR.09, F01.FR.11]', async () => {
      const { message } = await asked(await given(protocol), { ...start, limit: { amps: 8, schedule } }, [
        'RequestStartTransaction',
        { status: 'Accepted' },
      ]);
      expect(message['chargingProfile']).toMatchObject({ chargingProfilePurpose: 'TxProfile' });
      expect(message['chargingProfile']).not.toHaveProperty('transactionId');
    });

    it('refused by the station it is no session', async () => {
      const there = await given(protocol);
      const { reply } = await asked(there, start, ['RequestStartTransaction', { status: 'Rejected' }]);
      expect(reply).toEqual({ outcome: 'rejected', reason: 'Rejected' });
      expect(there.csms.events.filter(({ kind }) => kind === 'session started')).toEqual([]);
    });

    it('the session that follows is of the driver it was started for', async () => {
      const there = await given(protocol);
      const { message } = await asked(there, start, ['RequestStartTransaction', { status: 'Accepted' }]);
      const transactionInfo = { transactionId: 'tx-1', remoteStartId: message['remoteStartId'] };
      const told = { transactionInfo, triggerReason: 'RemoteStart', ...card('ANNA', 'Central') };
      expect(await there.event('Started', 1, told)).toMatchObject({ idTokenInfo: { status: 'Accepted' } });
      expect(there.csms.record('tx-1').session.tokenId).toBe('ANNA');
    });
  });

  describe('Block F, Remote Stop Transaction', () => {
    it('names the transaction, and is answered for by its end', async () => {
      const there = await given(protocol);
      await there.event('Started', 10, card('ANNA'));
      const { message, reply } = await asked(there, { kind: 'remote stop', transactionId: 'tx-1' }, [
        'RequestStopTransaction',
        { status: 'Accepted' },
      ]);
      expect(message).toEqual({ transactionId: 'tx-1' });
      expect(reply).toMatchObject({ outcome: 'accepted' });
      expect(there.csms.record('tx-1').session.endedAtMs).toBeUndefined();
      const transactionInfo = { transactionId: 'tx-1', stoppedReason: 'Remote' };
      await there.event('Ended', 1, { triggerReason: 'RemoteStop', transactionInfo });
      expect(there.csms.record('tx-1').session).toMatchObject({ state: 'finished', endReason: 'Remote' });
    });
  });

  describe('Block F, Remotely Unlock Connector', () => {
    it.each([
      ['Unlocked', 'accepted'],
      ['UnlockFailed', 'rejected'],
      ['OngoingAuthorizedTransaction', 'rejected'],
      ['UnknownConnector', 'rejected'],
    ])('answered with %s it is %s', async (status, outcome) => {
      const { message, reply } = await asked(
        await given(protocol),
        { kind: 'unlock', evseNumber: 1, connectorNumber: 2 },
        ['UnlockConnector', { status }],
      );
      expect(message).toEqual({ evseId: 1, connectorId: 2 });
      expect(reply).toMatchObject({ outcome, reason: status });
    });
  });

  describe('F06 Trigger Message', () => {
    it('of a status names the EVSE and its connector [F06.FR.13]', async () => {
      const request = { kind: 'trigger message', message: 'StatusNotification', evseNumber: 1 } as const;
      const { message } = await asked(await given(protocol), request, [
        'TriggerMessage',
        { status: 'Accepted' },
      ]);
      expect(message).toEqual({ requestedMessage: 'StatusNotification', evse: { id: 1, connectorId: 1 } });
    });

    it('of a status without an EVSE is not sent [F06.FR.13]', async () => {
      const { csms } = await given(protocol);
      const request = { kind: 'trigger message', message: 'StatusNotification' } as const;
      expect(await csms.gateway.request(stationId('CP-A1'), request)).toEqual({
        outcome: 'unsent',
        reason: 'OCPP 2.x tells the status of one connector: name its EVSE',
      });
    });

    it.each(['NotImplemented', 'Rejected'])('answered with %s is refused', async (status) => {
      const request = { kind: 'trigger message', message: 'Heartbeat' } as const;
      const { message, reply } = await asked(await given(protocol), request, ['TriggerMessage', { status }]);
      expect(message).toEqual({ requestedMessage: 'Heartbeat' });
      expect(reply).toEqual({ outcome: 'rejected', reason: status });
    });

    it('what was triggered is taken as if it had come by itself', async () => {
      const there = await given(protocol);
      await there.event('Started', 10, card('ANNA'));
      expect(await there.event('Updated', 1, { triggerReason: 'Trigger' })).toEqual({});
    });
  });
}
