import { describe, expect, it } from 'vitest';
import type { ScheduleForm } from '../../src/control/ports.ts';
import { leaseSchedule, period } from '../../src/ocpp/setpoint.ts';
import { givenLease } from './givenCommand.ts';

const inAmps: ScheduleForm = { unit: 'A', phaseVolts: 230, phaseCount: 3, stackLevel: 0, leaseForm: 'tail' };
const inWatts: ScheduleForm = { ...inAmps, unit: 'W' };

describe('a limit on the wire', () => {
  it.each([
    [16, 16],
    [2.3, 2.3],
    [4.3, 4.3],
    [15.99, 15.9],
    [6.0499999, 6],
    [0, 0],
  ])('is rounded down to a tenth of an ampere: %d A is %d A', (amps, limit) => {
    expect(period(0, amps, inAmps).limit).toBe(limit);
  });

  it.each([
    [16, 11_040],
    [6.001, 4140],
  ])('is rounded down to a whole watt over all phases: %d A is %d W', (amps, limit) => {
    expect(period(0, amps, inWatts).limit).toBe(limit);
  });

  it('counts the phases the EVSE has', () => {
    expect(period(0, 10, { ...inWatts, phaseCount: 1 })).toEqual({
      startPeriod: 0,
      limit: 2300,
      numberPhases: 1,
    });
  });
});

describe('the schedule of a lease', () => {
  it('began a minute ago and falls to its tail when the lease has run out', () => {
    const nowMs = Date.parse('2026-11-21T12:00:00Z');
    expect(leaseSchedule(givenLease({ leaseMs: 120_000 }), nowMs)).toEqual({
      startSchedule: '2026-11-21T11:59:00.000Z',
      periods: [
        { startPeriod: 0, limit: 16, numberPhases: 3 },
        { startPeriod: 180, limit: 6, numberPhases: 3 },
      ],
    });
  });

  it('never lasts longer than the lease', () => {
    const { periods } = leaseSchedule(givenLease({ leaseMs: 1999 }), 0);
    expect(periods[1]?.startPeriod).toBe(61);
  });

  it('ends, for a station that cannot do a second period, or does not, for one that cannot end', () => {
    const { schedule } = givenLease();
    const setpoint = { startPeriod: 0, limit: 16, numberPhases: 3 };
    const of = (leaseForm: 'duration' | 'none') =>
      leaseSchedule(givenLease({ leaseMs: 120_000, schedule: { ...schedule, leaseForm } }), 60_000);
    expect(of('duration')).toEqual({
      startSchedule: '1970-01-01T00:00:00.000Z',
      duration: 180,
      periods: [setpoint],
    });
    expect(of('none')).toEqual({ startSchedule: '1970-01-01T00:00:00.000Z', periods: [setpoint] });
  });
});
