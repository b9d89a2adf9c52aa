import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { connectCharging } from '../../ocpp/chargingStation.ts';
import { givenLease, givenStanding } from '../../ocpp/givenCommand.ts';
import { givenGateway, password, stopGateways } from '../../ocpp/givenGateway.ts';
import { nowText } from '../../ocpp/sockets.ts';
import type { Protocol } from '../csms.ts';
import { charging, id, lease, ordered, profile, report } from './charging.ts';

const firstPeriod = (startPeriod: number) => ({ chargingSchedulePeriod: [{ startPeriod }] });

/**
 * Block K, profiles that the CSMS sets, reads and clears, the same in both versions. Cases have the numbers of the
 * compliance tests for a CSMS.
 */
export function chargingProfiles(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('K01 SetChargingProfile', () => {
    it('TC_K_01: sets a TxDefaultProfile at one EVSE, from its first moment on [K01.FR.31]', async () => {
      const { gateway, station } = await charging(protocol);
      gateway.send(givenStanding());
      expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
        evseId: 1,
        chargingProfile: { chargingProfilePurpose: 'TxDefaultProfile', chargingSchedule: [firstPeriod(0)] },
      });
    });

    it('TC_K_02: is refused a TxProfile without a transaction, and does not take it for set', async () => {
      const refusal = { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } };
      const { gateway, answers } = await charging(protocol, { SetChargingProfile: refusal });
      gateway.send(lease({ transactionId: 'tx-b' }));
      await eventually(() => expect(answers[0]).toMatchObject({ outcome: 'rejected' }));
      expect(answers[0]?.reason).toMatch(/TxNotFound/);
      expect(gateway.profiles(id)?.profiles).toEqual([]);
    });

    it('TC_K_03: sets the maximum of the station, at EVSE 0 and not relative [K01.FR.31, K01.FR.38]', async () => {
      const { gateway, station } = await charging(protocol);
      gateway.send(givenLease({ schedule: { ...lease().schedule, rung: 'station maximum' } }));
      expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
        evseId: 0,
        chargingProfile: {
          chargingProfilePurpose: 'ChargingStationMaxProfile',
          chargingProfileKind: 'Absolute',
          chargingSchedule: [{ chargingSchedulePeriod: [{ startPeriod: 0 }, {}] }],
        },
      });
    });

    it('TC_K_04: replaces a profile by its id', async () => {
      const { gateway, station, answers } = await charging(protocol);
      gateway.send(lease({ sequence: 1 }));
      await station.answeredCall('SetChargingProfile');
      gateway.send(lease({ sequence: 2, setpointAmps: 10 }));
      const second = await station.answeredCall('SetChargingProfile', 2);
      expect(second).toMatchObject({ chargingProfile: { id: 11 } });
      await eventually(() => expect(answers).toHaveLength(2));
      const [known, ...others] = gateway.profiles(id)?.profiles ?? [];
      expect(others).toEqual([]);
      expect(known?.profile.schedule.periods[0]?.limit).toBe(10);
    });

    it('TC_K_15: is answered NotSupported, and tells so', async () => {
      const given = await givenGateway();
      const station = await connectCharging({ port: given.port, password, protocols: [protocol] }, {});
      station.socket.removeAllListeners('message');
      station.socket.on('message', (data) => {
        const [, messageId] = JSON.parse(data.toString());
        station.send(JSON.stringify([4, messageId, 'NotSupported', '', {}]));
      });
      given.gateway.send(lease());
      await eventually(() =>
        expect(given.answers[0]).toMatchObject({ outcome: 'rejected', reason: 'NotSupported' }),
      );
    });

    it('TC_K_19: sets a recurring maximum of the station in the words of an operator, and knows it', async () => {
      const there = await charging(protocol);
      const daily = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' };
      const chargingProfile = { ...profile(77, 'ChargingStationMaxProfile'), ...daily };
      await ordered(there, 'SetChargingProfile', { evseId: 0, chargingProfile });
      expect(there.gateway.profiles(id)?.profiles).toMatchObject([
        { isForeign: true, profile: { id: 77, kind: 'daily', purpose: 'station maximum' } },
      ]);
    });

    it('TC_K_60: sets a TxProfile that names the transaction that runs [K01.FR.03, K01.FR.31]', async () => {
      const { gateway, station } = await charging(protocol);
      gateway.send(lease());
      expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
        evseId: 1,
        chargingProfile: {
          chargingProfilePurpose: 'TxProfile',
          transactionId: 'tx-a',
          chargingSchedule: [{ chargingSchedulePeriod: [{ startPeriod: 0 }, {}] }],
        },
      });
    });

    it('TC_K_70: sets profiles of several purposes, each with an id of its own', async () => {
      const { gateway, answers } = await charging(protocol);
      const maximum = { ...lease().schedule, rung: 'station maximum' } as const;
      gateway.send(givenStanding({ sequence: 1 }));
      gateway.send(lease({ sequence: 2 }));
      gateway.send(lease({ sequence: 3, evseNumber: 2, schedule: maximum }));
      await eventually(() => expect(answers).toHaveLength(3));
      const known = gateway
        .profiles(id)
        ?.profiles.map(({ profile: { id: number, purpose } }) => [number, purpose]);
      expect(new Map(known as [number, string][])).toEqual(
        new Map([
          [10, 'transaction default'],
          [11, 'transaction'],
          [2, 'station maximum'],
        ]),
      );
    });
  });

  describe('K05 Remote Start Transaction with Charging Profile', () => {
    it('TC_K_37: starts a session with a TxProfile that names no transaction [F01.FR.08, F01.FR.09, F01.FR.11]', async () => {
      const { gateway, station } = await charging(protocol);
      const limit = { amps: 8, schedule: lease().schedule };
      const asked = { kind: 'remote start', evseNumber: 1, tokenId: 'T1', limit } as const;
      expect(await gateway.request(id, asked)).toMatchObject({ outcome: 'accepted' });
      const [start] = station.calls('RequestStartTransaction');
      expect(start).toMatchObject({
        evseId: 1,
        chargingProfile: {
          chargingProfilePurpose: 'TxProfile',
          chargingSchedule: [{ chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] }],
        },
      });
      expect(start).not.toHaveProperty('chargingProfile.transactionId');
    });
  });

  describe('K08 Get Composite Schedule', () => {
    it.each([
      ['TC_K_43: of one EVSE', 1],
      ['TC_K_44: of the whole station', 0],
    ])('%s is asked for and read [K08.FR.01]', async (_case, evseNumber) => {
      const composite = {
        ...{ evseId: evseNumber, duration: 300, scheduleStart: nowText(), chargingRateUnit: 'A' },
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 12 }],
      };
      const { gateway, station } = await charging(protocol, {
        GetCompositeSchedule: { status: 'Accepted', schedule: composite },
      });
      const asked = { kind: 'composite schedule', evseNumber, durationS: 300 } as const;
      expect(await gateway.request(id, asked)).toMatchObject({
        outcome: 'accepted',
        data: { schedule: { evseNumber, periods: [{ startS: 0, limit: 12 }] } },
      });
      expect(station.calls('GetCompositeSchedule')).toEqual([{ evseId: evseNumber, duration: 300 }]);
    });
  });

  describe('K09 Get Charging Profiles', () => {
    const purpose = (chargingProfilePurpose: string, more: object = {}) => ({
      chargingProfile: { chargingProfilePurpose, ...more },
    });

    it.each<[string, { evseId?: number; chargingProfile: object }]>([
      ['TC_K_29: of EVSE 0', { evseId: 0, ...purpose('ChargingStationMaxProfile') }],
      ['TC_K_30: of an EVSE', { evseId: 1, ...purpose('TxProfile') }],
      ['TC_K_31: of any EVSE', { chargingProfile: { stackLevel: 0 } }],
      ['TC_K_32: by their ids', { chargingProfile: { chargingProfileId: [77] } }],
      ['TC_K_33: of a stack level', { evseId: 1, chargingProfile: { stackLevel: 0 } }],
      ['TC_K_34: of a source', { evseId: 1, chargingProfile: { chargingLimitSource: ['EMS'] } }],
      ['TC_K_35: of a purpose', { evseId: 1, ...purpose('TxDefaultProfile') }],
      [
        'TC_K_36: of a purpose and a stack level',
        { evseId: 1, ...purpose('TxDefaultProfile', { stackLevel: 0 }) },
      ],
    ])(
      '%s, in the words of an operator; what is told is added to the book [K09.FR.03]',
      async (_case, asked) => {
        const there = await charging(protocol);
        const { gateway, station, answers } = there;
        gateway.send(lease());
        await eventually(() => expect(answers).toHaveLength(1));
        await ordered(there, 'GetChargingProfiles', { requestId: 4711, ...asked });
        await station.call('ReportChargingProfiles', report(4711, [profile(77, 'TxDefaultProfile')], false));
        const known = gateway.profiles(id)?.profiles.map((each) => [each.profile.id, each.from]);
        expect(known).toEqual([
          [11, 'sent'],
          [77, 'reported'],
        ]);
      },
    );

    it('after a refusal reads what lies on the station, in as many parts as it takes', async () => {
      const { gateway, station } = await charging(protocol, { SetChargingProfile: { status: 'Rejected' } });
      gateway.send(lease());
      const { requestId, ...criteria } = await station.answeredCall('GetChargingProfiles');
      expect(criteria).toEqual({ chargingProfile: {} });
      await station.call('ReportChargingProfiles', report(requestId, [profile(11, 'TxProfile')], true));
      expect(gateway.profiles(id)?.profiles).toEqual([]);
      await station.call(
        'ReportChargingProfiles',
        report(requestId, [profile(77, 'TxDefaultProfile')], false),
      );
      const known = gateway
        .profiles(id)
        ?.profiles.map((each) => [each.profile.id, each.isForeign, each.from]);
      expect(known).toEqual([
        [11, false, 'reported'],
        [77, true, 'reported'],
      ]);
      expect(gateway.profiles(id)?.readAtMs).toBeDefined();
    });

    it('takes it that a station holds none', async () => {
      const { gateway, station } = await charging(protocol, {
        SetChargingProfile: { status: 'Rejected' },
        GetChargingProfiles: { status: 'NoProfiles' },
      });
      gateway.send(lease());
      await station.answeredCall('GetChargingProfiles');
      await eventually(() => expect(gateway.profiles(id)?.readAtMs).toBeDefined());
      expect(gateway.profiles(id)?.profiles).toEqual([]);
    });

    it('does not believe a report that nobody asked for', async () => {
      const { gateway, station } = await charging(protocol);
      const told = report(99, [profile(11, 'TxProfile')], false);
      const [type] = await station.call('ReportChargingProfiles', told);
      expect(type).toBe(3);
      expect(gateway.profiles(id)?.profiles).toEqual([]);
    });
  });

  describe('K10 Clear Charging Profile', () => {
    it.each([
      ['TC_K_05: with its id', { profileId: 11 }, { chargingProfileId: 11 }],
      [
        'TC_K_06: by stack level, purpose and EVSE',
        { stackLevel: 1, purpose: 'transaction', evseNumber: 1 },
        { chargingProfileCriteria: { stackLevel: 1, chargingProfilePurpose: 'TxProfile', evseId: 1 } },
      ],
      [
        'of a purpose',
        { purpose: 'transaction default' },
        { chargingProfileCriteria: { chargingProfilePurpose: 'TxDefaultProfile' } },
      ],
    ] as const)('%s [K10.FR.02]', async (_case, asked, payload) => {
      const { gateway, station } = await charging(protocol);
      await gateway.request(id, { kind: 'clear charging profile', ...asked });
      expect(station.calls('ClearChargingProfile')).toEqual([payload]);
    });

    it('TC_K_08: tells that there was no such profile', async () => {
      const { gateway } = await charging(protocol, { ClearChargingProfile: { status: 'Unknown' } });
      const asked = { kind: 'clear charging profile', profileId: 11 } as const;
      expect(await gateway.request(id, asked)).toMatchObject({ outcome: 'rejected', reason: 'Unknown' });
    });
  });
}
