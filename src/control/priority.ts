import type { EvseId } from '../domain/ids.ts';
import { phases } from '../domain/phases.ts';
import { isOver, loads, type Remaining, remaining } from './capacity.ts';
import type { ExposureLedger } from './exposure.ts';
import type { Plan } from './plan.ts';
import type { SiteState } from './siteState.ts';
import { nodeName } from './topology.ts';

interface PriorityInput {
  readonly plan: Plan;
  readonly state: SiteState;
  readonly ledger: ExposureLedger;
  readonly monotonicMs: number;
}

/** What was switched on at a station is seen by its meter before it is by the site's: so long others make room for it. */
const crampedAfterMs = 15_000;

/**
 * EVSEs whose stations are to be asked to end the profile that prevails over our setpoints: where the driver has in the
 * allocation what it was switched on for, where a person stopped the site, and where a circuit could not carry it for a
 * while even if everybody else paused. Indexes of the topology. Notes since when that is so.
 */
export function prioritiesToEnd(input: PriorityInput): ReadonlySet<number> {
  const { plan, state, ledger, monotonicMs } = input;
  const prevailing = plan.topology.evses.flatMap((at, index) => {
    const record = state.evse(at.evse.id);
    // Another operator's profile is for that operator to end.
    const isOurs = at.evse.partner === undefined && record.session !== undefined;
    return isOurs && ledger.isOverridden(at.evse.id) ? [{ at, index, record }] : [];
  });
  if (prevailing.length === 0) return new Set();
  const alone = plan.evses.map(({ isPlanned, exposureAmps }) => (isPlanned ? 0 : exposureAmps));
  const left = leftBeside(plan, alone);
  const ending = prevailing.filter(({ at, record }) => {
    const isCramped = at.path.some((node) => left[node] !== undefined && isOver(left[node]));
    record.crampedSinceMs = isCramped ? (record.crampedSinceMs ?? monotonicMs) : undefined;
    if (monotonicMs < (record.priorityRetryAtMs ?? 0)) return false;
    const isTooMuch = monotonicMs - (record.crampedSinceMs ?? monotonicMs) >= crampedAfterMs;
    return isTooMuch || record.driverPriority !== undefined || state.stopOf(at.site.id) !== undefined;
  });
  return new Set(ending.map(({ index }) => index));
}

export interface MissingRoom {
  /** The circuit or area that lacks most. */
  readonly node: string;
  /** On the conductor that lacks most. */
  readonly amps: number;
}

/**
 * What circuits lack for so much to be in force at an EVSE beside all that may be in force elsewhere, the failsafe current of
 * each other EVSE at least: that is what a car there gets without us. undefined where there is room under all of them.
 */
export function missingRoom(plan: Plan, evseId: EvseId, amps: number): MissingRoom | undefined {
  const { topology, evses } = plan;
  const index = topology.evses.findIndex(({ evse }) => evse.id === evseId);
  const at = topology.evses[index];
  const exposures = topology.evses.map(({ evse }, other) =>
    Math.max(evses[other]?.exposureAmps ?? 0, other === index ? amps : evse.failsafeAmps),
  );
  const left = leftBeside(plan, exposures);
  const lacks = (at?.path ?? []).flatMap((node): MissingRoom[] => {
    const [free, named] = [left[node], topology.nodes[node]];
    if (at === undefined || free === undefined || named === undefined || !isOver(free)) return [];
    const onLines = phases.map((phase) => -free.amps[phase]);
    return [{ node: nodeName(named), amps: Math.max(...onLines, -free.watts / at.wattsPerAmp) }];
  });
  return lacks.sort((a, b) => b.amps - a.amps)[0];
}

const leftBeside = ({ topology, nodes }: Plan, evseAmps: readonly number[]): Remaining =>
  remaining(
    nodes.map(({ capacity }) => capacity),
    loads(topology, evseAmps),
  );
