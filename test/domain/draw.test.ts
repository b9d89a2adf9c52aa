import { describe, expect, it } from 'vitest';
import { type DrawSample, drawOnCircuit, withSample } from '../../src/domain/draw.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import type { EvseMeasurement } from '../../src/domain/stationEvent.ts';
import { givenEvse } from '../control/givenSite.ts';

const star = { system: 'TN', phaseVolts: 230 } as const;

const given = (change: Partial<EvseMeasurement> = {}): EvseMeasurement => ({
  evseNumber: 1,
  transactionId: '1',
  takenAtMs: 0,
  amps: [10, 11, 12],
  isPerPhase: true,
  powerWatts: undefined,
  energyWh: undefined,
  offeredAmps: undefined,
  stateOfChargePercent: undefined,
  ...change,
});

describe('a measurement on the phases of the circuit', () => {
  it('follows the wiring: the first conductor of the EVSE may be L2', () => {
    expect(drawOnCircuit(givenEvse({ wiring: [1, 2, 0] }), given(), star)).toEqual([12, 10, 11]);
  });

  it('leaves the phases without a conductor at zero', () => {
    expect(drawOnCircuit(givenEvse({ wiring: [2] }), given(), star)).toEqual([0, 0, 10]);
  });

  it('counts one current without a phase on every conductor', () => {
    const measurement = given({ amps: [9], isPerPhase: false });
    expect(drawOnCircuit(givenEvse({ wiring: [0, 1] }), measurement, star)).toEqual([9, 9, 0]);
  });

  it('takes a phase that was not told for zero', () => {
    expect(drawOnCircuit(givenEvse(), given({ amps: [9, undefined, undefined] }), star)).toEqual([9, 0, 0]);
  });

  it('spreads power over the conductors where there is no current', () => {
    const measurement = given({ amps: undefined, powerWatts: 6_900 });
    expect(drawOnCircuit(givenEvse(), measurement, star)).toEqual([10, 10, 10]);
    expect(drawOnCircuit(givenEvse({ wiring: [1] }), measurement, star)).toEqual([0, 30, 0]);
  });

  it('is none without current and power', () => {
    expect(drawOnCircuit(givenEvse(), given({ amps: [undefined, undefined] }), star)).toBeUndefined();
    expect(drawOnCircuit(givenEvse(), given({ amps: undefined }), star)).toBeUndefined();
  });

  it('is negative where a car feeds back, and nothing on a delta, whose lines nobody can tell then', () => {
    expect(drawOnCircuit(givenEvse(), given({ amps: [-5, 3, 0] }), star)).toEqual([-5, 3, 0]);
    const delta = { ...star, system: 'IT', powerFactorMin: 0.9 } as const;
    expect(drawOnCircuit(givenEvse(), given({ amps: [-5, -5, -5] }), delta)).toEqual([0, 0, 0]);
  });
});

describe('the measurements of an EVSE', () => {
  const sample = (arrivedAtMs: number): DrawSample => ({
    amps: everyPhase(1),
    arrivedAtMs,
    leastAllowedAmps: 0,
  });

  it('keep the newest apart and the earlier ones behind it', () => {
    const draw = withSample(withSample(withSample(undefined, sample(1)), sample(2)), sample(3));
    expect(draw).toEqual({ ...sample(3), earlier: [sample(2), sample(1)] });
  });

  it('keep no more than eight', () => {
    let draw = withSample(undefined, sample(0));
    for (let at = 1; at <= 20; at++) draw = withSample(draw, sample(at));
    expect(draw.earlier.map(({ arrivedAtMs }) => arrivedAtMs)).toEqual([19, 18, 17, 16, 15, 14, 13]);
  });
});
