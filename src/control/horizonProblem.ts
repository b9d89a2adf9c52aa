import { type PlanProblem, supplies, wiringBits } from '../../solver/planProblem.ts';
import type { Allocation, Problem } from '../../solver/problem.ts';
import type { Phase, PhaseAmps } from '../domain/phases.ts';
import type { SitePrices } from '../domain/prices.ts';
import { type Session, shareOf } from '../domain/session.ts';
import type { Site } from '../domain/site.ts';
import { loadCount, starVolts } from '../domain/supply.ts';
import { loads } from './capacity.ts';
import { type CapacityInput, type NodeAhead, nodesAhead } from './horizonCapacity.ts';
import { type FutureCar, fairFuture } from './horizonFair.ts';
import { peakOf, rootOf } from './horizonPeak.ts';
import { hourMs, type Slots, slotAt, slotsAhead } from './horizonSlots.ts';
import type { Node, TopologyEvse } from './topology.ts';

export interface HorizonInput extends CapacityInput {
  readonly site: Site;
  readonly prices: SitePrices;
  readonly allocate: (problem: Problem) => Allocation;
  /** A number that stays with a session, for the solver. */
  numberOf(session: Session): number;
  /** What its car was seen to do; undefined before it charged. */
  seenOf(session: Session): SeenCar | undefined;
}

export interface SeenCar {
  /** What it takes at most, known once it left something of its offer. */
  readonly maxAmps: number | undefined;
  /** The conductors it draws on. */
  readonly wiring: readonly Phase[];
}

/** A session whose driver told when to leave and how much to charge, and does not want it at once. */
export interface Member {
  readonly at: TopologyEvse;
  readonly evse: number;
  readonly session: Session;
  readonly departureMs: number;
  readonly needKwh: number;
  readonly wiring: readonly Phase[];
  readonly maxAmps: number;
  readonly kwPerAmp: number;
  /** Per slot: what a kWh counts for it, in money or, where its driver prefers green energy, in kg of CO2. */
  readonly perKwh: Float64Array;
  /** What it would have now without a plan. */
  readonly fairAmps: number;
}

/** What is to be planned at one site, and everything it takes to read the answer. */
export interface Horizon {
  readonly site: Site;
  readonly madeAtMs: number;
  readonly slots: Slots;
  readonly members: readonly Member[];
  /** Indexes of the topology's nodes that the problem's circuits stand for. */
  readonly nodes: readonly number[];
  /** Per slot, in the order of `nodes`. What others are promised is out of the capacity. */
  readonly ahead: readonly (readonly NodeAhead[])[];
  /** What the members together would lack without a plan. */
  readonly fairShortfallKwh: number;
  readonly problem: PlanProblem;
}

/** A driver who told nothing is taken to charge for so long after arriving. */
const untoldStayMs = 4 * hourMs;
/** And whoever is there longer, for another hour. */
const untoldLeastMs = hourMs;
/** A missing kWh of a class counts ten times one of the class below; above this all count alike. */
const priorityMax = 3;
/** Below this a wish is met. */
export const openKwhMin = 0.05;

/** The problem of one site, undefined while none of its drivers told departure and energy. */
export function horizonOf(input: HorizonInput): Horizon | undefined {
  const { site, topology, state, nowMs } = input;
  const cars = carsOf(input);
  const wishes = cars.flatMap((each) =>
    each.isMember && each.departureMs !== undefined ? { ...each, departureMs: each.departureMs } : [],
  );
  if (wishes.length === 0) return undefined;
  const nodes = topology.nodes.flatMap((node, index) =>
    node.kind === 'area' || node.site.id === site.id ? index : [],
  );
  const slots = slotsAhead({
    nowMs,
    timeZone: site.timeZone,
    departuresMs: wishes.map(({ departureMs }) => departureMs),
    limitEdgesMs: nodes.flatMap((index) => {
      const node = topology.nodes[index];
      if (node === undefined) return [];
      const limits = state.limitsOn(node.kind === 'area' ? node.area.id : node.circuit.id);
      return limits.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs ?? fromMs]);
    }),
    prices: input.prices,
    peakTariff: site.peakTariff,
    emissions: site.emissions,
  });
  return withShares(input, { cars, slots, nodes });
}

type Car = FutureCar & {
  readonly session: Session;
  readonly at: TopologyEvse;
  readonly isMember: boolean;
  readonly departureMs: number | undefined;
};

/** Every car of the topology that can be told something now. */
function carsOf({ site, topology, plan, state, nowMs, seenOf }: HorizonInput): readonly Car[] {
  return topology.evses.flatMap((at, evse): readonly Car[] => {
    const { session } = state.evse(at.evse.id);
    const planned = plan.evses[evse];
    if (session === undefined || planned?.isPlanned !== true) return [];
    const { departureAtMs: departureMs, wantedEnergyWh, energyWh, startedAtMs } = session;
    const seen = seenOf(session);
    const wiring = seen?.wiring ?? at.evse.wiring;
    const hasWish =
      at.site.id === site.id &&
      wantedEnergyWh !== undefined &&
      departureMs !== undefined &&
      departureMs > nowMs;
    return [
      {
        session,
        at,
        evse,
        // Whoever wants it fast, or has booked power, waits for nothing: it gets what the ticks give.
        isMember: hasWish && session.profile !== 'FAST' && !isGuaranteed(session, nowMs),
        wiring,
        departureMs,
        maxAmps: Math.min(seen?.maxAmps ?? at.evse.maxAmps, planned.capAmps),
        priority: session.priority ?? at.evse.priority,
        weight: shareOf(at.evse, session),
        kwPerAmp: (loadCount(at.site.supply, wiring) * at.site.supply.phaseVolts) / 1000,
        needKwh: hasWish ? Math.max(0, wantedEnergyWh - energyWh) / 1000 : Number.POSITIVE_INFINITY,
        untilMs: hasWish
          ? departureMs
          : Math.min(
              departureMs !== undefined && departureMs > nowMs ? departureMs : Number.POSITIVE_INFINITY,
              Math.max(startedAtMs + untoldStayMs, nowMs + untoldLeastMs),
            ),
      },
    ];
  });
}

const isGuaranteed = ({ guaranteedUntilMs = 0 }: Session, nowMs: number): boolean =>
  nowMs < guaranteedUntilMs;

interface Parts {
  readonly cars: readonly Car[];
  readonly slots: Slots;
  readonly nodes: readonly number[];
}

function withShares(input: HorizonInput, { cars, slots, nodes }: Parts): Horizon {
  const { site, topology, plan, nowMs, allocate } = input;
  const { slotMs } = slots;
  const held = loads(
    topology,
    plan.evses.map(({ isPlanned, exposureAmps }) => (isPlanned ? 0 : exposureAmps)),
  );
  const all = Array.from(slotMs.subarray(1), (untilMs, slot) =>
    nodesAhead(input, untilMs > nowMs ? Math.max(nowMs, slotMs[slot] ?? nowMs) : nowMs).map((node, index) =>
      without(node, held[index]),
    ),
  );
  const capacity = all.map((each) => each.map((node) => node.capacity));
  const fair = fairFuture({ topology, cars, capacity, slotMs, nowMs, allocate });
  const present = slotAt(slotMs, nowMs);
  const members = cars.flatMap((car): readonly Member[] => {
    if (!car.isMember || car.departureMs === undefined) return [];
    const perKwh = car.session.profile === 'GREEN' ? slots.kgPerKwh : slots.pricePerKwh;
    const fairAmps = fair.amps[present]?.[car.evse] ?? 0;
    return [{ ...car, departureMs: car.departureMs, perKwh, fairAmps }];
  });
  const ours = new Set(members.map(({ evse }) => evse));
  const others = fair.amps.map((amps) =>
    loads(
      topology,
      Array.from(amps, (value, at) => (ours.has(at) ? 0 : value)),
    ),
  );
  const ahead = all.map((each, slot) =>
    nodes.flatMap((index) => {
      const node = each[index];
      return node === undefined ? [] : without(node, others[slot]?.[index]);
    }),
  );
  const othersKw = others.map((each) => (each[rootOf(input)]?.watts ?? 0) / 1000);
  const fairShortfallKwh = fair.shortfallKwh.reduce(
    (sum, kwh, index) => sum + (cars[index]?.isMember === true ? kwh : 0),
    0,
  );
  const horizon = { site, madeAtMs: nowMs, slots, members, nodes, ahead, fairShortfallKwh };
  return { ...horizon, problem: problemOf(input, horizon, othersKw) };
}

const solverSupply = (node: Node | undefined): 'TN' | 'IT' =>
  node?.kind === 'circuit' ? node.site.supply.system : 'TN';

function without(
  node: NodeAhead,
  load: { readonly amps: PhaseAmps; readonly watts: number } | undefined,
): NodeAhead {
  if (load === undefined) return node;
  const { amps, watts } = node.capacity;
  const less = (phase: Phase): number => Math.max(0, amps[phase] - load.amps[phase]);
  return { ...node, capacity: { amps: [less(0), less(1), less(2)], watts: Math.max(0, watts - load.watts) } };
}

function problemOf(
  input: HorizonInput,
  { slots, members, nodes, ahead }: Omit<Horizon, 'problem'>,
  othersKw: readonly number[],
): PlanProblem {
  const { topology, nowMs, numberOf } = input;
  const list = (value: (member: Member) => number): Float64Array => Float64Array.from(members, value);
  const placeOf = (index: number): number => nodes.indexOf(index);
  return {
    nowMs,
    slotMs: slots.slotMs,
    pricePerKwh: slots.pricePerKwh,
    ...(members.some(({ perKwh }) => perKwh !== slots.pricePerKwh) && {
      ownPricePerKwh: Float64Array.from(members.flatMap(({ perKwh }) => [...perKwh])),
    }),
    parent: Int32Array.from(nodes, (index) => placeOf(topology.nodes[index]?.parent ?? -1)),
    supply: Uint8Array.from(nodes, (index) => supplies.indexOf(solverSupply(topology.nodes[index]))),
    limit: Float64Array.from(
      ahead.flatMap((each) => each.flatMap(({ capacity }) => [...capacity.amps, capacity.watts])),
    ),
    id: list(({ session }) => numberOf(session)),
    circuit: Int32Array.from(members, ({ at }) => placeOf(at.path[0] ?? -1)),
    wiring: Uint8Array.from(members, ({ wiring }) => wiringBits(wiring)),
    phaseVolts: list(({ at }) => starVolts(at.site.supply)),
    maxAmps: list(({ maxAmps }) => maxAmps),
    needKwh: list(({ needKwh }) => needKwh),
    startMs: list(() => nowMs),
    departureMs: list(({ departureMs }) => departureMs),
    weight: list(
      ({ at, session }) => at.evse.weight * 10 ** Math.min(priorityMax, session.priority ?? at.evse.priority),
    ),
    peak: peakOf(input, slots, { circuit: placeOf(rootOf(input)), othersKw }),
  };
}
