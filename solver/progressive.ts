import type { LpSolver } from './glpk.ts';
import { type Lp, LpBuilder } from './lp.ts';
import type { Allocation, Problem, ProblemEvse } from './problem.ts';
import { stepsDown, stepsUp } from './rounding.ts';

export type Reference =
  | { readonly status: 'solved'; readonly amps: Float64Array; readonly lps: number }
  | { readonly status: 'failed'; readonly reason: string };

/**
 * The same fair share by another road, for audits and tests: a chain of linear programs, each of which raises
 * the common level as far as it goes and then fixes whoever a positive dual value proves to be stuck. Written
 * from the definition, with nothing of `fairShare.ts` in it.
 *
 * Takes over from `allocation` who is paused and what the higher classes were set to: each class is compared
 * with what was really left for it.
 */
export function progressiveFairShare(
  problem: Problem,
  allocation: Allocation,
  solveLp: LpSolver,
  timeLimitMs: number,
): Reference {
  const amps = new Float64Array(problem.evses.length);
  const set = allocation.evses.map((evse) => evse.amps);
  let lps = 0;
  const priorities = [...new Set(problem.evses.map((evse) => evse.priority))].sort((a, b) => b - a);
  for (const priority of priorities) {
    const members = problem.evses.flatMap((evse, index) =>
      evse.priority === priority && allocation.evses[index]!.bound.kind !== 'paused' ? [index] : [],
    );
    const higher = set.map((value, index) => (problem.evses[index]!.priority > priority ? value : 0));
    const chain = fillByLps(problem, members, higher, solveLp, timeLimitMs);
    if (typeof chain === 'string') return { status: 'failed', reason: chain };
    lps += chain.lps;
    members.forEach((evse, index) => {
      amps[evse] = chain.amps[index]!;
    });
  }
  return { status: 'solved', amps, lps };
}

/** A dual value below this proves nothing. */
const dualTolerance = 1e-9;

function fillByLps(
  problem: Problem,
  members: readonly number[],
  higher: readonly number[],
  solveLp: LpSolver,
  timeLimitMs: number,
): { amps: Float64Array; lps: number } | string {
  const range = members.map((evse) => rangeOf(problem.evses[evse]!));
  const amps = Float64Array.from(range, ({ low }) => low);
  const isFixed = range.map(({ low, high }) => low === high);
  const levels = levelRows(problem, members, higher);
  let lps = 0;
  while (isFixed.includes(false)) {
    const { lp, levelRow } = levelLp(problem, members, range, amps, isFixed, levels);
    const answer = solveLp(lp, timeLimitMs);
    lps++;
    if (answer.status !== 'optimal')
      return answer.status === 'failed' ? answer.reason : 'the LP was not solved';
    const level = answer.x[members.length]!;
    let fixed = 0;
    members.forEach((evse, index) => {
      const row = levelRow[index]!;
      if (isFixed[index] || Math.abs(answer.rowDual?.[row] ?? 0) < dualTolerance) return;
      isFixed[index] = true;
      fixed++;
      amps[index] = problem.evses[evse]!.weight * level;
    });
    if (fixed === 0) return 'no dual value proves anybody to be stuck';
  }
  return { amps, lps };
}

function rangeOf(evse: ProblemEvse): { low: number; high: number } {
  const low = stepsUp(evse.minAmps, evse.stepAmps);
  const high = stepsDown(evse.maxAmps, evse.stepAmps);
  return high < low ? { low: 0, high: 0 } : { low, high };
}

interface LimitRow {
  readonly room: number;
  /** Per member: what one ampere of it puts on the row. */
  readonly factors: readonly number[];
}

/** Every finite limit of the problem as one row over the members, less what the higher classes take. */
function levelRows(problem: Problem, members: readonly number[], higher: readonly number[]): LimitRow[] {
  const isBelow = (evse: ProblemEvse, circuit: number): boolean => {
    for (let at = evse.circuit; at >= 0; at = problem.circuits[at]!.parent) if (at === circuit) return true;
    return false;
  };
  return problem.circuits.flatMap(({ limitAmps, limitWatts }, circuit) => {
    const below = problem.evses.map((evse) => isBelow(evse, circuit));
    return [...limitAmps, limitWatts].flatMap((limit, kind) => {
      const factor = problem.evses.map((evse, index) => {
        if (!below[index]) return 0;
        if (kind === 3) return evse.wiring.length * evse.phaseVolts;
        return evse.wiring.some((phase) => phase === kind) ? 1 : 0;
      });
      const factors = members.map((evse) => factor[evse]!);
      if (limit === Infinity || factors.every((value) => value === 0)) return [];
      const room = limit - higher.reduce((sum, value, index) => sum + value * factor[index]!, 0);
      // In amps, watts too: GLPK's tolerances are absolute.
      const unit = Math.max(...factors);
      return [{ room: Math.max(0, room) / unit, factors: factors.map((value) => value / unit) }];
    });
  });
}

/** Raises the level, the last column, as far as the fixed ones and the limits let it. */
function levelLp(
  problem: Problem,
  members: readonly number[],
  range: readonly { low: number; high: number }[],
  amps: Float64Array,
  isFixed: readonly boolean[],
  limits: readonly LimitRow[],
): { lp: Lp; levelRow: readonly (number | undefined)[] } {
  const builder = new LpBuilder();
  range.forEach(({ low, high }, index) => {
    const lower = isFixed[index] ? amps[index]! : low;
    builder.column(lower, isFixed[index] ? lower : high, 0);
  });
  const level = builder.column(0, Infinity, -1);
  const levelRow = members.map((evse, index) => {
    if (isFixed[index]) return undefined;
    const row = builder.row(0, Infinity);
    builder.entry(row, index, 1);
    builder.entry(row, level, -problem.evses[evse]!.weight);
    return row;
  });
  for (const { room, factors } of limits) {
    const row = builder.row(-Infinity, room);
    factors.forEach((factor, index) => {
      if (factor !== 0) builder.entry(row, index, factor);
    });
  }
  return { lp: builder.build(), levelRow };
}
