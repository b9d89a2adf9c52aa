import type { Allocation, Problem } from './problem.ts';
import { stepsDown, stepsUp } from './rounding.ts';
import { binds, isBelow, loadOf, loads, type Row, rowsOf } from './rows.ts';

/** How far an allocation is from what must hold, and the EVSE or circuit where that is. */
export interface Fault {
  readonly differenceAmps: number;
  readonly where: string;
}

/**
 * The worst of what holds for every allocation under every policy and supply: no row over its limit, phasors
 * included, no two phases further apart than an unbalance limit, everybody at nothing or between its minimum and
 * its maximum and on its step. From the definition, with nothing of the algorithms in it.
 */
export function limitFault(problem: Problem, allocation: Allocation): Fault {
  const amps = Float64Array.from(allocation.evses, (evse) => evse.amps);
  const overRows = rowsOf(problem).map((row) => ({
    differenceAmps: -leftAmps(row, amps),
    where: problem.circuits[row.circuit]!.name,
  }));
  const outside = problem.evses.map(({ name, minAmps, maxAmps, stepAmps }, evse) => {
    const drawn = amps[evse]!;
    const nearest = Math.min(Math.max(drawn, stepsUp(minAmps, stepAmps)), stepsDown(maxAmps, stepAmps));
    const offStep = Math.abs(drawn - stepsDown(drawn, stepAmps));
    return { where: name, differenceAmps: drawn === 0 ? 0 : Math.max(Math.abs(drawn - nearest), offStep) };
  });
  return worst([...overRows, ...unbalanceFaults(problem, amps), ...outside]);
}

/**
 * The certificate of the fair share, class by class: whoever has less than its maximum is on a full row on which
 * nobody of its class has more per weight, except at its minimum. For any supply: more current never lowers what
 * flows on a row. Answers in amps how far the worst EVSE is from having such a row. Who is paused is taken over.
 */
export function shareFault(problem: Problem, allocation: Allocation): Fault {
  const rows = rowsOf(problem);
  const faults = problem.evses.flatMap((evse, index): Fault[] => {
    const own = allocation.evses[index]!;
    const most = stepsDown(evse.maxAmps, evse.stepAmps);
    if (own.bound.kind === 'paused' || most < stepsUp(evse.minAmps, evse.stepAmps)) return [];
    const below = most - own.continuousAmps;
    if (below <= 0) return [];
    const amps = seenByClass(problem, allocation, evse.priority);
    const distances = rows
      .filter((row) => binds(row, index, amps))
      .map((row) => Math.max(leftAmps(row, amps), leadOnRow(problem, row, amps, index)));
    return [{ where: evse.name, differenceAmps: Math.min(below, ...distances) }];
  });
  return worst(faults);
}

/** Its own class before rounding, those above as they were set, those below not at all. */
const seenByClass = (problem: Problem, allocation: Allocation, priority: number): Float64Array =>
  Float64Array.from(allocation.evses, ({ amps, continuousAmps }, index) => {
    const other = problem.evses[index]!.priority;
    return other > priority ? amps : other === priority ? continuousAmps : 0;
  });

/** What a row has left, in amps of whoever loads it most per ampere. */
function leftAmps(row: Row, amps: Float64Array): number {
  const perAmp = row.along.reduce((most, along, evse) => {
    const inUse = Math.hypot(along, row.across[evse]!) + (row.straight?.[evse] ?? 0);
    return Math.max(most, inUse, row.spare?.[evse] ?? 0);
  }, 0);
  return (row.limit - loadOf(row, amps)) / perAmp;
}

/** By how much another EVSE of the class on the row has more per weight, in amps of this one. */
function leadOnRow({ evses }: Problem, row: Row, amps: Float64Array, evse: number): number {
  const { weight, priority } = evses[evse]!;
  return evses.reduce((most, other, index) => {
    const isRival = other.priority === priority && loads(row, index);
    const isAtMinimum = amps[index]! <= stepsUp(other.minAmps, other.stepAmps) + minimumTolerance;
    if (!isRival || isAtMinimum) return most;
    return Math.max(most, (amps[index]! / other.weight) * weight - amps[evse]!);
  }, 0);
}

const minimumTolerance = 1e-9;

function unbalanceFaults(problem: Problem, amps: Float64Array): Fault[] {
  return problem.circuits.flatMap(
    ({ name, unbalanceAmps = Infinity, loadAmps = [0, 0, 0] }, circuit): Fault[] => {
      if (unbalanceAmps === Infinity) return [];
      const load = [...loadAmps];
      problem.evses.forEach(({ wiring }, evse) => {
        if (isBelow(problem, evse, circuit)) for (const phase of wiring) load[phase]! += amps[evse]!;
      });
      return [0, 1, 2].flatMap((high) =>
        [0, 1, 2].map((low) => {
          // Where the house alone is further apart, charging may not add to it.
          const allowed = Math.max(unbalanceAmps, loadAmps[high]! - loadAmps[low]!);
          return { where: name, differenceAmps: load[high]! - load[low]! - allowed };
        }),
      );
    },
  );
}

const worst = (faults: readonly Fault[]): Fault =>
  faults.reduce((most, fault) => (fault.differenceAmps > most.differenceAmps ? fault : most), {
    differenceAmps: 0,
    where: '',
  });
