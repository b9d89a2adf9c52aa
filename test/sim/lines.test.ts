import { describe, expect, it } from 'vitest';
import { flowParts, lineAmps } from '../../src/sim/lines.ts';

const delta = { system: 'IT', phaseVolts: 230, powerFactorMin: 1 } as const;
const star = { system: 'TN', phaseVolts: 230 } as const;

describe('the lines of a simulated delta', () => {
  it('carry the current of a load between two of them on both', () => {
    const [a, b, c] = lineAmps(delta, flowParts(delta, [2, 0], [16]));
    expect([a, b, c]).toEqual([16, 0, 16]);
  });

  it('carry a three-phase car on the third line sqrt(3) times', () => {
    const [a, b, c] = lineAmps(delta, flowParts(delta, [0, 1, 2], [16, 16]));
    expect([a, b]).toEqual([16, 16]);
    expect(c).toBeCloseTo(16 * Math.sqrt(3), 9);
  });

  it('carry less than the sum where loads of both sides meet', () => {
    expect(lineAmps(delta, [10, 10, 10])[0]).toBeCloseTo(10 * Math.sqrt(3), 9);
  });
});

describe('the phases of a simulated star', () => {
  it('carry what their conductors do', () => {
    expect(lineAmps(star, flowParts(star, [1, 2, 0], [16, 8, 0]))).toEqual([0, 16, 8]);
  });
});
