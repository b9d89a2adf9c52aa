import type { Problem } from '../../solver/problem.ts';

/** Amps on L1, L2, L3 and watts of every circuit, straight from the definition. */
export function treeLoads(problem: Problem, amps: readonly number[]): number[][] {
  const loads = problem.circuits.map(() => [0, 0, 0, 0]);
  problem.evses.forEach((evse, index) => {
    for (let circuit = evse.circuit; circuit >= 0; circuit = problem.circuits[circuit]!.parent) {
      const load = loads[circuit]!;
      for (const phase of evse.wiring) load[phase]! += amps[index]!;
      load[3]! += amps[index]! * evse.wiring.length * evse.phaseVolts;
    }
  });
  return loads;
}

/** The most by which any circuit is over a limit: amps, or watts per 230 V. */
export function worstExcessAmps(problem: Problem, amps: readonly number[]): number {
  const loads = treeLoads(problem, amps);
  return Math.max(
    0,
    ...problem.circuits.flatMap(({ limitAmps, limitWatts }, circuit) => [
      ...limitAmps.map((limit, phase) => loads[circuit]![phase]! - limit),
      (loads[circuit]![3]! - limitWatts) / 230,
    ]),
  );
}
