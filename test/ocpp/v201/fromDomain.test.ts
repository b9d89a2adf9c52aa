import { describe, expect, it } from 'vitest';
import {
  clearChargingProfile,
  setChargingProfile,
  variableNamed,
} from '../../../src/ocpp/v201/fromDomain.ts';
import { proceduresOf, schemas } from '../../../src/ocpp/v201/schemas.ts';
import { givenLease, givenStanding } from '../givenCommand.ts';

const procedures = proceduresOf(schemas);
const nowMs = Date.parse('2026-11-21T12:00:00Z');

describe('a setpoint in OCPP 2.0.1', () => {
  it('is a TxProfile over the standing one, which falls to its tail by itself', () => {
    const profile = setChargingProfile(givenLease({ transactionId: 'tx-a' }), nowMs);
    expect(profile).toEqual({
      evseId: 1,
      chargingProfile: {
        id: 11,
        transactionId: 'tx-a',
        stackLevel: 1,
        chargingProfilePurpose: 'TxProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: [
          {
            id: 11,
            startSchedule: '2026-11-21T11:59:00.000Z',
            chargingRateUnit: 'A',
            chargingSchedulePeriod: [
              { startPeriod: 0, limit: 16, numberPhases: 3 },
              { startPeriod: 180, limit: 6, numberPhases: 3 },
            ],
          },
        ],
      },
    });
    expect(procedures.setChargingProfile.request.check(profile)).toBe(true);
  });

  it('stands as a TxDefaultProfile that never expires, whatever the clock of the station', () => {
    const schedule = { unit: 'W', phaseVolts: 230, phaseCount: 1, stackLevel: 3, leaseForm: 'tail' } as const;
    const profile = setChargingProfile(givenStanding({ schedule }), nowMs);
    expect(profile).toEqual({
      evseId: 1,
      chargingProfile: {
        id: 10,
        stackLevel: 3,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Relative',
        chargingSchedule: [
          {
            id: 10,
            chargingRateUnit: 'W',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 1380, numberPhases: 1 }],
          },
        ],
      },
    });
    expect(procedures.setChargingProfile.request.check(profile)).toBe(true);
  });
});

describe('clearing profiles in OCPP 2.0.1', () => {
  it('names a profile or criteria, not both', () => {
    expect(clearChargingProfile({ kind: 'clear charging profile', profileId: 11, evseNumber: 1 })).toEqual({
      chargingProfileId: 11,
    });
    expect(
      clearChargingProfile({ kind: 'clear charging profile', evseNumber: 1, purpose: 'transaction' }),
    ).toEqual({ chargingProfileCriteria: { evseId: 1, chargingProfilePurpose: 'TxProfile' } });
  });
});

describe('the name of a variable', () => {
  it.each([
    ['SampledDataCtrlr.TxUpdatedInterval', { name: 'SampledDataCtrlr' }, { name: 'TxUpdatedInterval' }],
    [
      'OCPPCommCtrlr.MessageTimeout[Default]',
      { name: 'OCPPCommCtrlr' },
      { name: 'MessageTimeout', instance: 'Default' },
    ],
  ])('is read from %s', (key, component, variable) => {
    expect(variableNamed(key)).toEqual({ component, variable });
  });

  it.each(['', 'HeartbeatInterval', '.x', 'x.', 'a.b.c', 'a[b.c'])('is not "%s"', (key) => {
    expect(variableNamed(key)).toBeUndefined();
  });
});
