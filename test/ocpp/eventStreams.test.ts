import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { connectRaw } from './sockets.ts';

afterEach(stopGateways);

async function given() {
  const { port, reports } = await givenGateway();
  const station = await connectRaw({ port, password, protocols: ['ocpp2.1'] });
  const open = async (id: number) => {
    const constantStreamData = { id, variableMonitoringId: 100 + id, params: { interval: 5, values: 2 } };
    return (await station.call('OpenPeriodicEventStream', { constantStreamData }))[2];
  };
  const stream = (id: number, data: readonly { readonly t: number; readonly v: string }[]) =>
    station.send(
      JSON.stringify([
        6,
        `s${id}`,
        'NotifyPeriodicEventStream',
        { id, pending: 0, basetime: '2026-01-01T00:00:00Z', data },
      ]),
    );
  return { station, reports, open, stream };
}

describe('a periodic event stream of OCPP 2.1', () => {
  it('is taken, and the newest of its values is the reading of its monitor', async () => {
    const { station, reports, open, stream } = await given();
    expect(await open(7)).toEqual({ status: 'Accepted' });
    stream(7, [
      { t: 2.5, v: '41' },
      { t: 0, v: '40' },
    ]);
    await eventually(() =>
      expect(reports).toMatchObject([
        {
          kind: 'reading',
          name: 'monitor 107',
          value: '41',
          takenAtMs: Date.parse('2026-01-01T00:00:02.5Z'),
        },
      ]),
    );
    expect((await station.call('ClosePeriodicEventStream', { id: 7 }))[2]).toEqual({});
  });

  it('is read when it was opened before we began, without the name of its monitor', async () => {
    const { reports, stream } = await given();
    stream(3, [{ t: 0, v: 'warm' }]);
    await eventually(() => expect(reports).toMatchObject([{ name: 'stream 3', value: 'warm' }]));
  });

  it('is one of 64 at most, until one of them is closed', async () => {
    const { station, open } = await given();
    for (let id = 0; id < 64; id += 1) expect(await open(id)).toEqual({ status: 'Accepted' });
    expect(await open(64)).toMatchObject({ status: 'Rejected' });
    expect(await open(63)).toEqual({ status: 'Accepted' });
    await station.call('ClosePeriodicEventStream', { id: 5 });
    expect(await open(64)).toEqual({ status: 'Accepted' });
  });
});
