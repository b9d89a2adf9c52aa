import type { LpSolver } from './glpk.ts';
import { type Lp, LpBuilder } from './lp.ts';
import type { Problem, ProblemEvse } from './problem.ts';

/** How one EVSE is to be used: on one of its wirings, or paused. */
export interface Choice {
  /** Index into `wirings` of the request; undefined: paused. */
  readonly wiring: number | undefined;
}

export interface ChoiceRequest {
  /** Star supply. What the EVSEs' own `wiring` says is not looked at. */
  readonly problem: Problem;
  /** Per EVSE: the wirings it could be switched to, the present one first. */
  readonly wirings: readonly (readonly ProblemEvse['wiring'][])[];
  /** What a switch to another wiring must at least bring, in conductor-amps, to be worth it. */
  readonly switchCostAmps: number;
}

export type ChoiceAnswer = {
  readonly choices: readonly Choice[];
  /** Conductor-amps at the minimum and above, weighted; see `value`. */
  readonly value: number;
  /** The same for the greedy answer: what the search was worth. */
  readonly greedyValue: number;
  /** `proven`: the best there is. `found`: the best until the time ran out. `greedy`: nothing better, or too large. */
  readonly origin: 'proven' | 'found' | 'greedy';
  /** Why the search gave nothing, where it did. */
  readonly reason: string | undefined;
};

/** Above this, GLPK's branching without cuts is a matter of luck. */
export const choiceEvsesMax = 30;

/** That somebody charges at all is worth more than any number of amps for one who does. */
const admissionAmps = 100;

/**
 * Chooses between one and three phases, and who pauses, for up to about 30 EVSEs: off the tick, in a worker. The
 * greedy answer is always there; GLPK's replaces it only when it is better and has been checked.
 */
export function choose(request: ChoiceRequest, solveLp: LpSolver, timeLimitMs: number): ChoiceAnswer {
  const greedy = greedyChoices(request);
  const greedyValue = worthOf(request, greedy);
  const keep = (reason: string | undefined): ChoiceAnswer => ({
    choices: greedy.map(({ wiring }) => ({ wiring })),
    value: greedyValue,
    greedyValue,
    origin: 'greedy',
    reason,
  });
  if (request.problem.evses.length > choiceEvsesMax) return keep(`more than ${choiceEvsesMax} EVSEs`);
  const { lp, columns } = choiceLp(request);
  const answer = solveLp(lp, timeLimitMs);
  if (answer.status === 'failed') return keep(answer.reason);
  const found = columns.map((each): Use => {
    const wiring = each.findIndex(({ isUsed }) => answer.x[isUsed]! > 0.5);
    return wiring < 0 ? paused : { wiring, amps: answer.x[each[wiring]!.amps]! };
  });
  const value = worthOf(request, found);
  const isProven = answer.status === 'optimal';
  if (!isWithinLimits(request, found)) return keep("the search's answer breaks a limit");
  if (value <= greedyValue + valueTolerance)
    return { ...keep(undefined), origin: isProven ? 'proven' : 'greedy' };
  const choices = found.map(({ wiring }) => ({ wiring }));
  return { choices, value, greedyValue, origin: isProven ? 'proven' : 'found', reason: undefined };
}

const valueTolerance = 1e-6;
const limitTolerance = 1e-5;

interface Use extends Choice {
  readonly amps: number;
}
const paused: Use = { wiring: undefined, amps: 0 };

/** Weighted conductor-amps, with a prize for charging at all and a price for switching. */
function worthOf({ problem, wirings, switchCostAmps }: ChoiceRequest, uses: readonly Use[]): number {
  return uses.reduce((sum, { wiring, amps }, evse) => {
    if (wiring === undefined) return sum;
    const { weight } = problem.evses[evse]!;
    const gained = wirings[evse]![wiring]!.length * amps + admissionAmps;
    return sum + weight * gained - (wiring === 0 ? 0 : switchCostAmps);
  }, 0);
}

/** In order of priority, each on the wiring that takes least of what is left; then the rest to the maxima. */
function greedyChoices(request: ChoiceRequest): Use[] {
  const { problem, wirings } = request;
  const uses: Use[] = problem.evses.map(() => paused);
  const order = problem.evses.map((_, evse) => evse).sort((a, b) => rank(b) - rank(a));
  const tryUse = (evse: number, use: Use): boolean => {
    const before = uses[evse]!;
    uses[evse] = use;
    if (isWithinLimits(request, uses)) return true;
    uses[evse] = before;
    return false;
  };
  for (const evse of order) {
    const options = wirings[evse]!.map((wiring, index) => ({ index, conductors: wiring.length }));
    options.sort((a, b) => b.conductors - a.conductors);
    options.some(({ index }) => tryUse(evse, { wiring: index, amps: problem.evses[evse]!.minAmps }));
  }
  for (const evse of order) {
    const { maxAmps } = problem.evses[evse]!;
    while (uses[evse]!.wiring !== undefined && uses[evse]!.amps < maxAmps) {
      const { wiring, amps } = uses[evse]!;
      if (!tryUse(evse, { wiring, amps: Math.min(maxAmps, amps + 1) })) break;
    }
  }
  return uses;

  function rank(evse: number): number {
    const { priority, waitingMs } = problem.evses[evse]!;
    return priority * 1e15 + waitingMs;
  }
}

function isWithinLimits({ problem, wirings }: ChoiceRequest, uses: readonly Use[]): boolean {
  const { circuits, evses } = problem;
  const load = circuits.map(() => [0, 0, 0, 0]);
  uses.forEach(({ wiring, amps }, evse) => {
    if (wiring === undefined) return;
    const phases = wirings[evse]![wiring]!;
    for (let at = evses[evse]!.circuit; at >= 0; at = circuits[at]!.parent) {
      for (const phase of phases) load[at]![phase]! += amps;
      load[at]![3]! += phases.length * evses[evse]!.phaseVolts * amps;
    }
  });
  return circuits.every(
    ({ limitAmps, limitWatts }, at) =>
      limitAmps.every((limit, phase) => load[at]![phase]! <= limit + limitTolerance) &&
      load[at]![3]! <= limitWatts + limitTolerance * 1e3,
  );
}

interface UseColumns {
  readonly isUsed: number;
  readonly amps: number;
}

/** Per EVSE and wiring one yes or no and its amps: `min * yes <= amps <= max * yes`, at most one yes. */
function choiceLp({ problem, wirings, switchCostAmps }: ChoiceRequest): { lp: Lp; columns: UseColumns[][] } {
  const builder = new LpBuilder();
  const columns = problem.evses.map(({ weight, minAmps, maxAmps }, evse) => {
    const oneOf = builder.row(-Infinity, 1);
    return wirings[evse]!.map((wiring, index): UseColumns => {
      const prize = weight * admissionAmps - (index === 0 ? 0 : switchCostAmps);
      const isUsed = builder.column(0, maxAmps < minAmps ? 0 : 1, -prize, true);
      const amps = builder.column(0, maxAmps, -weight * wiring.length);
      builder.entry(oneOf, isUsed, 1);
      const least = builder.row(0, Infinity);
      builder.entry(least, amps, 1);
      builder.entry(least, isUsed, -minAmps);
      const most = builder.row(-Infinity, 0);
      builder.entry(most, amps, 1);
      builder.entry(most, isUsed, -maxAmps);
      return { isUsed, amps };
    });
  });
  problem.circuits.forEach(({ limitAmps, limitWatts }, circuit) => {
    [...limitAmps, limitWatts / 1000].forEach((limit, kind) => {
      if (limit === Infinity) return;
      const row = builder.row(-Infinity, limit);
      problem.evses.forEach(({ phaseVolts }, evse) => {
        if (!isUnder(problem, evse, circuit)) return;
        wirings[evse]!.forEach((wiring, index) => {
          const inPhase = wiring.some((phase) => phase === kind) ? 1 : 0;
          const factor = kind === 3 ? (wiring.length * phaseVolts) / 1000 : inPhase;
          if (factor > 0) builder.entry(row, columns[evse]![index]!.amps, factor);
        });
      });
    });
  });
  return { lp: builder.build(), columns };
}

function isUnder({ circuits, evses }: Problem, evse: number, circuit: number): boolean {
  let at = evses[evse]!.circuit;
  while (at > circuit) at = circuits[at]!.parent;
  return at === circuit;
}
