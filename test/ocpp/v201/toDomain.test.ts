import { describe, expect, it } from 'vitest';
import {
  compositeSchedule,
  configuration,
  evseStatus,
  hardware,
  meterWords,
  sessionState,
  tokenId,
} from '../../../src/ocpp/v201/toDomain.ts';

describe('OCPP 2.0.1 in the domain', () => {
  it('has the station behind a BootNotification', () => {
    const boot = { chargingStation: { model: 'SingleSocketCharger', vendorName: 'VendorX' } };
    expect(hardware(boot)).toEqual({
      vendor: 'VendorX',
      model: 'SingleSocketCharger',
      serialNumber: undefined,
      firmware: undefined,
    });
  });

  it.each([
    ['Available', 'available'],
    ['Occupied', 'occupied'],
    ['Reserved', 'reserved'],
    ['Unavailable', 'unavailable'],
    ['Faulted', 'faulted'],
  ] as const)('reads %s as %s', (status, expected) => {
    expect(evseStatus(status)).toBe(expected);
  });

  it.each([
    ['Charging', 'charging'],
    ['SuspendedEV', 'suspended-by-ev'],
    ['SuspendedEVSE', 'suspended-by-us'],
    ['EVConnected', 'authorised'],
    ['Idle', 'authorised'],
  ] as const)('reads the charging state %s as %s', (state, expected) => {
    expect(sessionState(state)).toBe(expected);
  });

  it('has no token for a session started by a button', () => {
    expect(tokenId({ idToken: '', type: 'NoAuthorization' })).toBeUndefined();
    expect(tokenId({ idToken: 'AA', type: 'ISO14443' })).toBe('AA');
  });

  it.each([
    [16200, -3, 16.2],
    [7.4, 3, 7400],
    [5, undefined, 5],
    [1, 999, undefined],
  ])('scales %d by ten to the power of %s', (value, multiplier, expected) => {
    const unitOfMeasure = multiplier === undefined ? {} : { multiplier };
    expect(meterWords.value({ value, unitOfMeasure })).toBe(expected);
  });

  it('has the composite schedule of an EVSE', () => {
    const schedule = {
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 11_000 }],
      evseId: 2,
      duration: 300,
      scheduleStart: '1970-01-01T00:00:10Z',
      chargingRateUnit: 'W',
    } as const;
    expect(compositeSchedule({ status: 'Accepted', schedule })).toEqual({
      kind: 'composite schedule',
      schedule: {
        evseNumber: 2,
        startsAtMs: 10_000,
        durationS: 300,
        unit: 'W',
        periods: [{ startS: 0, limit: 11_000, phaseCount: undefined }],
      },
    });
  });

  it('has the variables of a station and those it does not know', () => {
    const component = { name: 'OCPPCommCtrlr' };
    const answer = {
      getVariableResult: [
        {
          attributeStatus: 'Accepted',
          attributeValue: '30',
          component,
          variable: { name: 'HeartbeatInterval' },
        },
        {
          attributeStatus: 'UnknownVariable',
          component,
          variable: { name: 'MessageTimeout', instance: 'Default' },
        },
      ],
    };
    expect(configuration(answer)).toEqual({
      kind: 'configuration',
      settings: [{ key: 'OCPPCommCtrlr.HeartbeatInterval', value: '30', isReadOnly: undefined }],
      unknownKeys: ['OCPPCommCtrlr.MessageTimeout[Default]'],
    });
  });
});
