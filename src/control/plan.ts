import type { Allocation, Bound, Pacing, Problem } from '../../solver/problem.ts';
import type { EvseId, SiteId } from '../domain/ids.ts';
import { laxityMs } from '../domain/laxity.ts';
import type { MarginOptions } from '../domain/margin.ts';
import { perPhase } from '../domain/phases.ts';
import { isLastInLine } from '../domain/rest.ts';
import { starVolts } from '../domain/supply.ts';
import { endsInStanding, mayPause } from '../domain/traits.ts';
import { type Capacity, isOver, loads, remaining, safeAllocation } from './capacity.ts';
import { type EvseNow, type EvseNowOptions, evsesNow } from './evseNow.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { ExposureLedger } from './exposure.ts';
import { appliedTargets, type HorizonTarget } from './horizonTargets.ts';
import { type NodePlan, planNodes } from './nodePlan.ts';
import { problemCircuits } from './problemCircuits.ts';
import type { SiteState } from './siteState.ts';
import { isStarting } from './starting.ts';
import { tailAmps } from './tails.ts';
import { type Topology, withSpare } from './topology.ts';

export interface PlanInput {
  readonly topology: Topology;
  readonly state: SiteState;
  readonly ledger: ExposureLedger;
  /** Wall time, for the validity of limits. */
  readonly nowMs: number;
  /** For every age. */
  readonly monotonicMs: number;
  readonly options: PlanOptions;
  readonly allocate: (problem: Problem) => Allocation;
  /** What the plan over the coming hours wants of an EVSE; undefined where it wants nothing. */
  readonly horizon?: ((evseId: EvseId) => HorizonTarget | undefined) | undefined;
}

export interface PlanOptions extends EvseNowOptions {
  readonly pacing: Omit<Pacing, 'nowMs'>;
  readonly margin: MarginOptions;
}

/** What one tick found and decided for one topology; arrays in its order. */
export interface Plan {
  /** With the phases in use, as the plan counts them: what is sent and shown counts them alike. */
  readonly topology: Topology;
  /** Sites that wait for their meters and stations, and so raise nobody. */
  readonly starting: ReadonlySet<SiteId>;
  readonly nodes: readonly NodePlan[];
  readonly evses: readonly EvsePlan[];
  /** What was solved, and the problem's EVSEs as indexes of the topology. */
  readonly problem: Problem;
  readonly plannedEvses: readonly number[];
  /** Why the solver's answer was refused and the safe allocation stands in its place. */
  readonly failure: string | undefined;
}

export interface EvsePlan {
  readonly exposureAmps: number;
  /** It has a session and takes commands. Otherwise it counts as it is. */
  readonly isPlanned: boolean;
  /** Its site is starting: it is not raised. */
  readonly isHeld: boolean;
  /** What the standing profile of its station is to be. */
  readonly standingAmps: number;
  readonly allocatedAmps: number;
  /** What it falls to when it no longer hears from us: safe under every limit known now. */
  readonly tailAmps: number;
  /** undefined when it is not planned. Indexes of nodes. */
  readonly bound: Bound | undefined;
  /** Lower than its own maximum when the car takes less or it is held. */
  readonly capAmps: number;
  /** What the plan over the coming hours makes of it, beyond `capAmps`. */
  readonly target?: HorizonTarget | undefined;
}

/** The allocation for this instant, and everything that explains it. Reads only. */
export function plan(input: PlanInput): Plan {
  const { state, nowMs, monotonicMs, options } = input;
  const { drawMaxAgeMs, margin } = options;
  const starting = new Set(
    input.topology.sites.filter((site) => isStarting(site, input)).map(({ id }) => id),
  );
  const evses = evsesNow({ ...input, starting });
  const wired = { topology: input.topology, state, nowMs, evses };
  const nodes = planNodes({ ...wired, monotonicMs, drawMaxAgeMs, margin, starting });
  const topology = withSpare(
    wired.topology,
    evses.map(({ sparePhases }) => sparePhases),
  );
  const reserved = loads(
    topology,
    evses.map(({ reservedAmps }) => reservedAmps),
  );
  const open = remaining(
    nodes.map(({ capacity }) => capacity),
    reserved,
  ).map(notNegative);
  const tails = tailAmps(wired);
  const plannedEvses = evses.flatMap(({ isPlanned }, index) => (isPlanned ? [index] : []));
  const { minOnMs } = options.pacing;
  const targets = appliedTargets(evses, input.horizon, { monotonicMs, minOnMs });
  const counted = { ...input, topology };
  const problem = problemOf(counted, { evses, plannedEvses, open, targets });
  const { amps, bounds, failure } = solve(counted, problem, plannedEvses, open, tails);
  return {
    topology,
    starting,
    nodes,
    problem,
    plannedEvses,
    failure,
    evses: evses.map(({ record, exposureAmps, isPlanned, isHeld, isStopped, capAmps }, index) => ({
      exposureAmps,
      isPlanned,
      isHeld,
      standingAmps: standingAmps(record, isStopped, tails[index] ?? 0),
      capAmps,
      allocatedAmps: amps[index] ?? 0,
      tailAmps: tails[index] ?? 0,
      bound: bounds[index],
      target: targets[index],
    })),
  };
}

/** A lease that only ends leaves its EVSE to the standing profile, which is then what would be the tail. */
function standingAmps({ traits, evse }: EvseRecord, isStopped: boolean, tail: number): number {
  if (isStopped) return 0;
  return endsInStanding(traits.leaseForm) ? Math.min(evse.failsafeAmps, tail) : evse.failsafeAmps;
}

const notNegative = ({ amps, watts }: Capacity): Capacity => ({
  amps: perPhase((phase) => Math.max(0, amps[phase])),
  watts: Math.max(0, watts),
});

interface Found {
  readonly evses: readonly EvseNow[];
  readonly plannedEvses: readonly number[];
  readonly open: readonly Capacity[];
  readonly targets: readonly (HorizonTarget | undefined)[];
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
        weight: evse.weight * weightFactor,
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

interface Solved {
  readonly amps: readonly number[];
  readonly bounds: readonly (Bound | undefined)[];
  readonly failure: string | undefined;
}

/** The solver's answer when it keeps every limit, the safe allocation when it does not or when it failed. */
function solve(
  { topology, allocate }: PlanInput,
  problem: Problem,
  plannedEvses: readonly number[],
  open: readonly Capacity[],
  tails: readonly number[],
): Solved {
  const amps = topology.evses.map(() => 0);
  const bounds: (Bound | undefined)[] = topology.evses.map(() => undefined);
  const refuse = (failure: string): Solved => {
    const wanted = topology.evses.map(() => 0);
    for (const index of plannedEvses) wanted[index] = tails[index] ?? 0;
    return { amps: safeAllocation(topology, wanted, open), bounds: wanted.map(() => undefined), failure };
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
  return { amps, bounds, failure: undefined };
}

/** Nobody is set between zero and the minimum, and nobody beyond what he can use. */
function isSettable(amps: number | undefined, evse: Problem['evses'][number] | undefined): boolean {
  if (amps === undefined || evse === undefined) return false;
  return amps === 0 || (amps >= evse.minAmps && amps <= evse.maxAmps);
}
