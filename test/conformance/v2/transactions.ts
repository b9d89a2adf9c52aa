import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { minutesAgo, type Protocol } from '../csms.ts';
import { card, given, inState, register, stopped } from './station.ts';

/** Block E, what the CSMS has to do in it, the same in both versions. */
export function transactions(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('E01 Start Transaction options', () => {
    it('a transaction begins with its first event, and is kept with its register', async () => {
      const { csms, event } = await given(protocol);
      await event('Started', 30, { ...card('ANNA'), ...register(30, 5000, 'Transaction.Begin') });
      expect(csms.record('tx-1')).toMatchObject({
        session: { evseId: 'A1', tokenId: 'ANNA', endedAtMs: undefined },
        meterStartWh: 5000,
      });
    });
  });

  describe('E02 Start Transaction, cable plugin first', () => {
    it('a session has its token as soon as one is shown', async () => {
      const { csms, event } = await given(protocol);
      expect(await event('Started', 30, inState('EVConnected'))).toEqual({});
      expect(csms.record('tx-1').session.tokenId).toBeUndefined();
      expect(await event('Updated', 29, { ...card('ANNA'), ...inState('Charging') })).toMatchObject({
        idTokenInfo: { status: 'Accepted' },
      });
      await eventually(() =>
        expect(csms.record('tx-1').session).toMatchObject({ tokenId: 'ANNA', state: 'charging' }),
      );
    });
  });

  describe('E03 Start Transaction, IdToken first', () => {
    it('a free connector says nothing against a transaction that waits for its cable', async () => {
      const { csms, station, event } = await given(protocol, { idleGraceMs: 1 });
      await event('Started', 1, card('ANNA'));
      const status = { timestamp: minutesAgo(0), evseId: 1, connectorId: 1, connectorStatus: 'Available' };
      await station.call('StatusNotification', status);
      await event('Updated', 0, inState('Charging'));
      expect(csms.events.filter(({ kind }) => kind === 'session ended')).toEqual([]);
    });
  });

  describe('E05 Start Transaction, id not accepted', () => {
    it.each([
      ['BLOCKED', 'Blocked'],
      ['EXPIRED', 'Expired'],
      ['ELSEWHERE', 'NotAtThisLocation'],
      ['STRANGER', 'Unknown'],
    ])('%s is answered with %s, and the session gets nothing', async (idToken, status) => {
      const { csms, event } = await given(protocol);
      expect(await event('Started', 1, card(idToken))).toMatchObject({ idTokenInfo: { status } });
      expect(csms.events.at(-1)).toMatchObject({ kind: 'session changed', isRefused: true });
      expect(csms.record('tx-1').marks).toContain('token refused');
    });

    it('another token that is accepted lets it charge', async () => {
      const { csms, event } = await given(protocol);
      await event('Started', 2, card('STRANGER'));
      await event('Updated', 1, card('ANNA'));
      expect(csms.events.at(-1)).toMatchObject({ kind: 'session changed', isRefused: false });
    });

    it('a token that charges elsewhere is a concurrent transaction', async () => {
      const { station, event } = await given(protocol);
      await event('Started', 5, card('ANNA'));
      const second = await station.call('TransactionEvent', {
        ...{ eventType: 'Started', timestamp: minutesAgo(1), triggerReason: 'Authorized', seqNo: 0 },
        ...{ transactionInfo: { transactionId: 'tx-2' }, evse: { id: 2, connectorId: 1 } },
        ...card('anna'),
      });
      expect(second).toMatchObject({ idTokenInfo: { status: 'ConcurrentTx' } });
    });
  });

  describe('E06 Stop Transaction options', () => {
    it('a transaction ends with its reason and all of its energy', async () => {
      const { csms, event } = await given(protocol);
      await event('Started', 30, { ...card('ANNA'), ...register(30, 5000, 'Transaction.Begin') });
      const end = { ...stopped('EVDisconnected'), ...register(1, 9000, 'Transaction.End') };
      expect(await event('Ended', 1, end)).toEqual({});
      expect(csms.record('tx-1')).toMatchObject({
        session: { state: 'finished', endReason: 'EVDisconnected', energyWh: 4000 },
        marks: [],
      });
    });

    it('without a reason it was local', async () => {
      const { csms, event } = await given(protocol);
      await event('Started', 30);
      await event('Ended', 1);
      expect(csms.record('tx-1').session.endReason).toBe('Local');
    });
  });

  describe('E07 Transaction locally stopped by IdToken', () => {
    it('whoever stops it is answered with his group, and the session stays with who began it', async () => {
      const { csms, event } = await given(protocol);
      await event('Started', 30, card('ANNA'));
      const stop = { ...card('BERT'), triggerReason: 'StopAuthorized' };
      expect(await event('Updated', 2, stop)).toMatchObject({
        idTokenInfo: { status: 'Accepted', groupIdToken: { idToken: 'FAMILY' } },
      });
      await event('Ended', 1, stopped('Local'));
      expect(csms.record('tx-1').session.tokenId).toBe('ANNA');
    });

    it('a stranger who tries does not make the session a refused one', async () => {
      const { csms, event } = await given(protocol);
      await event('Started', 30, card('ANNA'));
      await event('Updated', 2, { ...card('STRANGER'), triggerReason: 'StopAuthorized' });
      expect(csms.events.filter((told) => 'isRefused' in told)).toEqual([]);
    });
  });

  describe('E10 When cable disconnected on EV-side, suspend; E15 End of charging process', () => {
    it('a pause by the vehicle and one by the station are kept apart, with their energy', async () => {
      const { csms, event } = await given(protocol);
      await event('Started', 40, { ...card('ANNA'), ...register(40, 5000, 'Transaction.Begin') });
      await event('Updated', 39, inState('Charging'));
      await event('Updated', 30, { ...inState('SuspendedEVSE'), ...register(30, 6000) });
      await event('Updated', 20, { ...inState('SuspendedEV'), ...register(20, 6000) });
      await event('Ended', 1, { ...stopped('EVDisconnected'), ...register(1, 6000, 'Transaction.End') });
      const { story, session } = csms.record('tx-1');
      expect(story.points.flatMap(({ state }) => state ?? [])).toEqual([
        'charging',
        'suspended-by-us',
        'suspended-by-ev',
      ]);
      expect(session.energyWh).toBe(1000);
    });
  });

  describe('E11 Connection loss during transaction', () => {
    it('events told on the next connection belong to the same transaction', async () => {
      const { csms, event, station } = await given(protocol);
      await event('Started', 30, { ...card('ANNA'), ...register(30, 5000, 'Transaction.Begin') });
      station.raw.socket.terminate();
      const back = await csms.connect();
      await back.call('TransactionEvent', {
        ...{ eventType: 'Ended', timestamp: minutesAgo(1), triggerReason: 'EVDeparted', seqNo: 1 },
        ...{ ...stopped('EVDisconnected'), ...register(1, 9000, 'Transaction.End'), offline: true },
      });
      expect(csms.record('tx-1')).toMatchObject({ session: { energyWh: 4000 }, marks: ['told late'] });
    });
  });

  describe('E04, E08, E12 Offline transactions', () => {
    it('one that began and ended offline is kept as if it had been told at once', async () => {
      const { csms, event } = await given(protocol);
      const offline = { offline: true };
      await event('Started', 60, { ...card('ANNA'), ...register(60, 5000, 'Transaction.Begin'), ...offline });
      await event('Updated', 50, { ...inState('Charging'), ...register(50, 5500), ...offline });
      await event('Ended', 30, { ...stopped('Local'), ...register(30, 7000, 'Transaction.End'), ...offline });
      expect(csms.record('tx-1')).toMatchObject({
        session: { state: 'finished', energyWh: 2000, endReason: 'Local' },
        marks: ['told late'],
      });
    });

    it('one that is told while another runs there does not end that', async () => {
      const { csms, station, event } = await given(protocol);
      await event('Started', 5, card('ANNA'));
      const late = (eventType: string, minutes: number, seqNo: number, change: object) =>
        station.call('TransactionEvent', {
          ...{ eventType, timestamp: minutesAgo(minutes), triggerReason: 'Trigger', seqNo, offline: true },
          ...{ transactionInfo: { transactionId: 'tx-0' }, evse: { id: 1, connectorId: 1 }, ...change },
        });
      await late('Started', 60, 0, { ...card('BERT'), ...register(60, 1000, 'Transaction.Begin') });
      await late('Ended', 30, 1, register(30, 2000, 'Transaction.End'));
      expect(csms.record('tx-0').session).toMatchObject({ state: 'finished', energyWh: 1000 });
      expect(csms.record('tx-1').session.endedAtMs).toBeUndefined();
      const started = csms.events.flatMap((told) =>
        told.kind === 'session started' ? told.transactionId : [],
      );
      expect(started).toEqual(['tx-1']);
    });
  });

  describe('E13 Transaction-related message delivered again', () => {
    it('an event that is repeated changes nothing', async () => {
      const { csms, station } = await given(protocol);
      const told = {
        ...{ eventType: 'Started', timestamp: minutesAgo(30), triggerReason: 'Authorized', seqNo: 0 },
        ...{ transactionInfo: { transactionId: 'tx-1' }, evse: { id: 1, connectorId: 1 } },
        ...{ ...card('ANNA'), ...register(30, 5000, 'Transaction.Begin') },
      };
      await station.call('TransactionEvent', told);
      const record = csms.record('tx-1');
      await station.call('TransactionEvent', told);
      expect(csms.record('tx-1')).toBe(record);
      expect(csms.events.filter(({ kind }) => kind === 'session started')).toHaveLength(1);
    });

    it('events that come out of their order make the same history', async () => {
      const { csms, station } = await given(protocol);
      const told = (eventType: string, minutes: number, seqNo: number, change: object) => () =>
        station.call('TransactionEvent', {
          ...{ eventType, timestamp: minutesAgo(minutes), triggerReason: 'Trigger', seqNo },
          ...{ transactionInfo: { transactionId: 'tx-1' }, evse: { id: 1, connectorId: 1 }, ...change },
        });
      const begin = told('Started', 40, 0, { ...card('ANNA'), ...register(40, 5000, 'Transaction.Begin') });
      const charge = told('Updated', 39, 1, inState('Charging'));
      const pause = told('Updated', 20, 2, { ...inState('SuspendedEV'), ...register(20, 8000) });
      const end = told('Ended', 1, 3, register(1, 8000, 'Transaction.End'));
      await charge();
      await begin();
      await end();
      expect(csms.record('tx-1').marks).toContain('messages missing');
      await pause();
      await eventually(() => expect(csms.record('tx-1').marks).toEqual([]));
      const { session, story } = csms.record('tx-1');
      expect(session).toMatchObject({ energyWh: 3000, tokenId: 'ANNA', state: 'finished' });
      expect(story.points.flatMap(({ state }) => state ?? [])).toEqual(['charging', 'suspended-by-ev']);
    });

    it('an old state that comes late does not become the present one', async () => {
      const { csms, station, event } = await given(protocol);
      await event('Started', 10, card('ANNA'));
      await event('Updated', 9, inState('Charging'));
      await event('Updated', 1, inState('SuspendedEV'));
      await station.call('TransactionEvent', {
        ...{ eventType: 'Updated', timestamp: minutesAgo(5), triggerReason: 'Trigger', seqNo: 1 },
        ...inState('Charging'),
      });
      expect(csms.events.filter((told) => told.kind === 'session changed').at(-1)).toMatchObject({
        state: 'suspended-by-ev',
      });
    });
  });

  describe('E14 Check transaction status', () => {
    it('a transaction that nothing is heard of after a boot is over, until it gives a sign of life', async () => {
      const { csms, station, event } = await given(protocol, { bootGraceMs: 50 });
      await event('Started', 10, card('ANNA'));
      const boot = { reason: 'PowerUp', chargingStation: { model: 'M', vendorName: 'V' } };
      await station.call('BootNotification', boot);
      await eventually(() => expect(csms.record('tx-1').session.endReason).toBe('StopMissing'));
      expect(csms.record('tx-1').marks).toContain('stop missing');
      // The station resumed it and took its time to say so.
      await event('Updated', 0, inState('Charging'));
      await eventually(() =>
        expect(csms.record('tx-1').session).toMatchObject({ state: 'charging', endedAtMs: undefined }),
      );
      expect(csms.events.at(-2)).toMatchObject({ kind: 'session started', tokenId: 'ANNA' });
    });
  });
}
