import { describe, expect, it } from 'vitest';
import {
  doubted,
  type PhaseUse,
  sparePhases,
  unknownPhaseUse,
  withPhases,
} from '../../src/domain/phaseUse.ts';
import type { EvseMeasurement } from '../../src/domain/stationEvent.ts';
import { givenEvse } from '../control/givenSite.ts';

/** Wired one phase further round: its own L1 is the circuit's L2. */
const evse = givenEvse({ wiring: [1, 2, 0] });

/** Charging with 16 A on its own L1 alone. Each test changes what it is about. */
const given = (change: Partial<EvseMeasurement> = {}): EvseMeasurement => ({
  evseNumber: 1,
  transactionId: '1',
  takenAtMs: 0,
  amps: [16, 0.2, 0.1],
  isPerPhase: true,
  powerWatts: 3_700,
  energyWh: undefined,
  offeredAmps: undefined,
  stateOfChargePercent: undefined,
  ...change,
});

/** The use after measurements that came every 15 s. */
const seen = (measurements: readonly EvseMeasurement[], from: PhaseUse = unknownPhaseUse): PhaseUse =>
  measurements.reduce(
    (use, measurement, index) =>
      withPhases(use, { evse, measurement, phaseVolts: 230, atMs: from.lastAtMs + 15_000 * (index + 1) }),
    from,
  );
const times = (count: number, change: Partial<EvseMeasurement> = {}): readonly EvseMeasurement[] =>
  Array.from({ length: count }, () => given(change));
const spare = (use: PhaseUse): readonly number[] => sparePhases(use, evse);

describe('the phases a car does not use', () => {
  it('are known after six measurements over a minute, as phases of the circuit', () => {
    expect(spare(seen(times(5)))).toEqual([]);
    expect(spare(seen(times(6)))).toEqual([2, 0]);
  });

  it('are not known sooner from measurements that come quickly', () => {
    const use = times(12).reduce(
      (before, measurement, index) =>
        withPhases(before, { evse, measurement, phaseVolts: 230, atMs: index * 5_000 }),
      unknownPhaseUse,
    );
    expect(spare(use)).toEqual([]);
  });

  it('are those without current only: one with an ampere is used', () => {
    expect(spare(seen(times(6, { amps: [16, 1, 0], powerWatts: 3_900 })))).toEqual([0]);
    expect(spare(seen(times(6, { amps: [16, 16, 16], powerWatts: 11_000 })))).toEqual([]);
  });

  it('are used again at once when current appears on them, and until the car leaves', () => {
    const switched = seen([given({ amps: [16, 16, 0], powerWatts: 7_400 })], seen(times(8)));
    expect(spare(switched)).toEqual([]);
    expect(spare(seen(times(8), switched))).toEqual([0]);
  });

  it('are not learnt from a car that hardly charges', () => {
    expect(spare(seen(times(20, { amps: [4.9, 0, 0], powerWatts: 1_100 })))).toEqual([]);
  });

  it('stay known while the car tapers off', () => {
    expect(spare(seen(times(4, { amps: [0, 0, 0], powerWatts: 0 }), seen(times(6))))).toEqual([2, 0]);
  });

  it('have to be shown anew after a pause', () => {
    const paused = doubted(seen(times(10)));
    expect(spare(paused)).toEqual([]);
    expect(spare(seen(times(5), paused))).toEqual([]);
    expect(spare(seen(times(6), paused))).toEqual([2, 0]);
  });

  it.each<[string, Partial<EvseMeasurement>]>([
    ['that tells one current without a phase', { amps: [16], isPerPhase: false }],
    ['that leaves a phase out', { amps: [16, 0] }],
    ['whose power is that of three phases', { powerWatts: 11_000 }],
  ])('are not learnt from a station %s, and doubted when one begins so', (_what, change) => {
    expect(spare(seen(times(20, change)))).toEqual([]);
    expect(spare(seen(times(1, change), seen(times(6))))).toEqual([]);
  });

  it('are not learnt from a station that tells power alone, which changes nothing either', () => {
    const known = seen(times(6));
    expect(
      withPhases(known, { evse, measurement: given({ amps: undefined }), phaseVolts: 230, atMs: 1 }),
    ).toBe(known);
  });
});
