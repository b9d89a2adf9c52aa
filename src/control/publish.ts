import type { Bound } from '../../solver/problem.ts';
import type { CarLimit, LimitOrigin as DomainLimitOrigin } from '../domain/effectiveLimit.ts';
import type { SiteId } from '../domain/ids.ts';
import { addAmps, noAmps, type Phase, type PhaseAmps, perPhase, phases } from '../domain/phases.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import { starVolts } from '../domain/supply.ts';
import { type Load, loads } from './capacity.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { ExposureLedger } from './exposure.ts';
import type { NodePlan } from './nodePlan.ts';
import type { EvsePlan, Plan } from './plan.ts';
import type { SiteState as State } from './siteState.ts';
import { siteState } from './siteStates.ts';
import type {
  CircuitView,
  EvseReason,
  EvseState,
  EvseView,
  LimitOrigin,
  SiteView,
  TickView,
} from './siteView.ts';
import type { Node, Topology, TopologyEvse } from './topology.ts';
import { isWornOut } from './wear.ts';

export interface PublishInput {
  readonly topology: Topology;
  readonly plan: Plan;
  /** What may be in force below each node. */
  readonly exposure: readonly Load[];
  readonly state: State;
  readonly ledger: ExposureLedger;
  readonly tick: TickView;
  readonly monotonicMs: number;
  /** Past this a station's measurement is not shown as its draw. */
  readonly drawMaxAgeMs: number;
}

/** What a tick shows of each of its sites. */
export function siteViews(input: PublishInput): readonly SiteView[] {
  const { topology } = input;
  const draws = topology.evses.map(({ evse }) => drawAmps(input, input.state.evse(evse.id)));
  const failsafe = loads(
    input.plan.topology,
    input.plan.evses.map(({ tailAmps }) => tailAmps),
  );
  const circuitsOf = new Map<SiteId, CircuitView[]>(topology.sites.map(({ id }) => [id, []]));
  const evsesOf = new Map<SiteId, EvseView[]>(topology.sites.map(({ id }) => [id, []]));
  topology.nodes.forEach((node, index) => {
    const view = node.kind === 'circuit' ? circuitView(input, node, index, { draws, failsafe }) : undefined;
    if (view !== undefined && node.kind === 'circuit') circuitsOf.get(node.site.id)?.push(view);
  });
  topology.evses.forEach((at, index) => {
    const view = evseView(input, at, index, draws[index] ?? noAmps);
    if (view !== undefined) evsesOf.get(at.site.id)?.push(view);
  });
  return topology.sites.map(({ id, name, timeZone }) => {
    const circuits = circuitsOf.get(id) ?? [];
    const evses = evsesOf.get(id) ?? [];
    const stop = input.state.stopOf(id);
    const { failure, starting } = input.plan;
    return {
      siteId: id,
      name,
      timeZone,
      tick: input.tick,
      state: siteState({ stop, failure, isStarting: starting.has(id), circuits }),
      stop,
      circuits,
      evses,
    };
  });
}

function drawAmps({ monotonicMs, drawMaxAgeMs }: PublishInput, { draw, session }: EvseRecord): PhaseAmps {
  const isShown =
    session !== undefined && draw !== undefined && monotonicMs - draw.arrivedAtMs <= drawMaxAgeMs;
  return isShown ? draw.amps : noAmps;
}

// --- circuits --------------------------------------------------------------------------------------

function circuitView(
  { plan, exposure, monotonicMs }: PublishInput,
  { circuit, site, evses }: Extract<Node, { kind: 'circuit' }>,
  index: number,
  { draws, failsafe }: { readonly draws: readonly PhaseAmps[]; readonly failsafe: readonly Load[] },
): CircuitView | undefined {
  const planned = plan.nodes[index];
  if (planned === undefined) return undefined;
  const exposureAmps = exposure[index]?.amps ?? noAmps;
  const charging = evses.reduce((sum, evse) => addAmps(sum, draws[evse] ?? noAmps), noAmps);
  const estimated = addAmps(planned.background.amps, charging);
  const metered = circuit.meter?.measures === 'total' ? planned.metered?.amps : undefined;
  const phaseVolts = starVolts(site.supply);
  const { limitAmps, limitedBy } = shownLimit(planned, phaseVolts);
  const flowing = perPhase((phase) => metered?.[phase] ?? estimated[phase]);
  return {
    id: circuit.id,
    parent: circuit.parent,
    breakerAmps: circuit.breakerAmps,
    limitAmps,
    limitedBy,
    drawAmps: flowing,
    loadShare: loadShare(planned, { flowing, charging, phaseVolts }),
    backgroundAmps: planned.background.amps,
    exposureAmps,
    headroomAmps: perPhase(
      (phase) => limitAmps[phase] - planned.background.amps[phase] - exposureAmps[phase],
    ),
    basis: circuit.meter === undefined ? 'unmetered' : planned.background.basis,
    readingAgeMs: planned.metered?.atMs === undefined ? undefined : monotonicMs - planned.metered.atMs,
    meterVerdict: planned.finding?.verdict,
    marginAmps: planned.marginAmps,
    failsafeAmps: failsafe[index]?.amps ?? noAmps,
  };
}

function loadShare(
  { limit }: NodePlan,
  now: { readonly flowing: PhaseAmps; readonly charging: PhaseAmps; readonly phaseVolts: number },
): number {
  const under = ({ amps, watts }: CarLimit, drawn: PhaseAmps): number =>
    Math.max(
      ...phases.map((phase) => share(drawn[phase], amps[phase])),
      share((drawn[0] + drawn[1] + drawn[2]) * now.phaseVolts, watts),
    );
  const all = under(limit, now.flowing);
  return limit.cars === undefined ? all : Math.max(all, under(limit.cars, now.charging));
}

/** To a millionth, so that what is at its limit is not over it by the last digit. Nothing under a limit of 0 is 0. */
const share = (drawn: number, limit: number): number =>
  drawn <= 0 ? 0 : Math.round((drawn / limit) * 1e6) / 1e6;

/**
 * A limit in watts is shown as the current it leaves on each phase when all carry the same, and one on the cars alone
 * together with the background beside them.
 */
function shownLimit(
  { limit, background }: NodePlan,
  phaseVolts: number,
): { readonly limitAmps: PhaseAmps; readonly limitedBy: LimitOrigin } {
  const own = leveled(limit, phaseVolts);
  const cars = limit.cars && leveled(limit.cars, phaseVolts);
  const total = cars && addAmps(cars.amps, background.amps);
  const isByCars = total !== undefined && Math.min(...total) < Math.min(...own.amps);
  return {
    limitAmps: perPhase((phase) => Math.min(own.amps[phase], total?.[phase] ?? own.amps[phase])),
    limitedBy: shownOrigin(isByCars && cars !== undefined ? cars.origin : own.origin),
  };
}

function leveled(
  limit: CarLimit,
  phaseVolts: number,
): { readonly amps: PhaseAmps; readonly origin: DomainLimitOrigin } {
  const wattsAsAmps = limit.watts / (3 * phaseVolts);
  return {
    amps: perPhase((phase) => Math.min(limit.amps[phase], wattsAsAmps)),
    origin: wattsAsAmps < Math.min(...limit.amps) ? limit.wattsOrigin : limit.ampsOrigin,
  };
}

function shownOrigin(origin: DomainLimitOrigin): LimitOrigin {
  if (origin.kind !== 'limit') return { kind: origin.kind };
  const { id, source, reason, untilMs } = origin.limit;
  return { kind: 'limit', limitId: id, source, reason, untilMs };
}

// --- EVSEs -----------------------------------------------------------------------------------------

function evseView(
  input: PublishInput,
  { evse, site }: TopologyEvse,
  index: number,
  draw: PhaseAmps,
): EvseView | undefined {
  const planned = input.plan.evses[index];
  if (planned === undefined) return undefined;
  const record = input.state.evse(evse.id);
  const isOnline = input.state.isOnline(evse.station);
  const setpointAmps = record.session === undefined ? undefined : input.ledger.lease(evse.id)?.setpointAmps;
  return {
    id: evse.id,
    stationId: evse.station,
    number: evse.number,
    circuit: evse.circuit,
    wiring: evse.wiring,
    state: isOnline ? evseState(record, setpointAmps) : 'offline',
    setpointAmps,
    drawAmps: draw,
    exposureAmps: planned.exposureAmps,
    allocatedAmps: planned.allocatedAmps,
    failsafeAmps: planned.tailAmps,
    minAmps: evse.minAmps,
    maxAmps: evse.maxAmps,
    session: record.session,
    isNonLeasing: record.traits.leaseForm === 'none',
    clockSkewMs: input.state.clockSkewMs(evse.station),
    reason: isOnline
      ? reason(input, { record, planned, setpointAmps, stop: input.state.stopOf(site.id) })
      : { kind: 'offline' },
  };
}

function evseState({ session, status }: EvseRecord, setpointAmps: number | undefined): EvseState {
  if (session === undefined || status === 'faulted' || status === 'unavailable') return status;
  if (setpointAmps === 0) return 'paused';
  return session.state === 'suspended-by-ev' ? 'suspended-by-ev' : 'charging';
}

interface Explained {
  readonly record: EvseRecord;
  readonly planned: EvsePlan;
  readonly setpointAmps: number | undefined;
  readonly stop: SiteStop | undefined;
}

function reason(input: PublishInput, { record, planned, setpointAmps, stop }: Explained): EvseReason {
  const { evse, session, refusal } = record;
  if (session === undefined) return { kind: record.interrupted === undefined ? 'no session' : 'interrupted' };
  const { escalation } = record.obedience;
  if (escalation !== undefined)
    return { kind: 'not obeying', amps: escalation.drawAmps, rung: escalation.done.at(-1) };
  if (refusal !== undefined) return { kind: 'not answering', rung: refusal.done.at(-1) };
  if (stop !== undefined) return { kind: 'stopped', by: stop.by, why: stop.reason };
  if (session.isRefused === true) return { kind: 'token refused' };
  const { bound, allocatedAmps, capAmps, target } = planned;
  if (planned.isHeld) return { kind: 'starting' };
  const isPausedByPlan = target !== undefined && target.maxAmps < evse.minAmps;
  if (
    target?.wait !== undefined &&
    (isPausedByPlan || (bound?.kind === 'maximum' && target.maxAmps < capAmps))
  ) {
    const { why, untilMs, openWh, departureMs } = target.wait;
    return { kind: 'planned later', why, amps: target.maxAmps, untilMs, needsWh: openWh, departureMs };
  }
  const { partnerAmps } = record;
  const isAtMost = bound === undefined || bound.kind === 'maximum';
  if (partnerAmps !== undefined && (partnerAmps < evse.minAmps || (isAtMost && partnerAmps <= capAmps)))
    return { kind: 'bound by a partner', amps: partnerAmps };
  if (bound?.kind !== 'paused' && (setpointAmps ?? 0) + 1e-6 < allocatedAmps)
    return { kind: isWornOut(record, input.monotonicMs) ? 'memory spared' : 'waiting for others' };
  if (bound === undefined || bound.kind === 'maximum') {
    return capAmps < evse.maxAmps
      ? { kind: 'car takes less', amps: capAmps }
      : { kind: 'own maximum', amps: capAmps };
  }
  return boundReason(input, bound);
}

function boundReason(
  { topology, plan }: PublishInput,
  bound: Exclude<Bound, { kind: 'maximum' }>,
): EvseReason {
  const node = bound.circuit === undefined ? undefined : topology.nodes[bound.circuit];
  const planned = bound.circuit === undefined ? undefined : plan.nodes[bound.circuit];
  if (bound.kind === 'paused') {
    return {
      kind: 'paused',
      circuit: node?.kind === 'circuit' ? node.circuit.id : undefined,
      phase: bound.phase,
    };
  }
  if (node === undefined || planned === undefined) return { kind: 'waiting for others' };
  if (node.kind === 'area') return { kind: 'area full', area: node.area.id };
  const limit = bindingLimit(planned, bound.phase);
  const limitedBy = shownOrigin(bound.phase === undefined ? limit.wattsOrigin : limit.ampsOrigin);
  return { kind: 'circuit full', circuit: node.circuit.id, phase: bound.phase, limitedBy };
}

/** The limit with the building, or the one on the cars alone where that leaves less. */
function bindingLimit({ limit, background, marginAmps }: NodePlan, phase: Phase | undefined): CarLimit {
  const { cars } = limit;
  if (cars === undefined) return limit;
  const isByCars =
    phase === undefined
      ? cars.watts < limit.watts
      : cars.amps[phase] < limit.amps[phase] - background.amps[phase] - marginAmps[phase];
  return isByCars ? cars : limit;
}
