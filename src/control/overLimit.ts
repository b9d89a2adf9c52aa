import type { SiteId } from '../domain/ids.ts';
import { noAmps, type PhaseName, perPhase, phaseName, phases } from '../domain/phases.ts';
import { loads, remaining } from './capacity.ts';
import { wattsOf } from './nodePlan.ts';
import type { Plan } from './plan.ts';
import { nodeName, type Topology } from './topology.ts';

/** A circuit or an area that is over its limit at a tick. */
export interface OverLimit {
  /** What its meter shows, or what may be in force beside the background. */
  readonly kind: 'measured' | 'exposure';
  readonly node: string;
  /** undefined for an area. */
  readonly siteId: SiteId | undefined;
  /** `sum`: over all phases, in watts. */
  readonly on: PhaseName | 'sum';
  readonly amount: number;
  readonly limit: number;
  readonly unit: 'A' | 'W';
  /** Whether an EVSE of ours may draw there: what the building takes alone nobody can answer. */
  readonly isOurs: boolean;
}

/** Two meters of one class may differ by this without anybody being over anything. */
const toleranceAmps = 0.5;
/** The same on three phases of 230 V. */
const toleranceWatts = 345;

/** Everything that is over its limit now. */
export function overLimits(topology: Topology, plan: Plan): readonly OverLimit[] {
  const load = loads(
    topology,
    plan.evses.map(({ exposureAmps }) => exposureAmps),
  );
  const left = remaining(
    plan.nodes.map(({ capacity }) => capacity),
    load,
  );
  return topology.nodes.flatMap((node, index): readonly OverLimit[] => {
    const planned = plan.nodes[index];
    const [ours, free] = [load[index], left[index]];
    if (planned === undefined || ours === undefined || free === undefined) return [];
    const { limit, metered, marginAmps } = planned;
    const isCircuit = node.kind === 'circuit';
    const meteredAmps = metered === undefined ? noAmps : perPhase((phase) => metered.amps[phase] ?? 0);
    // The margin is ours to use up.
    const exposedAmps = perPhase((phase) => limit.amps[phase] - free.amps[phase] - marginAmps[phase]);
    const marginWatts = isCircuit ? wattsOf(marginAmps, node.site.supply) : 0;
    const about = { node: nodeName(node), siteId: isCircuit ? node.site.id : undefined };
    const sum = { ...about, on: 'sum', limit: limit.watts, unit: 'W', isOurs: ours.watts > 0 } as const;
    const found: readonly OverLimit[] = [
      ...phases.flatMap((phase) => {
        const line = { ...about, on: phaseName(phase), limit: limit.amps[phase], unit: 'A' as const };
        const isOurs = ours.amps[phase] > 0;
        return [
          { ...line, isOurs, kind: 'measured' as const, amount: meteredAmps[phase] },
          { ...line, isOurs, kind: 'exposure' as const, amount: exposedAmps[phase] },
        ];
      }),
      { ...sum, kind: 'measured', amount: isCircuit ? wattsOf(meteredAmps, node.site.supply) : 0 },
      { ...sum, kind: 'exposure', amount: limit.watts - free.watts - marginWatts },
    ];
    return found.filter(
      ({ amount, limit: most, unit }) => amount > most + (unit === 'A' ? toleranceAmps : toleranceWatts),
    );
  });
}
