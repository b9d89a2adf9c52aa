import { describe, expect, it } from 'vitest';
import { clearChargingProfile, setChargingProfile } from '../../../src/ocpp/v16/fromDomain.ts';
import { procedures } from '../../../src/ocpp/v16/schemas.ts';
import { givenLease, givenStanding } from '../givenCommand.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');

describe('a setpoint in OCPP 1.6', () => {
  it('is a TxProfile over the standing one, which falls to its tail by itself', () => {
    const profile = setChargingProfile(givenLease({ evseNumber: 2, transactionId: '71' }), nowMs);
    expect(profile).toEqual({
      connectorId: 2,
      csChargingProfiles: {
        chargingProfileId: 21,
        transactionId: 71,
        stackLevel: 1,
        chargingProfilePurpose: 'TxProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: {
          startSchedule: '2026-11-21T11:59:00.000Z',
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [
            { startPeriod: 0, limit: 16, numberPhases: 3 },
            { startPeriod: 180, limit: 6, numberPhases: 3 },
          ],
        },
      },
    });
    expect(procedures.setChargingProfile.request.check(profile)).toBe(true);
  });

  it('has the same id every time, so that it replaces the last one in place', () => {
    const ids = [16, 10].map(
      (setpointAmps) =>
        setChargingProfile(givenLease({ setpointAmps }), nowMs).csChargingProfiles.chargingProfileId,
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('stands as a TxDefaultProfile that never expires, whatever the clock of the station', () => {
    const profile = setChargingProfile(givenStanding(), nowMs);
    expect(profile).toEqual({
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 10,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Relative',
        chargingSchedule: {
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 3 }],
        },
      },
    });
    expect(procedures.setChargingProfile.request.check(profile)).toBe(true);
  });

  it.each([0.1, 2.3, 4.3, 6.6, 15.9, 31.7])('passes the published schema at %d A', (setpointAmps) => {
    const profile = setChargingProfile(givenLease({ setpointAmps }), nowMs);
    expect(procedures.setChargingProfile.request.check(profile)).toBe(true);
  });

  it('does not pass the schema for a transaction that is no number', () => {
    const profile = setChargingProfile(givenLease({ transactionId: 'abc' }), nowMs);
    expect(procedures.setChargingProfile.request.check(profile)).toBe(false);
  });
});

describe('clearing profiles in OCPP 1.6', () => {
  it('names what was asked for and nothing else', () => {
    expect(clearChargingProfile({ kind: 'clear charging profile' })).toEqual({});
    expect(
      clearChargingProfile({ kind: 'clear charging profile', evseNumber: 1, purpose: 'station maximum' }),
    ).toEqual({ connectorId: 1, chargingProfilePurpose: 'ChargePointMaxProfile' });
  });
});
