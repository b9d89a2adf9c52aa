import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../../src/domain/ids.ts';
import { eventually } from '../../eventually.ts';
import { connectCharging } from '../../ocpp/chargingStation.ts';
import { givenLease, givenStanding } from '../../ocpp/givenCommand.ts';
import { givenGateway, password, stopGateways } from '../../ocpp/givenGateway.ts';

afterEach(stopGateways);
const id = stationId('CP-A1');
const both = async (answers: Parameters<typeof connectCharging>[1] = {}) => {
  const given = await givenGateway();
  const station = await connectCharging({ port: given.port, password }, answers);
  return { ...given, station };
};

describe('1.6 Smart Charging, by the cases of the compliance tests for a central system', () => {
  it('TC_056: sets a TxDefaultProfile', async () => {
    const { gateway, station, answers } = await both();
    gateway.send(givenStanding());
    expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
      connectorId: 1,
      csChargingProfiles: { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 },
    });
    await eventually(() => expect(answers[0]?.outcome).toBe('accepted'));
  });

  it('TC_057: sets a TxProfile for the transaction that runs', async () => {
    const { gateway, station, answers } = await both();
    gateway.send(givenLease({ transactionId: '7' }));
    expect(await station.answeredCall('SetChargingProfile')).toMatchObject({
      connectorId: 1,
      csChargingProfiles: { chargingProfilePurpose: 'TxProfile', transactionId: 7 },
    });
    await eventually(() => expect(answers[0]?.outcome).toBe('accepted'));
  });

  it('TC_059: starts a session from afar with a TxProfile that names no transaction', async () => {
    const { gateway, station } = await both();
    const limit = { amps: 8, schedule: givenLease().schedule };
    const asked = { kind: 'remote start', evseNumber: 1, tokenId: 'T1', limit } as const;
    expect(await gateway.request(id, asked)).toMatchObject({ outcome: 'accepted' });
    const [start] = station.calls('RemoteStartTransaction');
    expect(start).toMatchObject({
      connectorId: 1,
      idTag: 'T1',
      chargingProfile: {
        chargingProfilePurpose: 'TxProfile',
        chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] },
      },
    });
    expect(start).not.toHaveProperty('chargingProfile.transactionId');
  });

  it('TC_066: gets a composite schedule', async () => {
    const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] };
    const { gateway } = await both({
      GetCompositeSchedule: { status: 'Accepted', connectorId: 1, chargingSchedule: schedule },
    });
    const asked = { kind: 'composite schedule', evseNumber: 1, durationS: 300, unit: 'A' } as const;
    expect(await gateway.request(id, asked)).toMatchObject({
      outcome: 'accepted',
      data: { schedule: { evseNumber: 1, unit: 'A', periods: [{ startS: 0, limit: 10 }] } },
    });
  });

  it('TC_067: clears a charging profile, by id and by purpose, and forgets it', async () => {
    const { gateway, station, answers } = await both();
    gateway.send(givenStanding());
    await eventually(() => expect(answers).toHaveLength(1));
    expect(gateway.profiles(id)?.profiles.map(({ profile }) => profile.id)).toEqual([10]);
    await gateway.request(id, {
      kind: 'clear charging profile',
      purpose: 'transaction default',
      evseNumber: 1,
    });
    await gateway.request(id, { kind: 'clear charging profile', profileId: 12 });
    expect(station.calls('ClearChargingProfile')).toEqual([
      { connectorId: 1, chargingProfilePurpose: 'TxDefaultProfile' },
      { id: 12 },
    ]);
    expect(gateway.profiles(id)?.profiles).toEqual([]);
  });
});
