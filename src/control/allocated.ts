import type { Allocation, Bound, Problem } from '../../solver/problem.ts';
import { laxityMs } from '../domain/laxity.ts';
import { isLastInLine } from '../domain/rest.ts';
import { shareOf } from '../domain/session.ts';
import { starVolts } from '../domain/supply.ts';
import { mayPause } from '../domain/traits.ts';
import { type Capacity, isOver, loads, notNegative, remaining, safeAllocation } from './capacity.ts';
import type { EvseNow } from './evseNow.ts';
import { guaranteedAmps } from './guarantees.ts';
import type { HorizonTarget } from './horizonTargets.ts';
import { besideSlow, slowToFall } from './makeRoom.ts';
import type { PlanInput } from './plan.ts';
import { problemCircuits } from './problemCircuits.ts';

/** What a tick found before it shares what is open. */
export interface Found {
  readonly evses: readonly EvseNow[];
  readonly plannedEvses: readonly number[];
  readonly open: readonly Capacity[];
  readonly targets: readonly (HorizonTarget | undefined)[];
  /** What every EVSE falls to without us, and has where no allocation is good. */
  readonly tails: readonly number[];
}

interface Solved {
  readonly problem: Problem;
  /** In the order of the topology. */
  readonly amps: readonly number[];
  readonly bounds: readonly (Bound | undefined)[];
  /** Why the solver's answer was refused and the safe allocation stands in its place. */
  readonly failure: string | undefined;
}

/**
 * What everybody gets. Where other operators are slow to lower theirs, the others take less until they have: what they are
 * told is one thing, and what is in force there another.
 */
export function allocated(input: PlanInput, found: Found): Solved {
  const { evses, plannedEvses, open } = found;
  const fair = withGuarantees(input, found);
  const slow = fair.failure === undefined ? slowToFall(evses, plannedEvses, fair.amps) : [];
  if (slow.length === 0) return fair;
  const others = plannedEvses.filter((index) => !slow.includes(index));
  const left = besideSlow(input.topology, evses, slow, open).map(notNegative);
  const beside = withGuarantees(input, { ...found, plannedEvses: others, open: left });
  const isSlow = (index: number): boolean => slow.includes(index);
  return {
    problem: fair.problem,
    amps: beside.amps.map((amps, index) => (isSlow(index) ? (fair.amps[index] ?? 0) : amps)),
    bounds: beside.bounds.map((bound, index) => (isSlow(index) ? fair.bounds[index] : bound)),
    failure: beside.failure,
  };
}

/**
 * Who would have less than was guaranteed to his session has that first, as far as it fits, and the others share the rest. Whoever
 * has it by his share anyway is one of them.
 */
function withGuarantees(input: PlanInput, found: Found): Solved {
  const { evses, plannedEvses } = found;
  const fair = solve(input, found);
  const owed = evses.map((now) => guaranteedAmps(now, input.nowMs));
  let answer = fair;
  let first: readonly number[] = [];
  // What is guaranteed to some may leave others with less than is guaranteed to them: each round finds one more at least.
  while (answer.failure === undefined) {
    const short = plannedEvses.filter(
      (index) => !first.includes(index) && (answer.amps[index] ?? 0) < (owed[index] ?? 0),
    );
    if (short.length === 0) return answer;
    first = [...first, ...short];
    answer = guaranteedFirst(input, found, { first, owed, fair });
  }
  return fair;
}

function guaranteedFirst(
  input: PlanInput,
  found: Found,
  { first, owed, fair }: { first: readonly number[]; owed: readonly number[]; fair: Solved },
): Solved {
  const { evses, plannedEvses, open } = found;
  const isFirst = (index: number): boolean => first.includes(index);
  const capped = evses.map((now, index) => ({ ...now, capAmps: Math.min(now.capAmps, owed[index] ?? 0) }));
  // What the plan would rather have later is theirs now.
  const given = solve(input, { ...found, evses: capped, plannedEvses: first, targets: [] });
  if (given.failure !== undefined) return given;
  const others = plannedEvses.filter((index) => !isFirst(index));
  const left = remaining(open, loads(input.topology, given.amps)).map(notNegative);
  const rest = solve(input, { ...found, plannedEvses: others, open: left });
  const boundOf = (index: number): Bound | undefined => {
    const bound = fair.bounds[index];
    return bound?.kind === 'circuit' ? bound : given.bounds[index];
  };
  return {
    problem: fair.problem,
    amps: rest.amps.map((amps, index) => (isFirst(index) ? (given.amps[index] ?? 0) : amps)),
    bounds: rest.bounds.map((bound, index) => (isFirst(index) ? boundOf(index) : bound)),
    failure: rest.failure,
  };
}

function problemOf(
  { topology, nowMs, monotonicMs, options }: PlanInput,
  { evses, plannedEvses, open, targets }: Found,
): Problem {
  const policy = topology.sites[0]?.policy ?? 'fair';
  return {
    policy,
    pacing: { nowMs: monotonicMs, ...options.pacing },
    circuits: problemCircuits(topology, open),
    evses: plannedEvses.flatMap((index) => {
      const now = evses[index];
      const circuit = now?.at.path[0];
      if (now === undefined || circuit === undefined) return [];
      const { evse, session, isOn } = now.record;
      const { supply } = now.at.site;
      const { maxAmps = Number.POSITIVE_INFINITY, weightFactor = 1 } = targets[index] ?? {};
      const laxity = session && laxityMs({ session, evse, supply, nowMs });
      return {
        name: evse.id,
        circuit,
        wiring: evse.wiring.filter((phase) => !now.sparePhases.includes(phase)),
        spareWiring: now.sparePhases,
        phaseVolts: starVolts(supply),
        minAmps: evse.minAmps,
        maxAmps: Math.min(now.capAmps, maxAmps),
        stepAmps: now.record.traits.stepAmps,
        weight: shareOf(evse, session) * weightFactor,
        isOn,
        ...turnOf(now, monotonicMs),
        laxityMs: laxity,
        arrivedMs: session?.startedAtMs ?? nowMs,
      };
    }),
  };
}

/** Beneath every class: it keeps its minimum as long as nobody else can use it. */
const restingPriority = -1;
/** Behind everybody who waits or charges. */
const lastWaitingMs = -1e12;
/** Before everybody, so that nobody's turn ever comes instead. */
const firstWaitingMs = 1e12;

/** Whose turn it is: a car that is done for all we see makes room, and when it is tried again it pauses nobody. */
function turnOf(
  { record, rest }: EvseNow,
  nowMs: number,
): Pick<Problem['evses'][number], 'priority' | 'sinceMs' | 'waitingMs'> {
  const { evse, session, isOn, sinceMs, waitingSinceMs } = record;
  const priority = session?.priority ?? evse.priority;
  if (rest === 'tries' && isLastInLine({ isOn, sinceMs, nowMs }))
    return { priority, sinceMs: 0, waitingMs: lastWaitingMs };
  const servedMs = mayPause(record.traits) ? sinceMs - nowMs : firstWaitingMs;
  const waitingMs = isOn ? servedMs : nowMs - waitingSinceMs;
  return { priority: rest === 'rests' ? restingPriority : priority, sinceMs, waitingMs };
}

/** The solver's answer when it keeps every limit, the safe allocation when it does not or when it failed. */
function solve(input: PlanInput, found: Found): Solved {
  const { topology, allocate } = input;
  const { plannedEvses, open, tails } = found;
  const problem = problemOf(input, found);
  const amps = topology.evses.map(() => 0);
  const bounds: (Bound | undefined)[] = topology.evses.map(() => undefined);
  const refuse = (failure: string): Solved => {
    const wanted = topology.evses.map(() => 0);
    for (const index of plannedEvses) wanted[index] = tails[index] ?? 0;
    return {
      problem,
      amps: safeAllocation(topology, wanted, open),
      bounds: wanted.map(() => undefined),
      failure,
    };
  };
  let allocation: Allocation;
  try {
    allocation = allocate(problem);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  plannedEvses.forEach((index, order) => {
    amps[index] = allocation.evses[order]?.amps ?? Number.NaN;
    bounds[index] = allocation.evses[order]?.bound;
  });
  const wrong = plannedEvses.find((index, order) => !isSettable(amps[index], problem.evses[order]));
  if (wrong !== undefined)
    return refuse(`${amps[wrong]} A cannot be set at ${topology.evses[wrong]?.evse.id}`);
  const left = remaining(open, loads(topology, amps));
  const overNode = left.findIndex(isOver);
  if (overNode >= 0) return refuse(`the allocation exceeds ${problem.circuits[overNode]?.name}`);
  return { problem, amps, bounds, failure: undefined };
}

/** Nobody is set between zero and the minimum, and nobody beyond what he can use. */
function isSettable(amps: number | undefined, evse: Problem['evses'][number] | undefined): boolean {
  if (amps === undefined || evse === undefined) return false;
  return amps === 0 || (amps >= evse.minAmps && amps <= evse.maxAmps);
}
