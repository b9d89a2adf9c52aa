import { describe, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { minutesAgo } from '../csms.ts';
import { sent } from '../v2/asking.ts';
import { diagnostics } from '../v2/diagnostics.ts';
import { given } from '../v2/station.ts';

diagnostics('ocpp2.1');

describe('Block N, Periodic Event Streams', () => {
  const constantStreamData = { id: 7, variableMonitoringId: 12, params: { interval: 5, values: 2 } };

  it('one is opened, its values are readings of its monitor without an answer, and it is closed', async () => {
    const { csms, station } = await given('ocpp2.1');
    expect(await station.call('OpenPeriodicEventStream', { constantStreamData })).toEqual({
      status: 'Accepted',
    });
    const data = [{ t: 0, v: '41.5' }];
    const told = { id: 7, pending: 0, basetime: minutesAgo(1), data };
    station.raw.send(JSON.stringify([6, 'stream-1', 'NotifyPeriodicEventStream', told]));
    await eventually(() =>
      expect(csms.reports).toMatchObject([{ kind: 'reading', name: 'monitor 12', value: '41.5' }]),
    );
    expect(await station.call('ClosePeriodicEventStream', { id: 7 })).toEqual({});
    expect(station.raw.received.filter(([, id]) => id === 'stream-1')).toEqual([]);
  });

  it('those that are open are read and adjusted in the words of the specification', async () => {
    const there = await given('ocpp2.1');
    const open = { constantStreamData: [constantStreamData] };
    expect(await sent(there, ['GetPeriodicEventStream', {}], open)).toEqual(open);
    const slower = { id: 7, params: { interval: 60 } };
    expect(await sent(there, ['AdjustPeriodicEventStream', slower])).toEqual({ status: 'Accepted' });
  });
});
