import type { CircuitId, EvseId, SessionId, SiteId } from '../domain/ids.ts';
import { noAmps, type PhaseAmps, perPhase } from '../domain/phases.ts';
import { type Capacity, loads } from './capacity.ts';
import type { Horizon, Member } from './horizonProblem.ts';
import { hourMs, slotAt } from './horizonSlots.ts';
import { plannedAmps, type SitePlan } from './horizonTargets.ts';
import { nodeName, type Topology } from './topology.ts';
import { wantedWatts } from './wantedWatts.ts';

/** What is planned at a site over the coming hours. */
export interface HorizonView {
  readonly siteId: SiteId;
  /** undefined where no plan is in force: `why` says why. */
  readonly madeAtMs: number | undefined;
  readonly why: string | undefined;
  readonly currency: string | undefined;
  readonly slots: readonly SlotView[];
  readonly circuits: readonly PlannedCircuit[];
  readonly sessions: readonly PlannedSession[];
}

interface SlotView {
  readonly fromMs: number;
  readonly untilMs: number;
  /** undefined where nobody told one. */
  readonly pricePerKwh: number | undefined;
}

/** A circuit or the area above the site; arrays are by slot. */
export interface PlannedCircuit {
  readonly id: CircuitId | string;
  /** Of the sessions in the plan. */
  readonly plannedAmps: readonly PhaseAmps[];
  /** `Infinity` where there is none. */
  readonly limitAmps: readonly PhaseAmps[];
  readonly limitWatts: readonly number[];
  readonly backgroundAmps: readonly PhaseAmps[];
  /** What one more ampere for an hour would save now, in the currency or, without prices, in the plan's own measure. */
  readonly shadowPriceAmps: PhaseAmps;
}

export interface PlannedSession {
  readonly id: SessionId;
  readonly evseId: EvseId;
  readonly departureMs: number;
  readonly needsWh: number;
  /** By slot: the mean on each of its conductors. */
  readonly amps: readonly number[];
  /** By slot: what it would have if nothing were short. */
  readonly wantedWatts: readonly number[];
  /** Planned until it leaves. */
  readonly plannedWh: number;
  readonly shortfallWh: number;
  /** Why it cannot have all; undefined when it can. */
  readonly shortfallWhy: ShortfallReason | undefined;
}

export type ShortfallReason =
  /** Whatever the circuits: even at the most it can take, it leaves before it has all. */
  | {
      readonly kind: 'not enough time';
      readonly maxAmps: number;
      readonly neededHours: number;
      readonly leftHours: number;
    }
  | { readonly kind: 'circuit full'; readonly circuit: string }
  | { readonly kind: 'area full'; readonly area: string };

export interface HorizonViewInput {
  readonly siteId: SiteId;
  readonly topology: Topology;
  readonly plan: SitePlan | undefined;
  readonly why: string;
  readonly currency: string | undefined;
  readonly nowMs: number;
}

export function horizonView({ siteId, topology, plan, why, currency, nowMs }: HorizonViewInput): HorizonView {
  if (plan === undefined)
    return { siteId, madeAtMs: undefined, why, currency, slots: [], circuits: [], sessions: [] };
  const { horizon } = plan;
  const { slotMs, told } = horizon.slots;
  const planned = Array.from(told, (_, slot) => {
    const amps = topology.evses.map(() => 0);
    horizon.members.forEach(({ evse }, index) => {
      amps[evse] = plannedAmps(plan, index)[slot] ?? 0;
    });
    return loads(topology, amps);
  });
  // Slots that are over are kept for the solver alone.
  const first = slotAt(slotMs, nowMs);
  return {
    siteId,
    madeAtMs: horizon.madeAtMs,
    why: undefined,
    currency,
    slots: told.slice(first).map((pricePerKwh, at) => ({
      fromMs: slotMs[first + at] ?? 0,
      untilMs: slotMs[first + at + 1] ?? 0,
      pricePerKwh,
    })),
    circuits: horizon.nodes.map((node, at) => circuitView({ plan, topology, planned, node, at, first })),
    sessions: horizon.members.map((member, index) => sessionView(plan, member, index, first, topology)),
  };
}

function circuitView(input: {
  readonly plan: SitePlan;
  readonly topology: Topology;
  /** Per slot and node of the topology. */
  readonly planned: readonly (readonly Capacity[])[];
  readonly node: number;
  readonly at: number;
  readonly first: number;
}): PlannedCircuit {
  const { plan, topology, planned, node, at, first } = input;
  const { ahead } = plan.horizon;
  const slots = ahead.slice(first);
  const found = topology.nodes[node];
  const price = (kind: number): number => plan.shadowPrice[4 * at + kind] ?? 0;
  return {
    id: found === undefined ? '' : nodeName(found),
    plannedAmps: planned.slice(first).map((each) => each[node]?.amps ?? noAmps),
    limitAmps: slots.map((each) => each[at]?.limit.amps ?? noAmps),
    limitWatts: slots.map((each) => each[at]?.limit.watts ?? 0),
    backgroundAmps: slots.map((each) => each[at]?.backgroundAmps ?? noAmps),
    shadowPriceAmps: perPhase(price),
  };
}

function sessionView(
  plan: SitePlan,
  member: Member,
  index: number,
  first: number,
  topology: Topology,
): PlannedSession {
  const { session, at, departureMs, needKwh } = member;
  const shortfallWh = 1000 * (plan.shortfallKwh[index] ?? 0);
  return {
    id: session.id,
    evseId: at.evse.id,
    departureMs,
    needsWh: 1000 * needKwh,
    amps: Array.from(plannedAmps(plan, index).subarray(first)),
    wantedWatts: wantedWatts(plan, member, index).slice(first),
    plannedWh: 1000 * needKwh - shortfallWh,
    shortfallWh,
    shortfallWhy: shortfallWh < 1 ? undefined : whyShort(plan.horizon, member, topology),
  };
}

/** Too late whatever the circuits, or else the circuit that has least for it on the way. */
function whyShort(
  { madeAtMs, slots, ahead, nodes }: Horizon,
  member: Member,
  topology: Topology,
): ShortfallReason {
  const { maxAmps } = member;
  const leftHours = Math.max(0, member.departureMs - madeAtMs) / hourMs;
  const neededHours = member.needKwh / (maxAmps * member.kwPerAmp);
  if (neededHours > leftHours) return { kind: 'not enough time', maxAmps, neededHours, leftHours };
  const last = slotAt(slots.slotMs, member.departureMs - 1);
  const least = nodes
    .map((node, at) => {
      const slotsUntil = ahead.slice(slotAt(slots.slotMs, madeAtMs), last + 1);
      const room = slotsUntil.map((each) => {
        const { amps, watts } = each[at]?.capacity ?? { amps: noAmps, watts: 0 };
        const onPhases = Math.min(...member.wiring.map((phase) => amps[phase]));
        return Math.min(onPhases, (watts / member.kwPerAmp) * 1e-3);
      });
      return { node, room: Math.min(...room) };
    })
    .filter(({ node }) => member.at.path.includes(node))
    .sort((a, b) => a.room - b.room)[0];
  const found = least && topology.nodes[least.node];
  const name = found === undefined ? '' : nodeName(found);
  return found?.kind === 'area' ? { kind: 'area full', area: name } : { kind: 'circuit full', circuit: name };
}
