import { createAllocator } from '../../solver/allocate.ts';
import type { Allocation, Problem } from '../../solver/problem.ts';
import { joinControl } from '../../src/app/control.ts';
import { leaseSlackMs } from '../../src/app/options.ts';
import type { ControlLoop, ControlLoopOptions, TickResult } from '../../src/control/controlLoop.ts';
import type { ExposureLedger } from '../../src/control/exposure.ts';
import type { HorizonLoop } from '../../src/control/horizonLoop.ts';
import type { RememberedExposure } from '../../src/control/inherited.ts';
import type { Clock, CommandAnswer, StationCommand, StationLink } from '../../src/control/ports.ts';
import type { KeptRelease } from '../../src/control/releaseKeeper.ts';
import { observed, type SiteInputs } from '../../src/control/siteInput.ts';
import type { SiteState } from '../../src/control/siteState.ts';
import type { CircuitView, EvseView } from '../../src/control/siteView.ts';
import { type Control, controlSnapshot } from '../../src/control/snapshot.ts';
import { type Topology, topologies } from '../../src/control/topology.ts';
import type { ConnectionState, GridConnection } from '../../src/domain/gridConnection.ts';
import { type GridLimit, isInForce, type LimitTerms, limitedNode } from '../../src/domain/gridLimit.ts';
import {
  type AreaId,
  type CircuitId,
  circuitId,
  type EvseId,
  evseId,
  limitId,
  type SiteId,
  type StationId,
  siteId,
} from '../../src/domain/ids.ts';
import type { InterruptedCharge } from '../../src/domain/interruptedCharge.ts';
import { everyPhase, type Phase, type PhaseAmps, perPhase, phases } from '../../src/domain/phases.ts';
import type { Session } from '../../src/domain/session.ts';
import type { Area, Circuit, Evse, Site } from '../../src/domain/site.ts';
import type { SiteStop } from '../../src/domain/siteStop.ts';
import type { StationEvent } from '../../src/domain/stationEvent.ts';
import { HeldClock } from '../../src/incidents/heldClock.ts';
import { Recorder, type RecorderOptions } from '../../src/incidents/recorder.ts';
import { createLogger } from '../../src/log.ts';
import { VirtualClock } from '../virtualClock.ts';
import { deltaLineAmps } from './deltaLines.ts';
import { FarSide, type RealEvse, type RealStation } from './farSide.ts';
import { givenHeard } from './givenConnection.ts';
import { givenSite } from './givenSite.ts';

export const leaseMs = 120_000;
const silentLog = createLogger('silent');

export const loopOptions: ControlLoopOptions = {
  tickMs: 1_000,
  wakeSpacingMs: 20,
  leaseMs,
  deadbandAmps: 0.5,
  raiseDelayMs: 10_000,
  commandExpiryMs: 10_000,
  reclaimAfterMs: 30_000,
  restAfterMs: 300_000,
  drawMaxAgeMs: 30_000,
  margin: { maxAmps: 0, reactionMs: 7_500 },
  pacing: { minOnMs: 0, minOffMs: 0, turnMs: 900_000 },
};

export interface WorldInput {
  readonly sites: readonly Site[];
  readonly areas: readonly Area[];
  readonly connections: readonly GridConnection[];
  readonly options: ControlLoopOptions;
  readonly allocate: (problem: Problem) => Allocation;
  readonly meterMs: number;
  readonly measureMs: number;
  readonly callTimeoutMs: number;
  /** By which ticks tell how long they take; left away: the clock, on which they take no time. */
  readonly stopwatchMs?: () => number;
  /** How what happens is recorded; left away: not at all. */
  readonly recording?: RecorderOptions;
  /** Who takes commands for stations of other operators; left away: there are none. */
  readonly partners?: StationLink & { has(id: StationId): boolean };
  /** How finely the world moves between the events of the service. */
  readonly stepMs: number;
  /** Plans over the coming hours; without it the ticks share by themselves. */
  readonly horizon:
    | ((service: {
        readonly state: SiteState;
        readonly clock: Clock;
        readonly topologies: readonly Topology[];
      }) => HorizonLoop)
    | undefined;
}

/** What really flows on a circuit, and how long it has been too much. */
interface Overload {
  worstAmps: number;
  longestMs: number;
  sinceMs: number | undefined;
}

interface Service extends Control {
  readonly inputs: SiteInputs;
  readonly recorder: Recorder | undefined;
  readonly horizon: HorizonLoop | undefined;
}

/**
 * Sites, stations, cars and meters as they really are, with the real site state, ledger and loop between them.
 * Time is virtual, so a story of minutes takes milliseconds, and nothing in it is left to chance.
 */
export class World {
  readonly clock = new VirtualClock();
  readonly farSide: FarSide;
  readonly input: WorldInput;
  /** Background of each metered circuit, on every phase. Tests change it as they like. */
  readonly backgroundAmps = new Map<CircuitId, PhaseAmps>();
  readonly silentMeters = new Set<CircuitId>();
  /** Of EVSEs that are connected otherwise than the config has it. */
  readonly #realWirings = new Map<EvseId, readonly Phase[]>();
  /** What every meter makes of what it measures. */
  #distortion: (amps: PhaseAmps) => PhaseAmps = (amps) => amps;
  readonly sent: { readonly atMs: number; readonly command: StationCommand }[] = [];
  readonly answers: { readonly atMs: number; readonly answer: CommandAnswer }[] = [];
  readonly ticks: TickResult[] = [];
  readonly broken: unknown[] = [];
  /** False: what is sent from now on does not reach the database before we die. */
  keepsLeases = true;
  /** What the database holds of stopped sites. */
  readonly stops = new Map<SiteId, SiteStop>();
  /** Run at every tick and every step; they throw when something must not be. */
  readonly checks: { tick(result: TickResult, world: World): void; step(world: World): void }[] = [];
  readonly #overloads = new Map<CircuitId, Overload>();
  readonly #limits = new Map<string, GridLimit>();
  readonly #connections = new Map<string, ConnectionState>();
  readonly #releases = new Map<string, KeptRelease>();
  readonly #standing = new Map<EvseId, number>();
  readonly #leases = new Map<EvseId, Extract<StationCommand, { kind: 'lease' }>>();
  readonly #sessions = new Map<string, Session>();
  readonly #interrupted = new Map<EvseId, InterruptedCharge>();
  #service: Service;
  #epoch = 0;
  #transactions = 0;
  #limitCount = 0;
  #stepCount = 0;

  constructor(change: Partial<WorldInput> = {}) {
    this.input = {
      sites: [givenSite()],
      areas: [],
      connections: [],
      options: loopOptions,
      allocate: createAllocator(),
      meterMs: 1_000,
      measureMs: 10_000,
      callTimeoutMs: 5_000,
      stepMs: 100,
      horizon: undefined,
      ...change,
    };
    const evses = this.input.sites.flatMap((site) => site.evses);
    this.farSide = new FarSide(evses, this.clock, {
      callTimeoutMs: this.input.callTimeoutMs,
      loadsOf: (evse) => {
        const isDelta = this.input.sites.some(
          ({ evses: own, supply }) => supply.system === 'IT' && own.includes(evse),
        );
        return evse.wiring.length - (isDelta ? 1 : 0);
      },
    });
    this.#service = this.#newService(this.clock);
    this.loop.start();
    this.clock.after(0, () => this.#step());
  }

  get state(): SiteState {
    return this.#service.state;
  }
  /** What tests and the far side put into the state. */
  get inputs(): SiteInputs {
    return this.#service.inputs;
  }
  /** The bundle that would be written now. */
  get recorded(): readonly string[] {
    return this.#service.recorder?.lines() ?? [];
  }
  get ledger(): ExposureLedger {
    return this.#service.ledger;
  }
  get loop(): ControlLoop {
    return this.#service.loop;
  }

  get horizon(): HorizonLoop | undefined {
    return this.#service.horizon;
  }

  /** Every station connects and every meter is heard. */
  connectAll(): this {
    for (const station of this.farSide.stations) this.farSide.connect(station);
    this.#publishMeters();
    return this;
  }

  plugIn(id: string, wantsAmps = 32, tokenId?: string): this {
    this.#transactions += 1;
    this.farSide.plugIn(evseId(id), wantsAmps, `T${this.#transactions}`, tokenId);
    return this;
  }

  /** A car that uses the first so many of its EVSE's conductors. */
  useConductors(id: string, conductors: number): this {
    this.real(id).conductors = conductors;
    return this;
  }

  /** An EVSE that the electrician connected otherwise than the config has it. */
  rewire(id: string, wiring: readonly Phase[]): this {
    this.#realWirings.set(evseId(id), wiring);
    return this;
  }

  #wiringOf({ id, wiring }: Evse): readonly Phase[] {
    return this.#realWirings.get(id) ?? wiring;
  }

  unplug(id: string): this {
    this.farSide.unplug(evseId(id));
    return this;
  }

  run(seconds: number): this {
    this.clock.advance(seconds * 1000);
    return this;
  }

  setBackground(amps: number | PhaseAmps, circuit = 'grid'): this {
    this.backgroundAmps.set(circuitId(circuit), typeof amps === 'number' ? everyPhase(amps) : amps);
    return this;
  }

  /** Every meter shows something else than what flows, on every phase alike. */
  distortMeter(distort: ((amps: number) => number) | undefined): this {
    this.#distortion = (amps) => (distort === undefined ? amps : perPhase((phase) => distort(amps[phase])));
    return this;
  }

  swapPhases(a: Phase, b: Phase): this {
    this.#distortion = (amps) => perPhase((phase) => amps[phase === a ? b : phase === b ? a : phase]);
    return this;
  }

  /** Returns the id, for `endLimit`. */
  setLimit(
    value: { readonly amps: number } | { readonly watts: number },
    change: Partial<GridLimit> = {},
  ): GridLimit {
    this.#limitCount += 1;
    const { sites } = this.input;
    const [site] = sites;
    const limit: GridLimit = {
      id: limitId(`L${this.#limitCount}`),
      target: {
        kind: 'circuit',
        siteId: site?.id ?? siteId('garage'),
        circuitId: site?.circuits[0]?.id ?? circuitId('grid'),
      },
      value,
      source: 'grid-operator',
      setBy: 'dso',
      reason: 'cold evening',
      fromMs: this.clock.nowMs(),
      untilMs: undefined,
      createdAtMs: this.clock.nowMs(),
      ...change,
    };
    this.#limits.set(limit.id, limit);
    this.inputs.setLimit(limit);
    return limit;
  }

  /** What the connection of the grid operator says, in force from now on. */
  hear(
    value: GridLimit['value'],
    terms: Partial<LimitTerms> = {},
    change: Partial<GridLimit> = {},
  ): GridLimit {
    const nowMs = this.clock.nowMs();
    const { id, ...heard } = givenHeard({ fromMs: nowMs, createdAtMs: nowMs, value }, terms);
    const limit = this.setLimit({ watts: 0 }, { ...heard, ...change });
    this.inputs.grid.note(heard.terms.connectionId, { kind: 'limits heard' });
    return limit;
  }

  stopSite(reason = 'smoke in the hall'): this {
    const [site] = this.input.sites;
    const stop = { siteId: site?.id ?? siteId('garage'), atMs: this.clock.nowMs(), by: 'office', reason };
    this.stops.set(stop.siteId, stop);
    this.inputs.stopSite(stop);
    return this;
  }

  releaseSite(): this {
    for (const id of this.stops.keys()) this.inputs.releaseSite(id);
    this.stops.clear();
    return this;
  }

  endLimit({ id }: GridLimit): this {
    this.#limits.delete(id);
    this.inputs.endLimit(id);
    return this;
  }

  /** The process dies: nobody speaks to the stations any more. */
  kill(): this {
    this.loop.stop();
    this.farSide.talkTo({ onEvent: () => {}, onAnswer: () => {} });
    for (const station of this.farSide.stations) this.farSide.disconnect(station);
    return this;
  }

  /** Another process starts, with what the store kept. Stations connect when the test lets them. */
  restart(): this {
    this.kill();
    this.#service = this.#newService(this.clock);
    this.loop.start();
    return this;
  }

  station(id: string): RealStation {
    return this.farSide.station(evseId(id));
  }

  real(id: string): RealEvse {
    return this.farSide.evse(evseId(id));
  }

  inForceAmps(id: string): number {
    return this.farSide.inForceAmps(this.real(id));
  }

  /** What the service last told the station, by its own account. */
  setpointAmps(id: string): number | undefined {
    return this.ledger.lease(evseId(id))?.setpointAmps;
  }

  exposureAmps(id: string): number {
    return this.view(id).exposureAmps;
  }

  get tick(): TickResult {
    const tick = this.ticks.at(-1);
    if (tick === undefined) throw new Error('no tick yet');
    return tick;
  }

  view(id: string): EvseView {
    const found = this.tick.views.flatMap(({ evses }) => evses).find((evse) => evse.id === id);
    if (found === undefined) throw new Error(`no EVSE ${id} in the views`);
    return found;
  }

  circuit(id = 'grid'): CircuitView {
    const found = this.tick.views.flatMap(({ circuits }) => circuits).find((circuit) => circuit.id === id);
    if (found === undefined) throw new Error(`no circuit ${id} in the views`);
    return found;
  }

  overload(id = 'grid'): { readonly worstAmps: number; readonly longestMs: number } {
    return this.#overloads.get(circuitId(id)) ?? { worstAmps: 0, longestMs: 0 };
  }

  forgetOverloads(): this {
    this.#overloads.clear();
    return this;
  }

  /** Current that really flows, background and cars. */
  loadAmps(circuit: Circuit, site: Site): PhaseAmps {
    const below = descendants(circuit, site);
    const background = this.backgroundAmps.get(circuit.id) ?? everyPhase(0);
    if (site.supply.system === 'IT') {
      const cars = site.evses
        .filter((evse) => below.has(evse.circuit))
        .map(({ id, wiring }) => ({ wiring, amps: this.farSide.evse(id).drawAmps }));
      return perPhase((line) => deltaLineAmps(line, background[line], cars));
    }
    return perPhase((phase) =>
      site.evses.reduce(
        (sum, evse) =>
          below.has(evse.circuit) &&
          this.#wiringOf(evse).slice(0, this.farSide.evse(evse.id).conductors).includes(phase)
            ? sum + this.farSide.evse(evse.id).drawAmps
            : sum,
        background[phase],
      ),
    );
  }

  limitAmps(circuit: Circuit): number {
    return this.#limitsOn(circuit.id).reduce(
      (lowest, { value }) => ('amps' in value ? Math.min(lowest, value.amps) : lowest),
      circuit.breakerAmps,
    );
  }

  #limitsOn(node: CircuitId | AreaId): readonly GridLimit[] {
    return [...this.#limits.values()].filter(
      (limit) =>
        limitedNode(limit.target) === node &&
        isInForce(limit, this.clock.nowMs()) &&
        limit.terms?.boundary !== 'controllable',
    );
  }

  #newService(clock: Clock): Service {
    this.#epoch += 1;
    const { sites, areas, options, connections } = this.input;
    const held = new HeldClock(clock);
    const control = joinControl({
      connections,
      sites,
      areas,
      options,
      epoch: this.#epoch,
      remembered: this.#remembered(),
      ports: {
        clock: held,
        ...(this.input.stopwatchMs !== undefined && { stopwatchMs: this.input.stopwatchMs }),
        log: silentLog,
        onSession: (session) => this.#sessions.set(session.id, session),
        onStanding: (id, amps) => {
          if (this.keepsLeases) this.#standing.set(id, amps);
        },
        onStation: () => {},
        onInterrupted: (id, charge) => {
          if (charge === undefined) this.#interrupted.delete(id);
          else this.#interrupted.set(id, charge);
        },
        gridKeeper: {
          onConnection: ({ connection, after }) => this.#connections.set(connection.id, after),
          onRelease: (kept) => this.#releases.set(`${kept.node} ${kept.key}`, kept),
        },
        link: { send: (command: StationCommand) => this.#send(command) },
        allocate: this.input.allocate,
        horizon: (id) => {
          const target = horizon?.targetOf(id);
          recorder?.target(id, target);
          return target;
        },
        onTick: (result) => {
          this.ticks.push(result);
          horizon?.follow(result);
          recorder?.tick(result);
          for (const check of this.checks) check.tick(result, this);
        },
        onBroken: (error) => this.broken.push(error),
      },
    });
    const { state } = control;
    const horizon = this.input.horizon?.({ state, clock, topologies: topologies(sites, areas) });
    for (const limit of this.#limits.values()) state.setLimit(limit);
    for (const [id, kept] of this.#connections) state.grid.restore(id, kept);
    for (const kept of this.#releases.values()) state.grid.restoreRelease(kept);
    for (const stop of this.stops.values()) state.stopSite(stop);
    for (const session of this.#sessions.values())
      if (session.state !== 'finished') state.adoptSession(session);
    for (const [id, charge] of this.#interrupted) state.adoptInterrupted(id, charge);
    const { recording } = this.input;
    const recorder = recording && new Recorder(held, () => controlSnapshot(sites, control), recording);
    const inputs = observed(state, (input, apply) => (recorder ? recorder.take(input, apply) : apply()));
    this.farSide.talkTo({
      onEvent: (event: StationEvent) => inputs.applyStationEvent(event),
      onAnswer: (answer) => {
        this.answers.push({ atMs: clock.monotonicMs(), answer });
        inputs.applyAnswer(answer);
      },
    });
    return { ...control, inputs, recorder, horizon };
  }

  /** What the database holds: standing profiles that were acknowledged, and the lease last sent. */
  #remembered(): readonly RememberedExposure[] {
    const evses = this.input.sites.flatMap((site) => site.evses);
    return evses.map(({ id }) => {
      const lease = this.#leases.get(id);
      return {
        evseId: id,
        standingAmps: this.#standing.get(id),
        setpointAmps: lease?.setpointAmps,
        tailAmps: lease?.tailAmps,
        leaseEndsAtMs: lease && lease.sentAtMs + lease.leaseMs + leaseSlackMs,
      };
    });
  }

  #send(command: StationCommand): void {
    this.sent.push({ atMs: this.clock.monotonicMs(), command });
    if (command.kind === 'lease' && this.keepsLeases) this.#leases.set(command.evseId, command);
    const { partners } = this.input;
    if (partners?.has(command.stationId) === true) partners.send(command);
    else this.farSide.send(command);
  }

  #step(): void {
    this.farSide.step();
    for (const site of this.input.sites) for (const circuit of site.circuits) this.#judge(circuit, site);
    for (const check of this.checks) check.step(this);
    const { stepMs } = this.input;
    if ((this.#stepCount * stepMs) % this.input.meterMs === 0) this.#publishMeters();
    this.#measureSome();
    this.#stepCount += 1;
    this.clock.after(stepMs, () => this.#step());
  }

  /** Stations tell their draw in turns, as they do: nobody measures at the same instant. */
  #measureSome(): void {
    const evses = this.farSide.stations.flatMap((station) => station.evses);
    const stepsPerMeasure = this.input.measureMs / this.input.stepMs;
    evses.forEach((real, index) => {
      const offset = Math.floor((index * stepsPerMeasure) / evses.length);
      if ((this.#stepCount - offset) % stepsPerMeasure === 0) this.farSide.measure(real);
    });
  }

  #publishMeters(): void {
    for (const site of this.input.sites) {
      for (const circuit of site.circuits) {
        if (circuit.meter === undefined || this.silentMeters.has(circuit.id)) continue;
        const load = this.loadAmps(circuit, site);
        const background = this.backgroundAmps.get(circuit.id) ?? everyPhase(0);
        const amps = this.#distortion(circuit.meter.measures === 'total' ? load : background);
        this.inputs.applyReading({ circuitId: circuit.id, arrivedAtMs: this.clock.monotonicMs(), amps });
      }
    }
  }

  #judge(circuit: Circuit, site: Site): void {
    const load = this.loadAmps(circuit, site);
    const limit = this.limitAmps(circuit);
    const overAmps = Math.max(...phases.map((phase) => load[phase] - limit));
    const held = this.#overloads.get(circuit.id) ?? { worstAmps: 0, longestMs: 0, sinceMs: undefined };
    this.#overloads.set(circuit.id, held);
    const nowMs = this.clock.monotonicMs();
    if (overAmps <= 1e-6) {
      held.sinceMs = undefined;
      return;
    }
    held.sinceMs ??= nowMs - this.input.stepMs;
    held.worstAmps = Math.max(held.worstAmps, overAmps);
    held.longestMs = Math.max(held.longestMs, nowMs - held.sinceMs);
  }
}

/** The circuit and every circuit below it. */
export function descendants(circuit: Circuit, site: Site): ReadonlySet<CircuitId> {
  const found = new Set([circuit.id]);
  // Parents come before children.
  for (const { id, parent } of site.circuits) if (parent !== undefined && found.has(parent)) found.add(id);
  return found;
}
