import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Capacity,
  isOver,
  loads,
  remaining,
  roomAmps,
  safeAllocation,
  take,
} from '../../src/control/capacity.ts';
import { topologies } from '../../src/control/topology.ts';
import { circuitId, evseId } from '../../src/domain/ids.ts';
import { givenArea, givenCircuit, givenEvse, givenSite } from './givenSite.ts';

const hall = givenCircuit({ id: circuitId('hall'), parent: circuitId('grid'), breakerAmps: 20 });
const site = givenSite({
  circuits: [givenCircuit(), hall],
  evses: [givenEvse({ circuit: hall.id }), givenEvse({ id: evseId('A2'), wiring: [1] })],
});
const [topology] = topologies([site], [givenArea()]);
if (topology === undefined) throw new Error('an area is a topology');

/** The area, the grid connection and the hall. */
const given = (...changes: readonly Partial<Capacity>[]): readonly Capacity[] =>
  [0, 1, 2].map((node) => ({
    amps: [63, 63, 63],
    watts: Number.POSITIVE_INFINITY,
    ...changes[node],
  }));

describe('the load of a tree', () => {
  it('is summed per phase and in watts up to the top', () => {
    expect(loads(topology, [10, 7])).toEqual([
      { amps: [10, 17, 10], watts: 8_510 },
      { amps: [10, 17, 10], watts: 8_510 },
      { amps: [10, 10, 10], watts: 6_900 },
    ]);
  });
});

describe('what is left of a capacity', () => {
  it('is negative where the load is more', () => {
    const left = remaining(given({}, { amps: [9, 20, 20] }), loads(topology, [10, 7]));
    expect(left.map(({ amps }) => amps[0])).toEqual([53, -1, 53]);
    expect(left.map(isOver)).toEqual([false, true, false]);
  });

  it('is not over at the limit, nor by the rounding of a sum', () => {
    expect(isOver({ amps: [0, 0, -1e-7], watts: 0 })).toBe(false);
    expect(isOver({ amps: [0, 0, -1e-5], watts: 0 })).toBe(true);
    expect(isOver({ amps: [0, 0, 0], watts: -1 })).toBe(true);
  });

  it('counts as over where a number is none', () => {
    expect(isOver({ amps: [Number.NaN, 1, 1], watts: 1 })).toBe(true);
    expect(isOver({ amps: [1, 1, 1], watts: Number.NaN })).toBe(true);
  });

  it('is taken from under every node above an EVSE', () => {
    const left = remaining(given({ watts: 10_000 }), []);
    take(topology, 0, 10, left);
    expect(left).toEqual([
      { amps: [53, 53, 53], watts: 3_100 },
      { amps: [53, 53, 53], watts: Number.POSITIVE_INFINITY },
      { amps: [53, 53, 53], watts: Number.POSITIVE_INFINITY },
    ]);
  });
});

describe('the room of an EVSE', () => {
  it('is the least under any node above it, on its own phases', () => {
    const left = remaining(given({}, {}, { amps: [5, 12, 12] }), []);
    expect([roomAmps(topology, 0, left), roomAmps(topology, 1, left)]).toEqual([5, 63]);
  });

  it('counts watts for each of its conductors', () => {
    const left = remaining(given({ watts: 2_300 }), []);
    expect(roomAmps(topology, 0, left)).toBeCloseTo(3.333, 3);
    expect(roomAmps(topology, 1, left)).toBe(10);
  });

  it('is nothing where a node is over or a number is none', () => {
    expect(roomAmps(topology, 0, remaining(given({}, { amps: [-1, 63, 63] }), []))).toBe(0);
    expect(roomAmps(topology, 0, remaining(given({}, { amps: [Number.NaN, 63, 63] }), []))).toBe(0);
    expect(roomAmps(topology, 0, remaining(given({ watts: Number.NaN }), []))).toBe(0);
  });
});

describe('the safe allocation', () => {
  it('gives everybody what he wants where it fits', () => {
    expect(safeAllocation(topology, [6, 6], given())).toEqual([6, 6]);
  });

  it('gives whole or nothing, the first first', () => {
    expect(safeAllocation(topology, [6, 6], given({}, { amps: [11, 11, 11] }))).toEqual([6, 0]);
    expect(safeAllocation(topology, [6, 6], given({}, { amps: [12, 12, 12] }))).toEqual([6, 6]);
    expect(safeAllocation(topology, [16, 6], given({}, { amps: [12, 12, 12] }))).toEqual([0, 6]);
  });

  it('gives nothing where a number is none', () => {
    expect(
      safeAllocation(topology, [6, 6], given({}, { amps: [Number.NaN, Number.NaN, Number.NaN] })),
    ).toEqual([0, 0]);
  });

  it('leaves what it is given as it was', () => {
    const capacity = given();
    safeAllocation(topology, [6, 6], capacity);
    expect(capacity).toEqual(given());
  });

  it('never puts a node over', () => {
    const amps = fc.integer({ min: -5, max: 40 });
    const nodes = fc.array(
      fc.record({ amps: fc.tuple(amps, amps, amps), watts: fc.integer({ min: -100, max: 20_000 }) }),
      { minLength: 3, maxLength: 3 },
    );
    fc.assert(
      fc.property(nodes, fc.tuple(fc.nat(32), fc.nat(32)), (capacity, wanted) => {
        const given = safeAllocation(topology, wanted, capacity);
        const load = loads(topology, given);
        const left = remaining(capacity, load);
        for (const [node, free] of left.entries()) {
          if ((load[node]?.watts ?? 0) > 0) expect(free.watts).toBeGreaterThanOrEqual(-1e-3);
          for (const phase of [0, 1, 2] as const) {
            if ((load[node]?.amps[phase] ?? 0) > 0) expect(free.amps[phase]).toBeGreaterThanOrEqual(-1e-5);
          }
        }
      }),
    );
  });
});
