import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { minutesAgo } from '../csms.ts';
import { sent } from '../v2/asking.ts';
import { given } from '../v2/station.ts';

afterEach(stopGateways);

describe('Block R, Configure DER control settings', () => {
  it('TC_R_107: controls are set, read and cleared in the words of the specification', async () => {
    const there = await given('ocpp2.1');
    const enterService = { priority: 1, highVoltage: 250, lowVoltage: 210, highFreq: 50.5, lowFreq: 49.5 };
    const control = { isDefault: true, controlId: 'enter-1', controlType: 'EnterService', enterService };
    expect(await sent(there, ['SetDERControl', control])).toEqual({ status: 'Accepted' });
    const asked = { requestId: 4, isDefault: true };
    expect(await sent(there, ['GetDERControl', asked])).toEqual({ status: 'Accepted' });
    const told = { id: 'enter-1', enterService };
    await there.station.call('ReportDERControl', { requestId: 4, enterService: [told] });
    expect(there.csms.reports).toMatchObject([
      { kind: 'report part', of: 'grid support controls', isLast: true, items: [{ enterService: [told] }] },
    ]);
    const cleared = { isDefault: true, controlId: 'enter-1' };
    expect(await sent(there, ['ClearDERControl', cleared])).toEqual({ status: 'Accepted' });
  });
});

describe('Block R, Charging station reporting a DER event', () => {
  it('TC_R_108: an alarm of the grid is a fault until it ends', async () => {
    const { csms, station } = await given('ocpp2.1');
    const alarm = { controlType: 'FreqDroop', gridEventFault: 'UnderFrequency', timestamp: minutesAgo(1) };
    expect(await station.call('NotifyDERAlarm', alarm)).toEqual({});
    expect(await station.call('NotifyDERAlarm', { ...alarm, alarmEnded: true })).toEqual({});
    expect(csms.reports).toMatchObject([
      { kind: 'condition', key: 'grid FreqDroop', fault: { code: 'UnderFrequency' } },
      { kind: 'condition', key: 'grid FreqDroop', fault: undefined },
    ]);
  });
});
