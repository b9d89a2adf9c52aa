import { allocate } from '../../solver/allocate.ts';
import type { Planner } from '../../solver/planner.ts';
import { type PlanProblem, wiringBits } from '../../solver/planProblem.ts';
import type { Problem, ProblemCircuit, ProblemEvse } from '../../solver/problem.ts';
import {
  type Active,
  ampsMax,
  type GarageSession,
  hoursPerPeriod,
  laxity,
  mostAmps,
  podAmps,
  primaryAmps,
  type Strategy,
  secondaryAmps,
  volts,
} from './acnGarage.ts';

const periodMs = hoursPerPeriod * 3_600_000;
const phaseVolts = volts / Math.sqrt(3);
const wirings = [
  [0, 1],
  [1, 2],
  [2, 0],
] as const;
/** Slots of a plan: enough to tell the departures apart. */
const slotsMax = 10;
const planLimitMs = 10_000;

/** Transformer primary, secondary, two pods. */
function circuitsOf(capKw: number): ProblemCircuit[] {
  const all = (amps: number): [number, number, number] => [amps, amps, amps];
  const pod = { parent: 1, limitAmps: all(podAmps), limitWatts: Infinity, supply: 'IT' } as const;
  return [
    {
      name: 'primary',
      parent: -1,
      limitAmps: all(primaryAmps(capKw)),
      limitWatts: Infinity,
      supply: 'delta-wye primary',
    },
    {
      name: 'secondary',
      parent: 0,
      limitAmps: all(secondaryAmps(capKw)),
      limitWatts: Infinity,
      supply: 'IT',
    },
    { name: 'pod CC', ...pod },
    { name: 'pod AV', ...pod },
  ];
}

const evseOf = ({ session }: Active): Pick<ProblemEvse, 'name' | 'circuit' | 'wiring' | 'phaseVolts'> => ({
  name: String(session.index).padStart(4, '0'),
  circuit: 1 + session.pod,
  wiring: wirings[session.group],
  phaseVolts,
});

/** The plan for the sessions that are there: nothing is known of those to come. */
function planProblem(
  active: readonly Active[],
  period: number,
  capKw: number,
  slotMs = departureSlots(active, period),
): PlanProblem {
  const circuits = circuitsOf(capKw);
  const limit = Array.from({ length: slotMs.length - 1 }, () =>
    circuits.flatMap(({ limitAmps, limitWatts }) => [...limitAmps, limitWatts]),
  ).flat();
  const list = (value: (each: Active) => number): Float64Array => Float64Array.from(active, value);
  return {
    nowMs: period * periodMs,
    slotMs,
    pricePerKwh: new Float64Array(slotMs.length - 1),
    parent: Int32Array.from(circuits, ({ parent }) => parent),
    supply: Uint8Array.of(2, 1, 1, 1),
    limit: Float64Array.from(limit),
    id: list(({ session }) => session.index),
    circuit: Int32Array.from(active, (each) => evseOf(each).circuit),
    wiring: Uint8Array.from(active, (each) => wiringBits(evseOf(each).wiring)),
    phaseVolts: list(() => phaseVolts),
    maxAmps: list(() => ampsMax),
    needKwh: list(({ remainingKwh }) => remainingKwh),
    startMs: list(() => 0),
    departureMs: list(({ session }) => session.departure * periodMs),
    weight: list(() => 1),
    peak: undefined,
  };
}

/** Now, the next period, and the departures; where they are many, those that part them evenly. */
function departureSlots(active: readonly Active[], period: number): Float64Array {
  const edges = [...new Set(active.map(({ session }) => session.departure))].sort((a, b) => a - b);
  const kept = edges.filter((_, index) => {
    const share = (edges.length - 1) / Math.max(1, slotsMax - 1);
    return (
      edges.length <= slotsMax ||
      index === edges.length - 1 ||
      Math.floor(index / share) !== Math.floor((index - 1) / share)
    );
  });
  return Float64Array.from([period, ...kept.filter((edge) => edge > period)], (edge) => edge * periodMs);
}

/** Plans at every change of sessions, follows the plan in between, and gives what it leaves free by phases and laxity. */
export function planned(planner: Planner, onPlanMs: (ms: number) => void): Strategy {
  let known = '';
  let target = new Map<number, number>();
  return (active, period, capKw) => {
    const now = active.map(({ session }) => session.index).join();
    if (now !== known) {
      known = now;
      const startedAt = performance.now();
      target = targets(planner, active, period, capKw);
      onPlanMs(performance.now() - startedAt);
    }
    const evses = active.map((each): ProblemEvse => {
      const most = mostAmps(each);
      return {
        ...evseOf(each),
        minAmps: Math.min(most, target.get(each.session.index) ?? 0),
        maxAmps: most,
        stepAmps: 0,
        priority: 0,
        weight: 1,
        // Held to the plan, which is not even on all phases, as a running car is held to its minimum.
        isOn: true,
        sinceMs: 0,
        waitingMs: 0,
        laxityMs: laxity(each, period) * periodMs,
      };
    });
    return ampsOf({
      circuits: circuitsOf(capKw),
      evses,
      policy: 'deadline',
      pacing: { nowMs: 0, minOnMs: 1, minOffMs: 0, turnMs: 0 },
    });
  };
}

function targets(
  planner: Planner,
  active: readonly Active[],
  period: number,
  capKw: number,
): Map<number, number> {
  const problem = planProblem(active, period, capKw);
  const slots = problem.slotMs.length - 1;
  const answer = planner.plan(problem, planLimitMs);
  if (answer.status === 'failed') throw new Error(answer.reason);
  // A breath below: the plan may use GLPK's tolerance, the tick may not.
  return new Map(
    active.map(({ session }, place) => [session.index, (answer.amps[place * slots] ?? 0) * (1 - 1e-6)]),
  );
}

const ampsOf = (problem: Problem): number[] => allocate(problem).evses.map(({ amps }) => amps);
/** 15 minutes. */
const minOnMs = 15 * 60_000;

/**
 * Pilots of 0 or 6 to 32 A in whole amperes, no car stopped within 15 minutes. First the plan in steps: what a
 * step gives too little now is owed. Then what is free, by phases and laxity, on top.
 */
export function inSteps(planner: Planner): Strategy {
  let known = '';
  let target = new Map<number, number>();
  const owedAmps = new Map<number, number>();
  const since = new Map<number, { isOn: boolean; atMs: number }>();
  return (active, period, capKw) => {
    const nowMs = period * periodMs;
    const pacing = { nowMs, minOnMs, minOffMs: 0, turnMs: 0 };
    const now = active.map(({ session }) => session.index).join();
    if (now !== known) {
      known = now;
      target = targets(planner, active, period, capKw);
      owedAmps.clear();
    }
    const due = active.map(({ session: { index } }) => (owedAmps.get(index) ?? 0) + (target.get(index) ?? 0));
    const evses = active.map((each): ProblemEvse => {
      const { isOn, atMs } = since.get(each.session.index) ?? { isOn: false, atMs: 0 };
      return {
        ...evseOf(each),
        minAmps: 6,
        // A car that needs less than the minimum for one period still gets the minimum.
        maxAmps: Math.max(6, Math.min(32, Math.ceil(mostAmps(each)))),
        stepAmps: 1,
        priority: 0,
        weight: 1,
        isOn,
        sinceMs: atMs,
        waitingMs: 0,
        laxityMs: laxity(each, period) * periodMs,
      };
    });
    const byPlan = evses.map((evse, place): ProblemEvse => {
      const isHeld = evse.isOn && nowMs - evse.sinceMs < minOnMs;
      const wanted = (due[place] ?? 0) >= 6 ? Math.floor(due[place] ?? 0) : isHeld ? 6 : 0;
      return { ...evse, maxAmps: Math.min(evse.maxAmps, wanted) };
    });
    const circuits = circuitsOf(capKw);
    const first = ampsOf({ circuits, evses: byPlan, policy: 'deadline', pacing });
    const onTop = evses.map((evse, place): ProblemEvse => {
      const had = first[place] ?? 0;
      return had > 0 ? { ...evse, minAmps: had, isOn: true, sinceMs: nowMs } : { ...evse, sinceMs: 0 };
    });
    const amps = ampsOf({ circuits, evses: onTop, policy: 'deadline', pacing });
    active.forEach(({ session: { index } }, place) => {
      const drawn = amps[place] ?? 0;
      owedAmps.set(index, (due[place] ?? 0) - drawn);
      if (since.get(index)?.isOn !== drawn > 0) since.set(index, { isOn: drawn > 0, atMs: nowMs });
    });
    return amps;
  };
}

/**
 * Groups of sessions that overlap in time, each as one plan from its first arrival with everything known: what
 * nobody can beat. A slot ends wherever somebody comes or goes.
 */
export function offlineProblems(sessions: readonly GarageSession[], capKw: number): PlanProblem[] {
  const problems: PlanProblem[] = [];
  let group: GarageSession[] = [];
  let until = -1;
  const close = (): void => {
    if (group.length > 0) problems.push(offlineProblem(group, capKw));
    group = [];
  };
  for (const session of sessions.toSorted((a, b) => a.arrival - b.arrival)) {
    if (session.arrival >= until) close();
    group.push(session);
    until = Math.max(until, session.departure);
  }
  close();
  return problems;
}

function offlineProblem(sessions: readonly GarageSession[], capKw: number): PlanProblem {
  const active = sessions.map((session) => ({ session, remainingKwh: session.wantedKwh }));
  const edges = new Set(sessions.flatMap(({ arrival, departure }) => [arrival, departure]));
  const first = Math.min(...edges);
  const slotMs = Float64Array.from(edges, (edge) => edge * periodMs).sort();
  return {
    ...planProblem(active, first, capKw, slotMs),
    startMs: Float64Array.from(sessions, ({ arrival }) => arrival * periodMs),
  };
}
