import { describe, expect, it } from 'vitest';
import { type AvailabilityInput, evseAvailability } from '../../src/domain/evseAvailability.ts';

const given = (change: Partial<AvailabilityInput> = {}): AvailabilityInput => ({
  isOnline: true,
  status: 'available',
  hasSession: false,
  isStopped: false,
  isReserved: false,
  isBayOccupied: false,
  faults: [],
  ...change,
});

describe('the availability of an EVSE', () => {
  it.each<[string, Partial<AvailabilityInput>]>([
    ['available', {}],
    ['unknown', { isOnline: false, hasSession: true }],
    ['unknown', { status: 'unknown' }],
    ['out of order', { status: 'faulted', hasSession: true }],
    ['out of order', { faults: [{ severity: 'critical' }] }],
    ['available', { faults: [{ severity: 'error' }] }],
    ['inoperative', { status: 'unavailable' }],
    ['inoperative', { isStopped: true, isReserved: true }],
    ['charging', { status: 'occupied' }],
    ['charging', { hasSession: true, isStopped: true }],
    ['reserved', { status: 'reserved' }],
    ['reserved', { isReserved: true, isBayOccupied: true }],
    ['blocked', { isBayOccupied: true }],
  ])('is %s for %j', (availability, change) => {
    expect(evseAvailability(given(change))).toBe(availability);
  });
});
