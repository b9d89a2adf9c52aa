import { describe, expect, it } from 'vitest';
import {
  compositeSchedule,
  configuration,
  evseStatus,
  fault,
  hardware,
  meterWords,
  sessionState,
  transactionName,
} from '../../../src/ocpp/v16/toDomain.ts';

describe('OCPP 1.6 in the domain', () => {
  it('has the station behind a BootNotification', () => {
    const boot = {
      chargePointVendor: 'VendorX',
      chargePointModel: 'SingleSocketCharger',
      chargeBoxSerialNumber: '42',
      firmwareVersion: '1.0.3',
    };
    expect(hardware(boot)).toEqual({
      vendor: 'VendorX',
      model: 'SingleSocketCharger',
      serialNumber: '42',
      firmware: '1.0.3',
    });
  });

  it.each([
    ['Available', 'available', undefined],
    ['Preparing', 'occupied', undefined],
    ['Charging', 'occupied', 'charging'],
    ['SuspendedEV', 'occupied', 'suspended-by-ev'],
    ['SuspendedEVSE', 'occupied', 'suspended-by-us'],
    ['Finishing', 'occupied', undefined],
    ['Reserved', 'reserved', undefined],
    ['Unavailable', 'unavailable', undefined],
    ['Faulted', 'faulted', undefined],
  ] as const)('reads %s as %s, session %s', (status, evse, session) => {
    expect(evseStatus(status)).toBe(evse);
    expect(sessionState(status)).toBe(session);
  });

  it('has a fault with the vendor’s code and words', () => {
    const faulted = { connectorId: 1, status: 'Faulted', errorCode: 'GroundFailure' } as const;
    expect(fault({ ...faulted, vendorErrorCode: 'E17', info: 'RCD' })).toBe('GroundFailure E17 RCD');
    expect(fault({ ...faulted, status: 'Charging', errorCode: 'WeakSignal' })).toBe('WeakSignal');
    expect(fault({ ...faulted, status: 'Available', errorCode: 'NoError' })).toBeUndefined();
  });

  it('has no transaction for the numbers stations use for none', () => {
    expect([undefined, -1, 0, 1].map(transactionName)).toEqual([undefined, undefined, undefined, '1']);
  });

  it.each([
    ['16.2', 16.2],
    [' 16 ', 16],
    ['-3', -3],
    ['1e3', 1000],
    ['', undefined],
    ['  ', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['16,2', undefined],
    ['0x10', undefined],
    ['16 A', undefined],
    ['.5', 0.5],
    ['5.', 5],
    ['.', undefined],
  ])('reads the value "%s" as %s', (value, expected) => {
    expect(meterWords.value({ value })).toBe(expected);
  });

  it('reads a frame full of digits that are no number at once, so that nobody else waits', () => {
    const { user } = process.cpuUsage();
    expect(meterWords.value({ value: `${'1'.repeat(60_000)}x` })).toBeUndefined();
    expect((process.cpuUsage().user - user) / 1000).toBeLessThan(500);
  });

  it('reads a signed value as none', () => {
    expect(meterWords.value({ value: '123', format: 'SignedData' })).toBeUndefined();
  });

  it('has the composite schedule of an EVSE', () => {
    const answer = {
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: '1970-01-01T00:00:10Z',
      chargingSchedule: {
        duration: 60,
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 16, numberPhases: 3 }],
      },
    } as const;
    expect(compositeSchedule(answer, 1)).toEqual({
      kind: 'composite schedule',
      schedule: {
        evseNumber: 1,
        startsAtMs: 10_000,
        durationS: 60,
        unit: 'A',
        periods: [{ startS: 0, limit: 16, phaseCount: 3 }],
      },
    });
    expect(compositeSchedule({ status: 'Accepted' }, 1)).toBeUndefined();
  });

  it('has the settings of a station and the keys it does not know', () => {
    const answer = { configurationKey: [{ key: 'A', readonly: true, value: '1' }], unknownKey: ['B'] };
    expect(configuration(answer)).toEqual({
      kind: 'configuration',
      settings: [{ key: 'A', value: '1', isReadOnly: true }],
      unknownKeys: ['B'],
    });
  });
});
