import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Phase } from '../../src/domain/phases.ts';
import {
  lineShares,
  loadCount,
  mostOnLines,
  partsFactor,
  type Supply,
  starVolts,
  turnedAmps,
  turnedRoomAmps,
  usedAmps,
} from '../../src/domain/supply.ts';
import { onLine, phasorSum } from '../control/deltaLines.ts';

const star: Supply = { system: 'TN', phaseVolts: 230 };
const delta = (powerFactorMin: number): Supply => ({ system: 'IT', phaseVolts: 230, powerFactorMin });
const spreadOf = (powerFactorMin: number): number => (Math.acos(powerFactorMin) * 180) / Math.PI;

const anyPowerFactor = fc.double({ min: 0.5, max: 1, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const off = fc.double({ min: -1, max: 1, noNaN: true });
const anyWiring = fc.constantFrom<readonly Phase[]>([0, 1], [1, 2], [2, 0], [1, 0], [0, 1, 2], [2, 0, 1]);
/** Cars with what each may draw, how much of that its two loads do draw, and how far off their angles are. */
const anyCars = fc.array(
  fc.record({
    wiring: anyWiring,
    exposureAmps: fc.integer({ min: 0, max: 32 }),
    takes: fc.tuple(share, share),
    off: fc.tuple(off, off),
  }),
  { minLength: 1, maxLength: 6 },
);

type Car = typeof anyCars extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

/** What the exposures are counted for on a line. */
function counted(supply: Supply, line: Phase, cars: readonly Car[]): number {
  let [straight, ahead, behind] = [0, 0, 0];
  for (const { wiring, exposureAmps } of cars) {
    const shares = lineShares(supply, wiring);
    straight += shares.straight[line] * exposureAmps;
    ahead += shares.ahead[line] * exposureAmps;
    behind += shares.behind[line] * exposureAmps;
  }
  return straight + turnedAmps(supply, ahead, behind);
}

/** What really flows there, as phasors. Each load of a car between its line and the last one has its own size and angle. */
const flowing = (line: Phase, cars: readonly Car[], spreadDegrees: number) =>
  cars.flatMap(({ wiring, exposureAmps, takes, off: angle }) => {
    const back = wiring.at(-1) ?? 0;
    return wiring.slice(0, -1).flatMap((from, load) => {
      const offDegrees = (angle[load] ?? 0) * spreadDegrees;
      return onLine(line, { wiring: [from, back], amps: exposureAmps * (takes[load] ?? 0) }, offDegrees);
    });
  });

describe('currents on a line of a delta', () => {
  it('are never more than what is counted, whatever each car draws up to its exposure, at whatever angle', () => {
    fc.assert(
      fc.property(anyPowerFactor, anyCars, fc.constantFrom<Phase>(0, 1, 2), (powerFactor, cars, line) => {
        const really = phasorSum(flowing(line, cars, spreadOf(powerFactor)));
        expect(really).toBeLessThanOrEqual(counted(delta(powerFactor), line, cars) + 1e-9);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are never more than what is counted where three-phase cars are deltas of their own', () => {
    fc.assert(
      fc.property(anyPowerFactor, anyCars, fc.constantFrom<Phase>(0, 1, 2), (powerFactor, cars, line) => {
        const spread = spreadOf(powerFactor);
        const balanced = cars
          .filter(({ wiring }) => wiring.length === 3)
          .map(({ exposureAmps, takes, off: [angle] }) => [exposureAmps * takes[0], angle * spread] as const);
        const others = cars.filter(({ wiring }) => wiring.length === 2);
        const really = phasorSum([...balanced, ...flowing(line, others, spread)]);
        expect(really).toBeLessThanOrEqual(counted(delta(powerFactor), line, cars) + 1e-9);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reach what is counted, so that nothing less would be safe', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.87, max: 1, noNaN: true }), share, share, (powerFactor, x, y) => {
        const spread = spreadOf(powerFactor);
        const [ahead, behind] = [32 * x, 32 * y];
        const closest = phasorSum([
          [ahead, 30 - spread],
          [behind, -30 + spread],
        ]);
        expect(turnedAmps(delta(powerFactor), ahead, behind)).toBeCloseTo(closest, 9);
      }),
    );
  });

  it('keep to that with any distortion, as long as it counts in the power factor', () => {
    const coordinates = fc.array(off, { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(anyPowerFactor, coordinates, coordinates, share, share, (powerFactor, v, w, x, y) => {
        // Waveforms as vectors, the two voltages 60 degrees apart in the first two coordinates, harmonics in the others.
        const current = (amps: number, angle: number, noise: readonly number[]): readonly number[] => {
          const volts = [Math.cos(angle), Math.sin(angle), 0, 0, 0, 0];
          const along = noise.reduce((sum, value, at) => sum + value * (volts[at] ?? 0), 0);
          const across = noise.map((value, at) => value - along * (volts[at] ?? 0));
          const length = Math.hypot(...across) || 1;
          const sine = Math.sqrt(1 - powerFactor * powerFactor);
          return volts.map((volt, at) => amps * (powerFactor * volt + (sine * (across[at] ?? 0)) / length));
        };
        const a = current(32 * x, Math.PI / 6, v);
        const b = current(32 * y, -Math.PI / 6, w);
        const together = Math.hypot(...a.map((value, at) => value + (b[at] ?? 0)));
        expect(together).toBeLessThanOrEqual(turnedAmps(delta(powerFactor), 32 * x, 32 * y) + 1e-9);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are the plain phasor sum for resistive loads and the plain sum from a power factor of 0.866 down', () => {
    expect(turnedAmps(delta(1), 20, 20)).toBeCloseTo(20 * Math.sqrt(3), 9);
    expect(turnedAmps(delta(0.866), 20, 12)).toBeCloseTo(32, 3);
    expect(turnedAmps(delta(0.5), 20, 12)).toBe(32);
  });

  it('leave room that fills the line exactly', () => {
    fc.assert(
      fc.property(anyPowerFactor, share, share, share, (powerFactor, x, y, z) => {
        const supply = delta(powerFactor);
        const room = turnedRoomAmps(supply, 32 * x, 32 * y, 20 * z);
        const before = turnedAmps(supply, 32 * x, 32 * y);
        expect(turnedAmps(supply, 32 * x + room, 32 * y) - before).toBeCloseTo(20 * z, 6);
      }),
    );
    expect(turnedRoomAmps(delta(1), 5, 5, -1)).toBe(0);
    expect(turnedRoomAmps(delta(1), 5, 5, Number.NaN)).toBeNaN();
  });
});

describe('the parts of what a meter shows on a line', () => {
  it('add up to no more than the factor says, and none is more than the whole', () => {
    const part = fc.tuple(share, off);
    fc.assert(
      fc.property(
        fc.double({ min: 0.97, max: 1, noNaN: true }),
        fc.array(part, { minLength: 1, maxLength: 6 }),
        (powerFactor, parts) => {
          const reach = 30 + spreadOf(powerFactor);
          const phasors = parts.map(([amps, angle]) => [32 * amps, angle * reach] as const);
          const whole = phasorSum(phasors);
          const sum = phasors.reduce((total, [amps]) => total + amps, 0);
          expect(sum).toBeLessThanOrEqual(partsFactor(delta(powerFactor)) * whole + 1e-9);
          for (const [amps] of phasors) expect(amps).toBeLessThanOrEqual(whole + 1e-9);
        },
      ),
    );
  });

  it('add up as numbers on star supply', () => {
    expect(partsFactor(star)).toBe(1);
    expect(partsFactor(delta(1))).toBeCloseTo(2 / Math.sqrt(3), 9);
    expect(partsFactor(delta(0.5))).toBeCloseTo(Math.SQRT2, 9);
  });
});

describe('an EVSE on its lines', () => {
  it('loads every phase it is wired to alike on star supply', () => {
    expect(mostOnLines(lineShares(star, [2, 0]))).toEqual([1, 0, 1]);
    expect([loadCount(star, [0, 1, 2]), starVolts(star)]).toEqual([3, 230]);
  });

  it('leads on one of its two lines and lags on the other on a delta', () => {
    const shares = lineShares(delta(1), [0, 1]);
    expect(shares).toEqual({ straight: [0, 0, 0], ahead: [1, 0, 0], behind: [0, 1, 0] });
    expect(lineShares(delta(1), [0, 2])).toEqual({
      straight: [0, 0, 0],
      ahead: [0, 0, 1],
      behind: [1, 0, 0],
    });
    expect([loadCount(delta(1), [0, 1]), starVolts(delta(1))]).toEqual([1, 230 / Math.sqrt(3)]);
  });

  it('puts both loads of a three-phase car on the third line', () => {
    const [first, second, third] = mostOnLines(lineShares(delta(1), [1, 0, 2]));
    expect([first, second]).toEqual([1, 1]);
    expect(third).toBeCloseTo(Math.sqrt(3), 9);
    expect(mostOnLines(lineShares(delta(0.8), [1, 0, 2]))[2]).toBe(2);
  });

  it('uses its setpoint as far as its own conductors do, whatever the return carries', () => {
    expect(usedAmps(star, [0, 1, 2], [16, 0, 0])).toBe(16);
    expect(usedAmps(delta(1), [0, 1, 2], [16, 16, 16 * Math.sqrt(3)])).toBeCloseTo(16, 9);
    expect(usedAmps(delta(1), [0, 2], [9, 0, 9])).toBe(9);
  });
});
