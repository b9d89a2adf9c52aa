import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import type { Protocol } from '../csms.ts';
import { charging, id, ordered, profile, report, schedule, transactionEvent } from './charging.ts';

/** Block K, limits that others than the CSMS set at a station, the same in both versions. */
export function externalLimits(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('K12 Set / Update External Charging Limit', () => {
    it('TC_K_48: with its schedule it bounds the EVSE', async () => {
      const { station, events } = await charging(protocol);
      const chargingLimit = { chargingLimitSource: 'EMS', isGridCritical: false };
      const told = { evseId: 1, chargingLimit, chargingSchedule: [schedule(8)] };
      expect((await station.call('NotifyChargingLimit', told))[2]).toEqual({});
      await eventually(() =>
        expect(events.find(({ kind }) => kind === 'external limits')).toMatchObject({
          ...{ evseNumber: 1, source: 'EMS' },
          profiles: [{ purpose: 'external constraints', schedule: { periods: [{ limit: 8 }] } }],
        }),
      );
    });

    it('TC_K_48: without its schedule the station is asked what is installed', async () => {
      const { station } = await charging(protocol);
      const told = { chargingLimit: { chargingLimitSource: 'EMS' } };
      expect((await station.call('NotifyChargingLimit', told))[2]).toEqual({});
      expect(await station.answeredCall('GetChargingProfiles')).toMatchObject({ chargingProfile: {} });
    });

    it('TC_K_52: it bounds the EVSE that reports it among its profiles', async () => {
      const there = await charging(protocol);
      const { gateway, station, events } = there;
      await ordered(there, 'GetChargingProfiles', { requestId: 7, chargingProfile: {} });
      const constraint = profile(-1, 'ChargingStationExternalConstraints', 9);
      await station.call('ReportChargingProfiles', report(7, [constraint], false, 'EMS'));
      await eventually(() =>
        expect(events.find(({ kind }) => kind === 'external limits')).toMatchObject({
          source: 'EMS',
          profiles: [{ schedule: { periods: [{ limit: 9 }] } }],
        }),
      );
      expect(gateway.profiles(id)?.profiles[0]).toMatchObject({ isForeign: true, source: 'EMS' });
    });
  });

  describe('K13 Reset / release external charging limit', () => {
    it.each([
      ['of an EVSE', { evseId: 1 }, 1],
      ['TC_K_50: of the station', {}, 0],
    ])('%s: it is gone', async (_case, where, evseNumber) => {
      const { station, events } = await charging(protocol);
      const told = { chargingLimitSource: 'EMS', ...where };
      expect((await station.call('ClearedChargingLimit', told))[2]).toEqual({});
      await eventually(() =>
        expect(events.find(({ kind }) => kind === 'external limits')).toMatchObject({
          evseNumber,
          profiles: [],
        }),
      );
    });

    it('TC_K_51: while a car charges its transaction tells that it goes on with another rate', async () => {
      const { station, events } = await charging(protocol);
      await station.call('ClearedChargingLimit', { chargingLimitSource: 'EMS' });
      const changed = { triggerReason: 'ChargingRateChanged' };
      const answered = await station.call('TransactionEvent', transactionEvent('Updated', 1, changed));
      expect(answered[2]).toEqual({});
      expect(events.findLast(({ kind }) => kind === 'external limits')).toMatchObject({ profiles: [] });
    });
  });
}
