import type { Allocation, Problem } from '../../solver/problem.ts';
import type { Phase } from '../domain/phases.ts';
import { starVolts } from '../domain/supply.ts';
import type { Capacity } from './capacity.ts';
import { hourMs } from './horizonSlots.ts';
import { problemCircuits } from './problemCircuits.ts';
import type { Topology } from './topology.ts';

/** A car that charges now, as far as the hours ahead are concerned. */
export interface FutureCar {
  /** Index of its EVSE in the topology. */
  readonly evse: number;
  readonly wiring: readonly Phase[];
  readonly maxAmps: number;
  readonly priority: number;
  readonly weight: number;
  readonly kwPerAmp: number;
  /** `Infinity` where its driver told none. */
  readonly needKwh: number;
  readonly untilMs: number;
}

export interface FairFuture {
  /** Per slot and EVSE of the topology. */
  readonly amps: readonly Float64Array[];
  /** Per car: what it lacks when it leaves. */
  readonly shortfallKwh: readonly number[];
}

/**
 * What becomes of the cars that are there when nobody plans and the ticks share fairly, slot by slot. It is what those
 * whose drivers told nothing are promised, and what a plan must better to be worth anything.
 */
export function fairFuture(input: {
  readonly topology: Topology;
  readonly cars: readonly FutureCar[];
  /** Per slot, nodes in the order of the topology; what charging may have. */
  readonly capacity: readonly (readonly Capacity[])[];
  readonly slotMs: Float64Array;
  readonly nowMs: number;
  readonly allocate: (problem: Problem) => Allocation;
}): FairFuture {
  const { topology, cars, capacity, slotMs, nowMs, allocate } = input;
  const openKwh = cars.map(({ needKwh }) => needKwh);
  let before:
    | { readonly nodes: readonly Capacity[]; readonly isThere: readonly boolean[]; shares: Shares }
    | undefined;
  const amps = capacity.map((nodes, slot) => {
    const fromMs = Math.max(nowMs, slotMs[slot] ?? nowMs);
    const untilMs = slotMs[slot + 1] ?? fromMs;
    const isThere = cars.map(
      (car, index) => (openKwh[index] ?? 0) > 0 && car.untilMs > fromMs && untilMs > fromMs,
    );
    // Hours are mostly like the one before.
    const isSame =
      before !== undefined && isEqual(before.isThere, isThere) && before.nodes.every(isLike(nodes));
    const shares =
      isSame && before ? before.shares : allocate(problemOf(topology, cars, isThere, nodes)).evses;
    before = { nodes, isThere, shares };
    const given = new Float64Array(topology.evses.length);
    cars.forEach((car, index) => {
      if (isThere[index] !== true) return;
      const hours = (Math.min(untilMs, car.untilMs) - fromMs) / hourMs;
      const share = shares[index]?.continuousAmps ?? 0;
      given[car.evse] = share;
      openKwh[index] = (openKwh[index] ?? 0) - share * car.kwPerAmp * hours;
    });
    return given;
  });
  return { amps, shortfallKwh: openKwh.map((kwh) => (Number.isFinite(kwh) ? Math.max(0, kwh) : 0)) };
}

type Shares = Allocation['evses'];

const isEqual = (a: readonly boolean[], b: readonly boolean[]): boolean =>
  a.every((value, at) => value === b[at]);

const isLike =
  (nodes: readonly Capacity[]) =>
  ({ amps, watts }: Capacity, at: number): boolean => {
    const other = nodes[at];
    return (
      other !== undefined &&
      other.watts === watts &&
      amps.every((value, phase) => value === other.amps[phase])
    );
  };

/** Who is not there takes part with nothing, so that the solver need not look at the tree anew. */
function problemOf(
  topology: Topology,
  cars: readonly FutureCar[],
  isThere: readonly boolean[],
  nodes: readonly Capacity[],
): Problem {
  return {
    circuits: problemCircuits(topology, nodes),
    evses: cars.flatMap(({ evse, wiring, maxAmps, priority, weight }, index) => {
      const at = topology.evses[evse];
      const circuit = at?.path[0];
      if (at === undefined || circuit === undefined) return [];
      return {
        name: at.evse.id,
        circuit,
        wiring,
        phaseVolts: starVolts(at.site.supply),
        // Over hours a car may be on for a part of the time: no minimum.
        minAmps: 0,
        maxAmps: isThere[index] === true ? maxAmps : 0,
        stepAmps: 0,
        priority,
        weight,
        isOn: false,
        sinceMs: 0,
        waitingMs: 0,
      };
    }),
  };
}
