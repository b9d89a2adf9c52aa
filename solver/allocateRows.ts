import type { Allocation, Bound, Policy, Problem, ProblemEvse } from './problem.ts';
import { stepsDown, stepsUp } from './rounding.ts';
import { binds, brokenRow, loadOf, type Row, rowsOf } from './rows.ts';
import { limitUnbalance } from './unbalance.ts';

/**
 * The allocation for what the fast tick does not do: delta supply, unbalance limits, the policies `deadline` and
 * `first-come`. The limits are checked as they are, phasors included, at every step; the common level is found by
 * halving instead of in closed form. For sites of up to a few hundred EVSEs.
 */
export function allocateRows(problem: Problem): Allocation {
  const state = startState(problem);
  const priorities = [...new Set(problem.evses.map(({ priority }) => priority))].sort((a, b) => b - a);
  for (const priority of priorities) {
    const members = state.order.filter((evse) => problem.evses[evse]!.priority === priority);
    const late = admitInOrder(state, members);
    const early = members.filter((evse) => !late.includes(evse));
    fillClass(state, early);
    roundClass(state, early);
    // These get what the others could not use.
    for (const evse of late) admitOne(state, evse);
    fillClass(state, late);
    roundClass(state, late);
  }
  limitUnbalance(problem, state.amps, state.low, (evse, circuit, phase) => {
    state.heldBy[evse] = { circuit, phase };
    state.isPaused[evse] = state.amps[evse] === 0;
  });
  return answerOf(state);
}

export interface RowState {
  readonly problem: Problem;
  readonly rows: readonly Row[];
  /** Who comes first in admission, and for the policies that go by an order. */
  readonly order: readonly number[];
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly amps: Float64Array;
  readonly continuousAmps: Float64Array;
  /** The row that holds or refuses an EVSE, or the circuit and phase where an unbalance limit does. */
  readonly heldBy: (Pick<Row, 'circuit' | 'phase'> | undefined)[];
  readonly isPaused: boolean[];
}

function startState(problem: Problem): RowState {
  const { evses } = problem;
  const low = Float64Array.from(evses, ({ minAmps, stepAmps }) => stepsUp(minAmps, stepAmps));
  const high = Float64Array.from(evses, ({ maxAmps, stepAmps }, index) => {
    const most = stepsDown(maxAmps, stepAmps);
    return most < low[index]! ? 0 : most;
  });
  return {
    problem,
    rows: rowsOf(problem),
    order: orderOf(problem),
    low: low.map((least, index) => Math.min(least, high[index]!)),
    high,
    amps: new Float64Array(evses.length),
    continuousAmps: new Float64Array(evses.length),
    heldBy: evses.map(() => undefined),
    isPaused: evses.map(() => false),
  };
}

/** By the policy's own order, then who has waited longest. */
function orderOf(problem: Problem): number[] {
  const { evses, pacing } = problem;
  const waited = ({ waitingMs, isOn }: ProblemEvse): number => waitingMs + (isOn ? (pacing?.turnMs ?? 0) : 0);
  const byPolicy: Record<Policy, (a: ProblemEvse, b: ProblemEvse) => number> = {
    fair: () => 0,
    // Written as a comparison: the difference of two infinities is no number.
    deadline: (a, b) => Number(laxityOf(a) > laxityOf(b)) - Number(laxityOf(a) < laxityOf(b)),
    'first-come': (a, b) => (a.arrivedMs ?? 0) - (b.arrivedMs ?? 0),
  };
  const compare = (a: ProblemEvse, b: ProblemEvse): number =>
    byPolicy[problem.policy ?? 'fair'](a, b) || waited(b) - waited(a) || (a.name < b.name ? -1 : 1);
  return evses.map((_, index) => index).sort((a, b) => compare(evses[a]!, evses[b]!));
}

function isHeldOn({ evses, pacing }: Problem, evse: number): boolean {
  const { isOn, sinceMs } = evses[evse]!;
  return pacing !== undefined && isOn && pacing.nowMs - sinceMs < pacing.minOnMs;
}

const laxityOf = ({ laxityMs }: ProblemEvse): number => laxityMs ?? Infinity;

/**
 * Gives everybody its minimum, in order, as long as it fits. For `deadline` first only those who would have as
 * much if there were no minima: room for one minimum more is taken from whoever is in a hurry. Returns those
 * passed over for that.
 */
function admitInOrder(state: RowState, members: readonly number[]): number[] {
  // A minimum on time holds the minimum only: above it, the order alone counts.
  const held = members.filter((evse) => isHeldOn(state.problem, evse));
  for (const evse of held) admitOne(state, evse);
  const others = members.filter((evse) => !held.includes(evse));
  const share = state.problem.policy === 'deadline' ? sharesWithoutMinima(state, members, others) : state.low;
  const late = others.filter((evse) => share[evse]! < state.low[evse]! - shareTolerance);
  for (const evse of others) if (!late.includes(evse)) admitOne(state, evse);
  return late;
}

function sharesWithoutMinima(
  state: RowState,
  members: readonly number[],
  others: readonly number[],
): Float64Array {
  const low = state.low.slice();
  for (const evse of others) low[evse] = 0;
  const relaxed = { ...state, low, amps: state.amps.slice(), heldBy: [...state.heldBy] };
  raiseByPhases(relaxed, members);
  return relaxed.amps;
}

const shareTolerance = 1e-6;

function admitOne({ problem, rows, amps, low, high, heldBy, isPaused }: RowState, evse: number): boolean {
  const { pacing } = problem;
  const { isOn, sinceMs } = problem.evses[evse]!;
  const waitsOffTime = pacing !== undefined && !isOn && pacing.nowMs - sinceMs < pacing.minOffMs;
  amps[evse] = low[evse]!;
  const broken = waitsOffTime ? undefined : brokenRow(rows, amps);
  if (!waitsOffTime && broken === undefined) return true;
  amps[evse] = 0;
  low[evse] = 0;
  high[evse] = 0;
  heldBy[evse] = broken;
  isPaused[evse] = true;
  return false;
}

/** Members by the set of phases they load, each group in the members' order. */
function groupsOf({ problem }: RowState, members: readonly number[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const evse of members) {
    const phases = [...problem.evses[evse]!.wiring].sort().join();
    const group = groups.get(phases);
    if (group === undefined) groups.set(phases, [evse]);
    else group.push(evse);
  }
  return [...groups.values()];
}

function fillClass(state: RowState, members: readonly number[]): void {
  const { problem, amps, continuousAmps, high } = state;
  const growing = members.filter((evse) => high[evse]! > amps[evse]!);
  switch (problem.policy ?? 'fair') {
    case 'fair':
      raiseTogether(state, growing, (level, open, to) => {
        for (const evse of open) {
          to[evse] = Math.min(Math.max(problem.evses[evse]!.weight * level, state.low[evse]!), high[evse]!);
        }
      });
      break;
    case 'deadline':
      raiseByPhases(state, growing);
      break;
    case 'first-come':
      for (const evse of growing)
        raiseTogether(state, [evse], (level, _open, to) => raiseOne(state, evse, level, to));
      break;
    default:
      throw new RangeError(`${String(problem.policy)} is no policy`);
  }
  for (const evse of members) continuousAmps[evse] = amps[evse]!;
}

function raiseOne({ high, low }: RowState, evse: number, level: number, to: Float64Array): void {
  to[evse] = Math.min(low[evse]! + level, high[evse]!);
}

/**
 * Every set of phases gets the same sum, as far as its cars and the limits let it, and hands it to the least
 * laxity first: an uneven load leaves current unused on the other phases, which costs more energy than any order
 * of cars can win back.
 */
function raiseByPhases(state: RowState, growing: readonly number[]): void {
  const groups = groupsOf(state, growing);
  raiseTogether(state, growing, (level, open, to) => {
    const isOpen = new Set(open);
    for (const members of groups) {
      // What frozen members have counts towards the group's sum, so that the groups stay even.
      let left = level;
      for (const evse of members) if (!isOpen.has(evse)) left -= to[evse]!;
      for (const evse of members) if (isOpen.has(evse)) left -= state.low[evse]!;
      for (const evse of members) {
        if (!isOpen.has(evse)) continue;
        const more = Math.min(Math.max(0, left), state.high[evse]! - state.low[evse]!);
        to[evse] = state.low[evse]! + more;
        left -= more;
      }
    }
  });
}

/** Writes what the open EVSEs have at a level. Never falls as the level rises. */
type Curve = (level: number, open: readonly number[], to: Float64Array) => void;

/** Halvings of the level between two rows that become full: below the precision of a double. */
const halvings = 60;

/** Raises the level until a row is full, freezes everybody on that row, and goes on with the others. */
function raiseTogether(state: RowState, growing: readonly number[], curve: Curve): void {
  const { rows, amps, high, heldBy } = state;
  const trial = amps.slice();
  let open = growing;
  let level = 0;
  while (open.length > 0) {
    let least = level;
    let most = topLevel(state, growing);
    trial.set(amps);
    curve(most, open, trial);
    let full = brokenRow(rows, trial);
    if (full === undefined) {
      amps.set(trial);
      return;
    }
    for (let halving = 0; halving < halvings && most - least > 1e-12 * most; halving++) {
      const middle = (least + most) / 2;
      curve(middle, open, trial);
      const broken = brokenRow(rows, trial);
      if (broken === undefined) least = middle;
      else {
        most = middle;
        full = broken;
      }
    }
    curve(least, open, trial);
    for (const evse of open) amps[evse] = trial[evse]!;
    const held = full;
    const bound = new Set(open.filter((evse) => binds(held, evse, amps)));
    for (const evse of bound) if (amps[evse]! < high[evse]!) heldBy[evse] = held;
    const stillOpen = open.filter((evse) => !bound.has(evse));
    // The row is over by what those before have: nobody here can help it, and nobody may have more.
    if (stillOpen.length === open.length) return;
    open = stillOpen;
    level = least;
  }
}

/** A level at which everybody has its maximum, under every curve. */
function topLevel({ problem, high }: RowState, growing: readonly number[]): number {
  let perWeight = 0;
  let sum = 0;
  for (const evse of growing) {
    perWeight = Math.max(perWeight, high[evse]! / problem.evses[evse]!.weight);
    sum += high[evse]!;
  }
  return Math.max(perWeight, sum);
}

/** Rounds down, then gives whole steps back in order, to the least loaded phases first. */
function roundClass({ problem, rows, amps, high }: RowState, members: readonly number[]): void {
  for (const evse of members) amps[evse] = stepsDown(amps[evse]!, problem.evses[evse]!.stepAmps);
  let open = members.filter((evse) => problem.evses[evse]!.stepAmps > 0 && amps[evse]! > 0);
  while (open.length > 0) {
    open = open.filter((evse) => {
      const { stepAmps } = problem.evses[evse]!;
      if (amps[evse]! + stepAmps > high[evse]! + 1e-9) return false;
      const before = amps[evse]!;
      amps[evse] = stepsDown(before + stepAmps, stepAmps);
      if (brokenRow(rows, amps) === undefined) return true;
      amps[evse] = before;
      return false;
    });
  }
}

function answerOf(state: RowState): Allocation {
  const { problem, rows, amps, continuousAmps } = state;
  const unused = (circuit: number, phase: 0 | 1 | 2 | undefined): number => {
    const row = rows.find((each) => each.circuit === circuit && each.phase === phase);
    const { limitAmps, limitWatts } = problem.circuits[circuit]!;
    const limit = phase === undefined ? limitWatts : limitAmps[phase];
    return row === undefined ? limit : Math.max(0, limit - loadOf(row, amps));
  };
  return {
    evses: problem.evses.map((_, evse) => ({
      amps: amps[evse]!,
      continuousAmps: continuousAmps[evse]!,
      bound: boundOf(state, evse),
    })),
    circuits: problem.circuits.map((_, circuit) => ({
      unusedAmps: [unused(circuit, 0), unused(circuit, 1), unused(circuit, 2)],
      unusedWatts: unused(circuit, undefined),
    })),
  };
}

function boundOf({ heldBy, isPaused, amps, high }: RowState, evse: number): Bound {
  const row = heldBy[evse];
  if (isPaused[evse]) return { kind: 'paused', circuit: row?.circuit, phase: row?.phase };
  if (row === undefined || amps[evse]! >= high[evse]!) return { kind: 'maximum' };
  return { kind: 'circuit', circuit: row.circuit, phase: row.phase };
}
