import { describe, expect, it } from 'vitest';
import { instantMs, type Sample, sampledMeasurement } from '../../src/ocpp/sampledValues.ts';

interface Told extends Sample {
  readonly value: number | undefined;
  readonly unit?: string | undefined;
}

const given = (change: Partial<Told>): Told => ({ measurand: 'Current.Import', value: 10, ...change });

const measurement = (samples: readonly Told[]) =>
  sampledMeasurement(samples, { value: ({ value }) => value, unit: ({ unit }) => unit });

describe('the measurement of an EVSE', () => {
  it('has the current of each phase the station told', () => {
    const samples = [given({ phase: 'L1', value: 16 }), given({ phase: 'L3', value: 15.5 })];
    expect(measurement(samples)).toMatchObject({ amps: [16, undefined, 15.5], isPerPhase: true });
  });

  it('takes a phase to neutral as that phase, and nothing between two phases or on the neutral', () => {
    const samples = [
      given({ phase: 'L2-N', value: 7 }),
      given({ phase: 'L1-L2', value: 8 }),
      given({ phase: 'N', value: 9 }),
    ];
    expect(measurement(samples)).toMatchObject({ amps: [undefined, 7, undefined], isPerPhase: true });
  });

  it('has one current where the station told no phase', () => {
    expect(measurement([given({ value: 12 })])).toMatchObject({ amps: [12], isPerPhase: false });
  });

  it('prefers the phases to a current without one', () => {
    const samples = [given({ value: 12 }), given({ phase: 'L1', value: 11 })];
    expect(measurement(samples)).toMatchObject({ amps: [11, undefined, undefined], isPerPhase: true });
  });

  it.each([
    ['kW', 'Power.Active.Import', 'kW', 7.4, { powerWatts: 7400 }],
    ['W', 'Power.Active.Import', 'W', 7400, { powerWatts: 7400 }],
    ['kWh', 'Energy.Active.Import.Register', 'kWh', 1.5, { registerWh: 1500 }],
    ['Wh', 'Energy.Active.Import.Register', 'Wh', 1500, { registerWh: 1500 }],
    ['no unit for the default one', 'Energy.Active.Import.Register', undefined, 1500, { registerWh: 1500 }],
    ['percent', 'SoC', 'Percent', 80, { stateOfChargePercent: 80 }],
    ['amps offered', 'Current.Offered', 'A', 16, { offeredAmps: 16 }],
  ])('converts %s', (_unit, measurand, unit, value, expected) => {
    expect(measurement([given({ measurand, unit, value })])).toMatchObject(expected);
  });

  it('is negative by what a car feeds back, told by phase or as power', () => {
    const out = (phase: string, value: number) => given({ measurand: 'Current.Export', phase, value });
    expect(
      measurement([
        given({ phase: 'L1', value: 0.1 }),
        given({ phase: 'L2', value: 7 }),
        out('L1', 10.1),
        out('L2', 0),
      ]),
    ).toMatchObject({ amps: [-10, 7, undefined], isPerPhase: true });
    const power = given({ measurand: 'Power.Active.Export', unit: 'kW', value: 6.9 });
    expect(measurement([power])).toMatchObject({ amps: undefined, powerWatts: -6900 });
  });

  it('does not take it for a draw that nothing is fed back, nor for feeding back that a meter of imports is below 0', () => {
    const samples = [
      given({ measurand: 'Current.Export', value: 0 }),
      given({ measurand: 'Power.Active.Import', value: -20 }),
    ];
    expect(measurement(samples)).toMatchObject({ amps: undefined, powerWatts: 0 });
  });

  it('has nothing for a unit that does not belong to the measurand', () => {
    expect(measurement([given({ unit: 'W' })]).amps).toBeUndefined();
  });

  it('has nothing for a value that is no finite number, and never 0', () => {
    const samples = [
      given({ value: undefined }),
      given({ measurand: 'Power.Active.Import', value: Number.MAX_VALUE, unit: 'kW' }),
    ];
    expect(measurement(samples)).toMatchObject({ amps: undefined, powerWatts: undefined });
  });

  it('sums the power of the phases, unless one of them is unusable', () => {
    const power = (phase: string, value: number | undefined) =>
      given({ measurand: 'Power.Active.Import', phase, value });
    expect(measurement([power('L1', 1000), power('L2', 2000)]).powerWatts).toBe(3000);
    expect(measurement([power('L1', 1000), power('L2', undefined)]).powerWatts).toBeUndefined();
  });

  it('tells the register of the beginning from the one of now', () => {
    const register = (context: string, value: number) =>
      given({ measurand: 'Energy.Active.Import.Register', context, value });
    const samples = [register('Transaction.End', 9000), register('Transaction.Begin', 5000)];
    expect(measurement(samples)).toMatchObject({ registerWh: 9000, beginRegisterWh: 5000 });
  });

  it('leaves out what was measured in the car or the casing, except the state of charge', () => {
    const samples = [
      given({ location: 'EV', value: 100 }),
      given({ location: 'Outlet', value: 16 }),
      given({ measurand: 'SoC', location: 'EV', value: 55 }),
    ];
    expect(measurement(samples)).toMatchObject({ amps: [16], stateOfChargePercent: 55 });
  });

  it('takes a value without a measurand for the register', () => {
    expect(measurement([{ value: 1500 }])).toMatchObject({ amps: undefined, registerWh: 1500 });
  });

  it('is empty without samples', () => {
    expect(measurement([])).toEqual({
      amps: undefined,
      isPerPhase: false,
      powerWatts: undefined,
      registerWh: undefined,
      beginRegisterWh: undefined,
      offeredAmps: undefined,
      stateOfChargePercent: undefined,
    });
  });
});

describe('an instant of a station', () => {
  it('falls back where it is no date of JavaScript, as a leap second', () => {
    expect(instantMs('1970-01-01T00:00:01Z', 5)).toBe(1000);
    expect(instantMs('2016-12-31T23:59:60Z', 5)).toBe(5);
  });
});
