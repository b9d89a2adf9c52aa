import type { Allocation, Bound, Pacing, Problem } from '../../solver/problem.ts';
import type { EvseId, SiteId } from '../domain/ids.ts';
import type { MarginOptions } from '../domain/margin.ts';
import { endsInStanding } from '../domain/traits.ts';
import { allocated } from './allocated.ts';
import { loads, notNegative, type Remaining, remaining, roomAmps, take } from './capacity.ts';
import { type EvseNow, type EvseNowOptions, evsesNow } from './evseNow.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { ExposureLedger } from './exposure.ts';
import { appliedTargets, type HorizonTarget } from './horizonTargets.ts';
import { type NodePlan, planNodes } from './nodePlan.ts';
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
  /** What is kept free for a charge that is to begin again there. */
  readonly beginAmps: number | undefined;
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
  const left = remaining(
    nodes.map(({ capacity }) => capacity),
    reserved,
  );
  const begins = beginning(topology, evses, left);
  const open = left.map(notNegative);
  const tails = tailAmps(wired);
  const plannedEvses = evses.flatMap(({ isPlanned }, index) => (isPlanned ? [index] : []));
  const { minOnMs } = options.pacing;
  const targets = appliedTargets(evses, input.horizon, { monotonicMs, minOnMs });
  const counted = { ...input, topology };
  const found = { evses, plannedEvses, open, targets, tails };
  const { problem, amps, bounds, failure } = allocated(counted, found);
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
      beginAmps: begins[index],
      standingAmps: standingAmps(record, isStopped, tails[index] ?? 0),
      capAmps,
      allocatedAmps: amps[index] ?? 0,
      tailAmps: tails[index] ?? 0,
      bound: bounds[index],
      target: targets[index],
    })),
  };
}

/**
 * What charges that begin again are to have, each as far as everybody else keeps the minimum. The others make room: it is
 * taken from what is left for them.
 */
function beginning(
  topology: Topology,
  evses: readonly EvseNow[],
  left: Remaining,
): readonly (number | undefined)[] {
  if (evses.every(({ beginAmps }) => beginAmps === undefined)) return [];
  const minima = evses.map(({ isPlanned, capAmps, record }) =>
    isPlanned && capAmps > 0 ? record.evse.minAmps : 0,
  );
  const spare = remaining(left, loads(topology, minima));
  return evses.map(({ beginAmps }, index) => {
    if (beginAmps === undefined || roomAmps(topology, index, spare) < beginAmps) return undefined;
    for (const each of [spare, left]) take(topology, index, beginAmps, each);
    return beginAmps;
  });
}

/** A lease that only ends leaves its EVSE to the standing profile, which is then what would be the tail. */
function standingAmps({ traits, evse }: EvseRecord, isStopped: boolean, tail: number): number {
  if (isStopped) return 0;
  return endsInStanding(traits.leaseForm) ? Math.min(evse.failsafeAmps, tail) : evse.failsafeAmps;
}
