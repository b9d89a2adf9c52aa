import type { Pacing, Problem, ProblemCircuit, ProblemEvse } from './problem.ts';

export type ProblemErrorCode = 'NOT_A_NUMBER' | 'OUT_OF_RANGE' | 'BAD_REFERENCE' | 'BAD_WIRING';

/** A problem that must not be solved: `code` says what is wrong, `where` and `field` which number it is. */
export class ProblemError extends Error {
  readonly code: ProblemErrorCode;
  readonly where: string;
  readonly field: string;

  constructor(code: ProblemErrorCode, where: string, field: string, value: unknown, expected: string) {
    super(`${where}: ${field} is ${String(value)}, must be ${expected}`);
    this.name = 'ProblemError';
    this.code = code;
    this.where = where;
    this.field = field;
  }
}

/** Outside these, sums of weights over a large site lose the precision the fair share needs. */
const weightMin = 1e-6;
const weightMax = 1e6;

/**
 * Throws a `ProblemError` for the first number that is no number, out of range, or points nowhere. A solver
 * answers nonsense for such input instead of refusing it, so it is refused here.
 */
export function checkProblem(problem: Problem): void {
  for (let index = 0; index < problem.circuits.length; index++) checkCircuit(problem.circuits[index]!, index);
  const circuitCount = problem.circuits.length;
  for (let index = 0; index < problem.evses.length; index++) checkEvse(problem.evses[index]!, circuitCount);
  checkDeltaWiring(problem);
  if (problem.pacing !== undefined) checkPacing(problem.pacing);
}

function checkCircuit(circuit: ProblemCircuit, index: number): void {
  const where = circuit.name;
  const { parent, limitAmps, limitWatts } = circuit;
  if (!Number.isInteger(parent) || parent < -1 || parent >= index) {
    fail('BAD_REFERENCE', where, 'parent', parent, 'the index of an earlier circuit or -1');
  }
  atLeastZero(limitAmps[0], where, 'limitAmps[0]');
  atLeastZero(limitAmps[1], where, 'limitAmps[1]');
  atLeastZero(limitAmps[2], where, 'limitAmps[2]');
  atLeastZero(limitWatts, where, 'limitWatts');
  const { powerFactorMin = 1 } = circuit;
  if (!(powerFactorMin > 0 && powerFactorMin <= 1))
    fail(codeOf(powerFactorMin), where, 'powerFactorMin', powerFactorMin, 'above 0, up to 1');
  if (circuit.unbalanceAmps !== undefined) atLeastZero(circuit.unbalanceAmps, where, 'unbalanceAmps');
  for (const amps of circuit.loadAmps ?? []) finite(amps, where, 'loadAmps');
}

function checkEvse(evse: ProblemEvse, circuitCount: number): void {
  const where = evse.name;
  if (!Number.isInteger(evse.circuit) || evse.circuit < 0 || evse.circuit >= circuitCount) {
    fail('BAD_REFERENCE', where, 'circuit', evse.circuit, 'the index of a circuit');
  }
  checkWiring([...evse.wiring, ...(evse.spareWiring ?? [])], where);
  finiteAtLeastZero(evse.minAmps, where, 'minAmps');
  finiteAtLeastZero(evse.maxAmps, where, 'maxAmps');
  finiteAtLeastZero(evse.stepAmps, where, 'stepAmps');
  finite(evse.priority, where, 'priority');
  finite(evse.sinceMs, where, 'sinceMs');
  finite(evse.waitingMs, where, 'waitingMs');
  if (evse.arrivedMs !== undefined) finite(evse.arrivedMs, where, 'arrivedMs');
  if (Number.isNaN(evse.laxityMs)) fail('NOT_A_NUMBER', where, 'laxityMs', evse.laxityMs, 'a number');
  if (!(evse.phaseVolts > 0 && evse.phaseVolts < Infinity)) {
    fail(codeOf(evse.phaseVolts), where, 'phaseVolts', evse.phaseVolts, 'a finite number above 0');
  }
  if (!(evse.weight >= weightMin && evse.weight <= weightMax)) {
    fail(codeOf(evse.weight), where, 'weight', evse.weight, `from ${weightMin} to ${weightMax}`);
  }
}

function checkWiring(wiring: ProblemEvse['wiring'], where: string): void {
  let seen = 0;
  for (const phase of wiring) {
    const bit = phase === 0 ? 1 : phase === 1 ? 2 : phase === 2 ? 4 : 0;
    if (bit === 0 || (seen & bit) !== 0) seen = -1;
    if (seen === -1) break;
    seen |= bit;
  }
  if (seen <= 0)
    fail('BAD_WIRING', where, 'wiring', `[${wiring}]`, 'one to three different phases of 0, 1, 2');
}

/** One conductor alone carries nothing where there is no neutral. */
function checkDeltaWiring({ circuits, evses }: Problem): void {
  if (circuits.every(({ supply }) => supply === undefined || supply === 'TN')) return;
  for (const { name, wiring, circuit } of evses) {
    for (let at = circuit; at >= 0; at = circuits[at]!.parent) {
      const isDelta = (circuits[at]!.supply ?? 'TN') !== 'TN';
      if (isDelta && wiring.length === 1)
        fail('BAD_WIRING', name, 'wiring', `[${wiring}]`, 'two or three lines on IT');
    }
  }
}

function checkPacing(pacing: Pacing): void {
  finite(pacing.nowMs, 'pacing', 'nowMs');
  finiteAtLeastZero(pacing.minOnMs, 'pacing', 'minOnMs');
  finiteAtLeastZero(pacing.minOffMs, 'pacing', 'minOffMs');
  finiteAtLeastZero(pacing.turnMs, 'pacing', 'turnMs');
}

function finite(value: number, where: string, field: string): void {
  if (!Number.isFinite(value)) fail(codeOf(value), where, field, value, 'a finite number');
}

function finiteAtLeastZero(value: number, where: string, field: string): void {
  if (!(value >= 0 && value < Infinity))
    fail(codeOf(value), where, field, value, 'a finite number, 0 or more');
}

function atLeastZero(value: number, where: string, field: string): void {
  if (!(value >= 0)) fail(codeOf(value), where, field, value, '0 or more (Infinity: no limit)');
}

/** `typeof` too: data from outside may hold a string where the type promises a number. */
const codeOf = (value: unknown): ProblemErrorCode =>
  typeof value !== 'number' || Number.isNaN(value) ? 'NOT_A_NUMBER' : 'OUT_OF_RANGE';

function fail(code: ProblemErrorCode, where: string, field: string, value: unknown, expected: string): never {
  throw new ProblemError(code, where, field, value, expected);
}
