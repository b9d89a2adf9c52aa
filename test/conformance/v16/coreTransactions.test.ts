import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { type ConnectedStation, type Csms, givenCsms, minutesAgo } from '../csms.ts';

afterEach(stopGateways);

const start = (change: object = {}) => ({
  ...{ connectorId: 1, idTag: 'ANNA', meterStart: 5000, timestamp: minutesAgo(30) },
  ...change,
});
const status = (name: string, minutes = 0) => ({
  ...{ connectorId: 1, errorCode: 'NoError', status: name, timestamp: minutesAgo(minutes) },
});
const register = (minutes: number, value: number, context = 'Sample.Periodic') => ({
  timestamp: minutesAgo(minutes),
  sampledValue: [{ value: String(value), context }],
});

async function given(options = {}): Promise<{ csms: Csms; station: ConnectedStation }> {
  const csms = await givenCsms('ocpp1.6', options);
  return { csms, station: await csms.connect() };
}

async function started(station: ConnectedStation, change: object = {}): Promise<number> {
  return Number((await station.call('StartTransaction', start(change)))['transactionId']);
}

describe('1.6 Core, Start Transaction', () => {
  it('is answered with the status of the token, its group and how long that holds', async () => {
    const { csms, station } = await given();
    const answer = await station.call('StartTransaction', start());
    expect(answer).toMatchObject({
      idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY', expiryDate: expect.any(String) },
    });
    const { session } = csms.record(Number(answer['transactionId']));
    expect(session).toMatchObject({ evseId: 'A1', tokenId: 'ANNA', endedAtMs: undefined });
  });

  it('that is repeated gets the same transaction, also on another connection', async () => {
    const { csms, station } = await given();
    const told = start();
    const first = await station.call('StartTransaction', told);
    const again = await (await csms.connect()).call('StartTransaction', told);
    expect(again['transactionId']).toBe(first['transactionId']);
    expect(csms.events.filter(({ kind }) => kind === 'session started')).toHaveLength(1);
  });

  it('with a refused token gets a transaction all the same, and is marked', async () => {
    const { csms, station } = await given();
    const answer = await station.call('StartTransaction', start({ idTag: 'STRANGER' }));
    expect(answer).toMatchObject({ idTagInfo: { status: 'Invalid' } });
    expect(csms.record(Number(answer['transactionId'])).marks).toContain('token refused');
    expect(csms.events.at(-1)).toMatchObject({ kind: 'session changed', isRefused: true });
  });

  it('with a token that charges elsewhere is a concurrent transaction', async () => {
    const { station } = await given();
    await started(station);
    const second = await station.call('StartTransaction', start({ connectorId: 2, idTag: 'anna' }));
    expect(second).toMatchObject({ idTagInfo: { status: 'ConcurrentTx' } });
  });

  it('of another car at the connector ends the one whose stop never came, and marks it', async () => {
    const { csms, station } = await given();
    const first = await started(station);
    await started(station, { idTag: 'BERT', timestamp: minutesAgo(5) });
    const { session, marks } = csms.record(first);
    expect(session.endReason).toBe('superseded');
    expect(marks).toContain('stop missing');
  });
});

describe('1.6 Core, Stop Transaction', () => {
  it('tells the energy of the session from both registers, and the reason', async () => {
    const { csms, station } = await given();
    const transactionId = await started(station);
    const end = { transactionId, meterStop: 9000, timestamp: minutesAgo(1), reason: 'EVDisconnected' };
    expect(await station.call('StopTransaction', end)).toEqual({});
    expect(csms.record(transactionId)).toMatchObject({
      session: { state: 'finished', energyWh: 4000, endReason: 'EVDisconnected' },
      ...{ meterStartWh: 5000, meterStopWh: 9000 },
    });
  });

  it('is Local where the station tells no reason, and told again it changes nothing', async () => {
    const { csms, station } = await given();
    const transactionId = await started(station);
    const end = { transactionId, meterStop: 9000, timestamp: minutesAgo(1) };
    await station.call('StopTransaction', end);
    const record = csms.record(transactionId);
    expect(record.session.endReason).toBe('Local');
    await station.call('StopTransaction', end);
    expect(csms.record(transactionId)).toBe(record);
    expect(csms.events.filter(({ kind }) => kind === 'session ended')).toHaveLength(1);
  });

  it('with a token is answered with its group, so that one of a family can end the session of another', async () => {
    const { station } = await given();
    const transactionId = await started(station);
    const end = { transactionId, idTag: 'BERT', meterStop: 9000, timestamp: minutesAgo(1) };
    expect(await station.call('StopTransaction', end)).toMatchObject({
      idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY' },
    });
  });

  it('of a transaction that is not ours is answered, so that the station forgets it', async () => {
    const { station } = await given();
    const end = { meterStop: 9000, timestamp: minutesAgo(1) };
    expect(await station.call('StopTransaction', { transactionId: 999, ...end })).toEqual({});
    expect(await station.call('StopTransaction', { transactionId: -1, ...end })).toEqual({});
  });

  it('brings meter values of the transaction with it, and signed ones are kept word for word', async () => {
    const { csms, station } = await given();
    const transactionId = await started(station);
    const value = 'OCMF|{"FV":"1.0","RD":[{"RV":5.000}]}|{"SD":"304402"}';
    const signed = { format: 'SignedData', context: 'Transaction.Begin', value };
    await station.call('StopTransaction', {
      ...{ transactionId, meterStop: 9000, timestamp: minutesAgo(1) },
      transactionData: [{ timestamp: minutesAgo(30), sampledValue: [signed] }],
    });
    await eventually(() =>
      expect(csms.signed).toMatchObject([{ context: 'Transaction.Begin', data: value }]),
    );
  });

  it('that never comes is made up for when the connector is free for a while', async () => {
    const { csms, station } = await given({ idleGraceMs: 50 });
    const transactionId = await started(station);
    await station.call('StatusNotification', status('Charging'));
    await station.call('StatusNotification', status('Available'));
    await eventually(() =>
      expect(csms.record(transactionId)).toMatchObject({ session: { endReason: 'StopMissing' } }),
    );
    expect(csms.events.at(-1)).toMatchObject({ kind: 'session ended', reason: 'StopMissing' });
    // It comes after all.
    const end = { transactionId, meterStop: 9000, timestamp: minutesAgo(0), reason: 'PowerLoss' };
    await station.call('StopTransaction', end);
    expect(csms.record(transactionId)).toMatchObject({ session: { endReason: 'PowerLoss', energyWh: 4000 } });
  });

  it('that never comes is made up for when a station boots and tells no more of the transaction', async () => {
    const { csms, station } = await given({ bootGraceMs: 50 });
    const transactionId = await started(station);
    await station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    await eventually(() =>
      expect(csms.record(transactionId)).toMatchObject({ session: { endReason: 'StopMissing' } }),
    );
  });
});

describe('1.6 Core, Meter Values', () => {
  it('of a transaction are its energy, sampled or aligned with the clock', async () => {
    const { csms, station } = await given();
    const transactionId = await started(station);
    const meterValue = [register(20, 6000), register(15, 6500, 'Sample.Clock')];
    expect(await station.call('MeterValues', { connectorId: 1, transactionId, meterValue })).toEqual({});
    await station.call('StatusNotification', status('Charging'));
    expect(csms.record(transactionId).session).toMatchObject({ energyWh: 1500, state: 'charging' });
  });

  it('that name no transaction belong to the one that runs there', async () => {
    const { csms, station } = await given();
    const transactionId = await started(station);
    await station.call('MeterValues', { connectorId: 1, meterValue: [register(15, 6500, 'Sample.Clock')] });
    await station.call('StatusNotification', status('Charging'));
    expect(csms.record(transactionId).session.energyWh).toBe(1500);
  });

  it('of a free connector, or of the station as a whole, make no session', async () => {
    const { csms, station } = await given();
    for (const connectorId of [0, 1]) {
      const meterValue = [register(15, 6500, 'Sample.Clock')];
      expect(await station.call('MeterValues', { connectorId, meterValue })).toEqual({});
    }
    expect(csms.events.filter(({ kind }) => kind === 'session started')).toEqual([]);
  });
});

describe('1.6 Core, Status Notification during a transaction', () => {
  it('keeps a pause by the vehicle and one by the station apart', async () => {
    const { csms, station } = await given();
    const transactionId = await started(station);
    await station.call('StatusNotification', status('Charging', 28));
    await station.call('StatusNotification', status('SuspendedEVSE', 20));
    await station.call('StatusNotification', status('SuspendedEV', 10));
    expect(csms.record(transactionId).story.points.flatMap(({ state }) => state ?? [])).toEqual([
      'charging',
      'suspended-by-us',
      'suspended-by-ev',
    ]);
  });
});

describe('1.6 Core, offline behaviour', () => {
  it('has a session that began and ended offline, told in one go, while another runs there', async () => {
    const { csms, station } = await given();
    const running = await started(station, { timestamp: minutesAgo(2) });
    const late = await started(station, { idTag: 'BERT', timestamp: minutesAgo(60) });
    const end = { transactionId: late, meterStop: 6000, timestamp: minutesAgo(40), reason: 'Local' };
    await station.call('StopTransaction', end);
    expect(csms.record(late)).toMatchObject({ session: { energyWh: 1000 }, marks: ['told late'] });
    expect(csms.record(running).session.endedAtMs).toBeUndefined();
    expect(
      csms.events.flatMap((event) => ('transactionId' in event ? event.transactionId : [])),
    ).not.toContain(late);
  });

  it('has the length of a session whose station had lost the time', async () => {
    const { csms, station } = await given();
    const lost = (minutes: number) => new Date(minutes * 60_000).toISOString();
    const transactionId = await started(station, { timestamp: lost(5) });
    await station.call('StopTransaction', { transactionId, meterStop: 9000, timestamp: lost(65) });
    const { session, marks } = csms.record(transactionId);
    expect((session.endedAtMs ?? 0) - session.startedAtMs).toBe(3_600_000);
    expect(Math.abs((session.endedAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(marks).toContain('clock guessed');
  });
});
