import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../solver/allocate.ts';
import { limitFault, shareFault } from '../../solver/certificate.ts';
import type { Allocation, EvseAllocation } from '../../solver/problem.ts';
import { arbitraryProblem } from './arbitraryProblem.ts';
import { deltaSite } from './deltaSite.ts';

const pairs = fc.array(fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>, { minLength: 1, maxLength: 12 });
const limit = fc.double({ min: 1, max: 120, noNaN: true });

const changed = (allocation: Allocation, evse: number, change: Partial<EvseAllocation>): Allocation => ({
  ...allocation,
  evses: allocation.evses.with(evse, { ...allocation.evses[evse]!, ...change }),
});

describe('the certificate of a fair share', () => {
  it('holds for what is allocated on delta supply, with minima and without', () => {
    fc.assert(
      fc.property(pairs, limit, fc.constantFrom(0, 6), (drawn, amps, least) => {
        const problem = deltaSite(drawn, amps, 'fair', least);
        const allocation = allocate(problem);
        expect(shareFault(problem, allocation).differenceAmps).toBeLessThan(1e-6);
        expect(limitFault(problem, allocation).differenceAmps).toBeLessThan(1e-6);
      }),
      { numRuns: 200 },
    );
  });

  it('holds for what is allocated on star supply, with floors, steps and classes', () => {
    fc.assert(
      fc.property(arbitraryProblem({ evsesMax: 20, steps: [0, 1, 2], priorities: [0, 1] }), (problem) => {
        const allocation = allocate(problem);
        expect(shareFault(problem, allocation).differenceAmps).toBeLessThan(1e-6);
        expect(limitFault(problem, allocation).differenceAmps).toBeLessThan(1e-6);
      }),
      { numRuns: 300 },
    );
  });

  it('names whoever has less than it could, and by how much', () => {
    const problem = deltaSite([0, 1, 2], 30, 'fair', 0);
    const allocation = allocate(problem);
    const less = changed(allocation, 1, { continuousAmps: allocation.evses[1]!.continuousAmps - 2 });
    const { where, differenceAmps } = shareFault(problem, less);
    expect(where).toBe('car 1');
    expect(differenceAmps).toBeGreaterThan(1);
  });

  it('names whoever has less than another on the same row', () => {
    const problem = deltaSite([0, 0], 30, 'fair', 0);
    const allocation = allocate(problem);
    const uneven = changed(changed(allocation, 0, { continuousAmps: 12 }), 1, { continuousAmps: 18 });
    expect(shareFault(problem, uneven)).toEqual({ where: 'car 0', differenceAmps: expect.closeTo(6, 6) });
  });
});

describe('the limits of an allocation', () => {
  it.each([
    ['between zero and its minimum', 3],
    ['above its maximum', 35],
  ])('are broken by an EVSE %s', (_where, amps) => {
    const problem = deltaSite([0], 100, 'fair', 6);
    expect(limitFault(problem, changed(allocate(problem), 0, { amps }))).toEqual({
      where: 'car 0',
      differenceAmps: 3,
    });
  });

  it('are broken by a line that carries more as phasors', () => {
    const problem = deltaSite([0, 1], 30, 'fair', 6);
    const over = changed(changed(allocate(problem), 0, { amps: 20 }), 1, { amps: 20 });
    expect(limitFault(problem, over)).toEqual({
      where: 'grid',
      differenceAmps: expect.closeTo(20 * Math.sqrt(3) - 30, 6),
    });
  });
});
