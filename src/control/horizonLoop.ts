import type { PlanThread, PlanThreadOptions } from '../../solver/plan.ts';
import type { PlanAnswer } from '../../solver/planProblem.ts';
import type { Allocation, Problem } from '../../solver/problem.ts';
import type { EvseId, SessionId, SiteId } from '../domain/ids.ts';
import type { Session } from '../domain/session.ts';
import type { Site } from '../domain/site.ts';
import { usedAmps } from '../domain/supply.ts';
import type { Logger } from '../log.ts';
import type { TickResult } from './controlLoop.ts';
import type { HorizonMemory } from './horizonMemory.ts';
import { type Horizon, horizonOf, type SeenCar } from './horizonProblem.ts';
import { slotAt } from './horizonSlots.ts';
import { type HorizonTarget, type SitePlan, targetsIn } from './horizonTargets.ts';
import { type HorizonView, horizonView } from './horizonView.ts';
import type { Plan } from './plan.ts';
import type { Clock } from './ports.ts';
import type { PriceBook } from './priceBook.ts';
import type { SiteState } from './siteState.ts';
import type { Topology } from './topology.ts';

export interface HorizonPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly state: SiteState;
  readonly prices: PriceBook;
  readonly memory: HorizonMemory;
  /** Of its own: it remembers the structure of the last problem. */
  readonly allocate: (problem: Problem) => Allocation;
  readonly startThread: (options: PlanThreadOptions) => PlanThread;
}

export interface HorizonOptions {
  readonly planEveryMs: number;
  /** A plan that takes longer is given up. */
  readonly deadlineMs: number;
  /** Changes that come together share a plan. */
  readonly settleMs: number;
}

/** Why there is no plan in force at a site. A closed list: it is a label of a metric. */
type NoPlanReason =
  | 'nobody told departure and energy'
  | 'not planned yet'
  | 'starting'
  | 'stopped'
  | 'the last plan failed'
  | 'the last plan is too old';

export interface HorizonFigures {
  readonly siteId: SiteId;
  readonly planned: number;
  readonly failed: number;
  /** Of the last plan, from asking to having it. */
  readonly durationMs: number | undefined;
  /** Of the plan in force. */
  readonly ageMs: number | undefined;
  /** Why no plan is in force; undefined while one is. */
  readonly missing: NoPlanReason | undefined;
}

interface Desk {
  readonly site: Site;
  readonly topology: Topology;
  /** Of the topology among all, and so of its plan in what a tick tells. */
  readonly place: number;
  /** What the last tick found. */
  tick: Plan | undefined;
  /** What the plan hangs on, as it was when it was asked for. */
  signature: readonly unknown[];
  plan: SitePlan | undefined;
  plannedAtMs: number;
  dueAtMs: number;
  why: NoPlanReason;
  slot: number;
  targets: ReadonlyMap<EvseId, HorizonTarget>;
  planned: number;
  failed: number;
  durationMs: number | undefined;
  isFailing: boolean;
}

/** A plan is in force for so many of its periods without a newer one. */
const stalePeriods = 3;

/**
 * Plans every site over the coming hours: regularly, and when sessions, wishes, limits or prices changed. It reads what
 * the last tick found and waits for nobody; the tick reads the newest targets and does not wait for it either. One thread
 * serves all sites in turn.
 */
export class HorizonLoop {
  readonly #ports: HorizonPorts;
  readonly #options: HorizonOptions;
  readonly #desks: readonly Desk[];
  readonly #deskOf = new Map<EvseId, Desk>();
  readonly #thread: PlanThread;
  readonly #numbers = new Map<SessionId, number>();
  readonly #seen = new Map<SessionId, SeenCar>();
  #lastNumber = 0;
  #asked: { readonly desk: Desk; readonly horizon: Horizon; readonly atMs: number } | undefined;

  constructor(topologies: readonly Topology[], ports: HorizonPorts, options: HorizonOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#desks = topologies.flatMap((topology, place) =>
      topology.sites.map((site) => deskOf(site, topology, place)),
    );
    for (const desk of this.#desks) for (const { id } of desk.site.evses) this.#deskOf.set(id, desk);
    this.#thread = ports.startThread({
      onAnswer: (answer) => this.#take(answer),
      after: (delayMs, callback) => ports.clock.after(delayMs, callback),
      deadlineMs: options.deadlineMs,
    });
  }

  /** After every tick, outside of it. */
  follow({ views, plans }: Pick<TickResult, 'views' | 'plans'>): void {
    const { clock, memory } = this.#ports;
    const nowMs = clock.monotonicMs();
    memory.follow(views, clock.nowMs());
    for (const desk of this.#desks) {
      desk.tick = plans[desk.place];
      this.#watchCars(desk);
      const signature = this.#signature(desk);
      if (!isSame(signature, desk.signature)) {
        desk.signature = signature;
        desk.dueAtMs = Math.min(desk.dueAtMs, nowMs + this.#options.settleMs);
      }
    }
    this.#ask();
  }

  /** What the plan wants of an EVSE now; undefined where the tick is left to itself. */
  targetOf(evseId: EvseId): HorizonTarget | undefined {
    const desk = this.#deskOf.get(evseId);
    if (desk?.plan === undefined) return undefined;
    const { slotMs } = desk.plan.horizon.slots;
    const nowMs = this.#ports.clock.nowMs();
    if (this.#isStale(desk) || nowMs >= (slotMs.at(-1) ?? 0)) {
      this.#drop(desk, 'the last plan is too old');
      return undefined;
    }
    const slot = slotAt(slotMs, nowMs);
    if (slot !== desk.slot) {
      desk.slot = slot;
      desk.targets = targetsIn(desk.plan, slot);
    }
    return desk.targets.get(evseId);
  }

  /** What is planned at a site, or why nothing is; undefined for a site that is not in the config. */
  view(siteId: SiteId): HorizonView | undefined {
    const desk = this.#desks.find(({ site }) => site.id === siteId);
    if (desk === undefined) return undefined;
    const { clock, prices } = this.#ports;
    const currency =
      desk.site.peakTariff?.currency ?? prices.of(siteId).series?.currency ?? desk.site.prices?.currency;
    return horizonView({ ...desk, siteId, currency, nowMs: clock.nowMs() });
  }

  figures(): readonly HorizonFigures[] {
    const nowMs = this.#ports.clock.monotonicMs();
    return this.#desks.map(({ site, planned, failed, durationMs, plan, plannedAtMs, why }) => ({
      siteId: site.id,
      planned,
      failed,
      durationMs,
      ageMs: plan === undefined ? undefined : nowMs - plannedAtMs,
      missing: plan === undefined ? why : undefined,
    }));
  }

  /** May be called twice. */
  stop(): Promise<void> {
    return this.#thread.stop();
  }

  /** The site that is due longest, one at a time. */
  #ask(): void {
    const { clock, log } = this.#ports;
    const nowMs = clock.monotonicMs();
    if (this.#asked !== undefined) return;
    const [desk] = this.#desks
      .filter(({ dueAtMs }) => dueAtMs <= nowMs)
      .sort((a, b) => a.dueAtMs - b.dueAtMs);
    if (desk === undefined) return;
    desk.dueAtMs = nowMs + this.#options.planEveryMs;
    const unready = this.#unready(desk);
    if (unready !== undefined || desk.tick === undefined) {
      this.#drop(desk, unready ?? 'starting');
      return;
    }
    let horizon: Horizon | undefined;
    try {
      horizon = this.#horizon(desk, desk.tick);
    } catch (error) {
      // Cars charge without a plan as well: what went wrong in making one must not end the service.
      log.error({ siteId: desk.site.id, err: error }, 'plan could not be asked for');
      desk.failed += 1;
      this.#drop(desk, 'the last plan failed');
      return;
    }
    if (horizon === undefined) {
      this.#drop(desk, 'nobody told departure and energy');
      return;
    }
    this.#asked = { desk, horizon, atMs: nowMs };
    this.#thread.request(horizon.problem);
  }

  #unready({ site, tick }: Desk): NoPlanReason | undefined {
    if (tick === undefined || tick.starting.has(site.id)) return 'starting';
    return this.#ports.state.stopOf(site.id) === undefined ? undefined : 'stopped';
  }

  #horizon({ site, topology }: Desk, plan: Plan): Horizon | undefined {
    const { clock, state, prices, memory, allocate } = this.#ports;
    this.#forgetGone();
    return horizonOf({
      site,
      topology,
      plan,
      state,
      memory,
      allocate,
      prices: prices.of(site.id),
      nowMs: clock.nowMs(),
      numberOf: ({ id }) => this.#numberOf(id),
      seenOf: ({ id }) => this.#seen.get(id),
    });
  }

  #take(answer: PlanAnswer): void {
    const asked = this.#asked;
    if (asked === undefined) return;
    this.#asked = undefined;
    const { desk, horizon, atMs } = asked;
    const nowMs = this.#ports.clock.monotonicMs();
    desk.durationMs = nowMs - atMs;
    if (answer.status === 'failed') {
      // The one before stays in force until it is too old.
      desk.failed += 1;
      if (desk.plan === undefined) desk.why = 'the last plan failed';
      if (!desk.isFailing) this.#ports.log.warn({ siteId: desk.site.id, why: answer.reason }, 'plan failed');
    } else {
      const { members } = horizon;
      if (desk.plan === undefined || desk.isFailing)
        this.#ports.log.info({ siteId: desk.site.id, sessions: members.length }, 'plan in force');
      desk.planned += 1;
      desk.plan = { horizon, ...answer };
      desk.plannedAtMs = atMs;
      desk.slot = -1;
    }
    desk.isFailing = answer.status === 'failed';
    this.#ask();
  }

  #isStale({ plannedAtMs }: Desk): boolean {
    return (
      this.#ports.clock.monotonicMs() - plannedAtMs >
      stalePeriods * this.#options.planEveryMs + this.#options.deadlineMs
    );
  }

  #drop(desk: Desk, why: NoPlanReason): void {
    if (desk.plan !== undefined)
      this.#ports.log.info({ siteId: desk.site.id, why }, 'plan no longer in force');
    desk.plan = undefined;
    desk.why = why;
  }

  /** Sessions, wishes, limits and prices: whatever changes it asks for another plan. */
  #signature({ site, topology, tick }: Desk): readonly unknown[] {
    const { state, prices } = this.#ports;
    const sessions = topology.evses.flatMap(({ evse }) => {
      const { session } = state.evse(evse.id);
      if (session === undefined) return [];
      const { id, wantedEnergyWh, departureAtMs, priority, profile } = session;
      return [id, wantedEnergyWh, departureAtMs, priority, profile, state.isOnline(evse.station)];
    });
    const limits = topology.nodes.flatMap((node) =>
      state
        .limitsOn(node.kind === 'area' ? node.area.id : node.circuit.id)
        .map(({ id, createdAtMs }) => `${id} ${createdAtMs}`),
    );
    return [
      ...sessions,
      ...limits,
      prices.of(site.id).series,
      state.stopOf(site.id),
      tick?.starting.has(site.id),
    ];
  }

  /** What each car was seen to take at most, and on which phases: it may be less than its EVSE could give. */
  #watchCars({ site, tick, topology }: Desk): void {
    topology.evses.forEach(({ evse, site: at }, index) => {
      const { session, draw } = this.#ports.state.evse(evse.id);
      const planned = tick?.evses[index];
      if (at.id !== site.id || session === undefined || draw === undefined || planned === undefined) return;
      const drawAmps = usedAmps(site.supply, evse.wiring, draw.amps);
      if (drawAmps < evse.minAmps - 1) return;
      const before = this.#seen.get(session.id)?.maxAmps;
      const leavesSome = planned.isPlanned && !planned.isHeld && planned.capAmps < evse.maxAmps;
      const isKnown = leavesSome || before !== undefined;
      const maxAmps = isKnown
        ? Math.min(evse.maxAmps, Math.max(before ?? 0, Math.ceil(drawAmps)))
        : undefined;
      const used = evse.wiring.filter((phase) => draw.amps[phase] > drawAmps / 2);
      // Between two lines of a delta both carry it.
      const wiring = site.supply.system === 'TN' ? used : evse.wiring;
      this.#seen.set(session.id, { maxAmps, wiring });
    });
  }

  #numberOf(id: SessionId): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#lastNumber += 1;
    this.#numbers.set(id, this.#lastNumber);
    return this.#lastNumber;
  }

  #forgetGone(): void {
    const there = new Set(this.#ports.state.sessions().map(({ id }: Session) => id));
    for (const map of [this.#numbers, this.#seen])
      for (const id of map.keys()) if (!there.has(id)) map.delete(id);
  }
}

const deskOf = (site: Site, topology: Topology, place: number): Desk => ({
  site,
  topology,
  place,
  tick: undefined,
  signature: [],
  plan: undefined,
  plannedAtMs: 0,
  dueAtMs: 0,
  why: 'not planned yet',
  slot: -1,
  targets: new Map(),
  planned: 0,
  failed: 0,
  durationMs: undefined,
  isFailing: false,
});

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);
