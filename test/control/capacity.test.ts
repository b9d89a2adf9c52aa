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
import { topologies, withSpare } from '../../src/control/topology.ts';
import { circuitId, evseId } from '../../src/domain/ids.ts';
import type { Phase } from '../../src/domain/phases.ts';
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

describe('phases that cars may begin to use', () => {
  const spare = withSpare(topology, [[1, 2], []]);
  const two = withSpare(
    topologies([givenSite({ evses: [givenEvse(), givenEvse({ id: evseId('A2') })] })], [])[0] ?? topology,
    [[1, 2], [2]],
  );

  it('count for one car of all, on each phase and in watts', () => {
    expect(loads(two, [10, 16])).toMatchObject([
      { amps: [26, 16 + 10, 16], watts: 26 * 230 + 16 * 230 + 4_600 },
    ]);
    expect(loads(spare, [10, 7])[2]).toMatchObject({ amps: [10, 10, 10], watts: 6_900 });
  });

  it('leave room up to what another car is counted for already', () => {
    const capacity = [{ amps: [63, 63, 20] as const, watts: Number.POSITIVE_INFINITY }];
    const left = remaining(capacity, loads(two, [6, 16]));
    // On L3 only the larger of both counts.
    expect(roomAmps(two, 0, left, 6)).toBe(14);
    expect(roomAmps(two, 1, left, 16)).toBe(4);
    take(two, 0, 8, left, 6);
    expect(left[0]?.amps).toEqual([63 - 30, 63 - 16 - 14, 4]);
  });

  it('never put a node over by the room that was given, one rise after the other', () => {
    const phase = fc.subarray<Phase>([0, 1, 2], { maxLength: 2 });
    const limit = fc.integer({ min: 0, max: 60 });
    const input = fc.record({
      spares: fc.array(phase, { minLength: 3, maxLength: 3 }),
      amps: fc.array(fc.nat(16), { minLength: 3, maxLength: 3 }),
      limits: fc.tuple(limit, limit, limit),
      watts: fc.integer({ min: 0, max: 40_000 }),
    });
    const evses = [1, 2, 3].map((index) => givenEvse({ id: evseId(`A${index}`) }));
    const [wired = topology] = topologies([givenSite({ evses })], []);
    fc.assert(
      fc.property(input, ({ spares, amps, limits, watts }) => {
        const counted = withSpare(wired, spares);
        const capacity = [{ amps: limits, watts }];
        const left = remaining(capacity, loads(counted, amps));
        if (left.some(isOver)) return;
        const risen = [...amps];
        for (const index of [0, 1, 2]) {
          const from = risen[index] ?? 0;
          const room = roomAmps(counted, index, left, from);
          take(counted, index, room, left, from);
          risen[index] = from + room;
          const anew = remaining(capacity, loads(counted, risen));
          expect(anew.some(isOver)).toBe(false);
          for (const at of [0, 1, 2] as const)
            expect(left[0]?.amps[at]).toBeCloseTo(anew[0]?.amps[at] ?? 0, 6);
          expect(left[0]?.watts).toBeCloseTo(anew[0]?.watts ?? 0, 3);
        }
      }),
    );
  });
});

describe('the lines of a delta', () => {
  it('never are over by the room that was given, one rise after the other', () => {
    const wiring = fc.constantFrom<readonly Phase[]>([0, 1], [1, 2], [2, 0], [1, 0], [0, 1, 2]);
    const input = fc.record({
      wirings: fc.array(wiring, { minLength: 4, maxLength: 4 }),
      limits: fc.tuple(fc.nat(60), fc.nat(60), fc.nat(60)),
      powerFactorMin: fc.double({ min: 0.8, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(input, ({ wirings, limits, powerFactorMin }) => {
        const supply = { system: 'IT', phaseVolts: 230, powerFactorMin } as const;
        const evses = wirings.map((each, index) => givenEvse({ id: evseId(`A${index}`), wiring: each }));
        const [delta = topology] = topologies([givenSite({ supply, evses })], []);
        const capacity = [{ amps: limits, watts: 30_000 }];
        const risen = [0, 0, 0, 0];
        const left = remaining(capacity, loads(delta, risen));
        for (const index of [0, 1, 2, 3, 0]) {
          const room = Math.min(16, roomAmps(delta, index, left, risen[index]));
          take(delta, index, room, left, risen[index]);
          risen[index] = (risen[index] ?? 0) + room;
          const anew = remaining(capacity, loads(delta, risen));
          expect(anew.some(isOver)).toBe(false);
          for (const at of [0, 1, 2] as const)
            expect(left[0]?.amps[at]).toBeCloseTo(anew[0]?.amps[at] ?? 0, 6);
        }
      }),
    );
  });
});
