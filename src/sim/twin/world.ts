import { createHash, type Hash } from 'node:crypto';
import type { TickResult } from '../../control/controlLoop.ts';
import type { StationCommand } from '../../control/ports.ts';
import type { Topology } from '../../control/topology.ts';
import type { EvseId } from '../../domain/ids.ts';
import { type PhaseAmps, phases } from '../../domain/phases.ts';
import type { Evse } from '../../domain/site.ts';
import { starVolts } from '../../domain/supply.ts';
import { createRandom, streamSeed } from '../random.ts';
import type { Cause, ExposureCheck } from './exposureCheck.ts';
import { Flows, measuredAmps, supplyOf } from './flows.ts';
import { GridOperator } from './gridOperator.ts';
import { backgroundsOf, limitTargets } from './life.ts';
import { LimitTruth } from './limitTruth.ts';
import { GridLines } from './lines/gridLines.ts';
import { SilentlyUnlimited } from './lines/silentlyUnlimited.ts';
import { noteHeard, type TwinMeter, TwinMeters } from './meters.ts';
import { type NodeTruth, oracleMs } from './oracle.ts';
import type { TwinJoints, TwinPlace, TwinService } from './ports.ts';
import { newScene, type Scene } from './scene.ts';
import { type SolverCondition, solved } from './solverFault.ts';
import { TwinStations } from './stations.ts';
import { TwinStore } from './store.ts';
import { TwinClock, TwinProcess } from './twinClock.ts';
import { type TwinStation, truthAmps } from './twinStation.ts';

export interface WorldInput {
  readonly place: TwinPlace;
  readonly joints: TwinJoints;
  readonly seed: number;
  readonly startMs: number;
  onViolation(atMs: number): void;
  /** Every line of the trace. */
  onTrace(line: string): void;
}

/** How finely the world moves between the events of the service. */
export const stepMs = 1_000;
/** More than a tick, and less than what ends the process. */
const slowSolveMs = 2_500;

/**
 * Sites, stations, cars, buildings, meters, a broker, a grid operator, a database and a process of the service, on one
 * clock and from one seed. The service in it is the real one, and nothing here knows how it works.
 */
export class World {
  readonly clock: TwinClock;
  readonly store: TwinStore;
  readonly stations: TwinStations;
  readonly meters: TwinMeters;
  readonly grid: GridOperator;
  readonly lines: GridLines;
  readonly unlimited = new SilentlyUnlimited();
  readonly scenes: readonly Scene[];
  readonly #input: WorldInput;
  readonly #truth = new LimitTruth();
  readonly #hash: Hash = createHash('sha256');
  readonly #sceneOf = new Map<EvseId, Scene>();
  /** Raises and all else of the tick that runs. */
  #sending: StationCommand[] = [];
  /** How many more points it lives through. */
  #pointsLeft: number | undefined;
  #server:
    | { readonly service: TwinService; readonly process: TwinProcess; readonly startedAtMs: number }
    | undefined;
  #awaySinceMs: number;
  #steps = 0;
  #isUnsafe = false;
  solver: SolverCondition = 'works';
  wallAheadMs = 0;
  commands = 0;
  failsafeMs = 0;
  /** When the service broke by itself, and why. */
  readonly broken: string[] = [];

  constructor(input: WorldInput) {
    const { place, joints, seed, startMs } = input;
    this.#input = input;
    this.clock = new TwinClock(startMs);
    this.#awaySinceMs = startMs;
    this.store = new TwinStore(this.clock, () => this.#point());
    this.stations = new TwinStations({
      place,
      clock: this.clock,
      seed,
      joints,
      store: this.store,
      trace: (line) => this.trace(line),
      onPoint: () => this.#point(),
      onChange: (station, cause) => this.#refresh(station, cause),
      onStepped: () => this.#refreshAll(),
    });
    const backgrounds = backgroundsOf(place, seed);
    this.scenes = place.topologies.map((topology) =>
      newScene(topology, new Flows(topology, backgrounds), {
        clock: this.clock,
        stations: this.stations,
        joints,
        meters: () => this.meters.all,
        served: () => ({
          sinceMs: this.isServed ? this.#server?.startedAtMs : undefined,
          awaySinceMs: this.#awaySinceMs,
        }),
        onViolation: (atMs) => input.onViolation(atMs),
      }),
    );
    for (const scene of this.scenes) {
      for (const { evse } of scene.topology.evses) this.#sceneOf.set(evse.id, scene);
    }
    this.meters = new TwinMeters({
      sites: place.sites,
      clock: this.clock,
      seed,
      measured: (circuit) => measuredAmps(this.scenes, circuit),
      deliver: (reading, meter) => {
        const server = this.#server;
        const arrivedMs = this.clock.nowMs;
        server?.process.run(() => {
          // A process that is busy for no longer than this does not know that anything waited.
          if (this.clock.nowMs - arrivedMs <= slowSolveMs) noteHeard(meter, reading, this.clock.nowMs);
          server.service.applyReading({ ...reading, arrivedAtMs: server.process.monotonicMs() });
          this.#point();
        });
      },
    });
    const farSide = {
      clock: this.clock,
      truth: this.#truth,
      server: () => this.#server,
      trace: (line: string) => this.trace(line),
    };
    const random = createRandom(streamSeed(seed, 'grid'));
    this.grid = new GridOperator({ ...farSide, random, targets: limitTargets(place) });
    this.lines = new GridLines({ ...farSide, place, seed });
    // Before anybody was told anything, every station may give all it can.
    for (const twin of this.stations.all) this.#refresh(twin, 'step');
    this.restart();
    this.clock.after(stepMs, () => this.#step());
  }

  get traceHash(): string {
    return this.#hash.copy().digest('hex');
  }

  get isServed(): boolean {
    return this.#server?.process.condition === 'runs';
  }

  trace(line: string): void {
    const stamped = `${this.clock.nowMs - this.#input.startMs} ${line}\n`;
    this.#hash.update(stamped);
    this.#input.onTrace(stamped);
  }

  // --- the process ---------------------------------------------------------------------------------

  restart(): void {
    this.#pointsLeft = undefined;
    if (this.#server !== undefined) return;
    const process = new TwinProcess(this.clock, () => this.wallAheadMs);
    const epoch = this.store.nextEpoch();
    this.trace(`process ${epoch} starts`);
    const service = this.#input.joints.start(this.#input.place, {
      process,
      store: this.store,
      epoch,
      link: { send: (command) => this.#sending.push(command) },
      allocate: (problem, solve) => {
        if (this.solver === 'slow' && this.freeze()) this.clock.after(slowSolveMs, () => this.thaw());
        return solved(this.solver, problem, solve);
      },
      onTick: (result) => this.#ticked(process, result),
      onBroken: (error) => {
        this.broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
        this.#flush(process);
        this.kill(0);
        this.clock.after(5_000, () => this.restart());
      },
    });
    this.#server = { service, process, startedAtMs: this.clock.nowMs };
    this.lines.serverStarted(this.wallAheadMs);
    this.stations.talkTo(service, process);
    service.begin();
  }

  /** False when there is nobody to kill. */
  kill(lostCommits: number): boolean {
    const server = this.#server;
    if (server === undefined) return false;
    this.trace('process killed');
    server.process.kill();
    server.service.stop();
    this.#server = undefined;
    this.#pointsLeft = undefined;
    this.#left();
    this.store.crash(lostCommits);
    this.grid.serverDied();
    this.lines.serverDied(this.wallAheadMs);
    this.stations.serverDied();
    return true;
  }

  /**
   * It dies after so many more points between two things it does: a command that leaves, an answer or a reading that
   * it takes, a record that becomes durable.
   */
  killAfterPoints(points: number): void {
    this.#pointsLeft = points;
  }

  #point(): void {
    if (this.#pointsLeft === undefined || !this.isServed) return;
    this.#pointsLeft -= 1;
    if (this.#pointsLeft < 0) this.kill(0);
  }

  freeze(): boolean {
    const server = this.#server;
    if (server?.process.condition !== 'runs') return false;
    this.trace('process frozen');
    server.process.stop();
    this.#left();
    return true;
  }

  thaw(): void {
    this.trace('process goes on');
    this.#server?.process.goOn();
  }

  /** Nobody reads the meters any more: what was to be left for is the assumed background. */
  #left(): void {
    this.#awaySinceMs = this.clock.nowMs;
    this.#isUnsafe = true;
    for (const { topology, check } of this.scenes) {
      topology.nodes.forEach((node, index) => {
        if (node.kind === 'area') return;
        const amps = node.circuit.assumedBackgroundAmps;
        const on = (phase: 0 | 1 | 2): number => (node.circuit.phases.includes(phase) ? amps : 0);
        this.#setBackground(topology, check, index, [on(0), on(1), on(2)]);
      });
    }
  }

  // --- ticks of the service ------------------------------------------------------------------------

  #ticked(process: TwinProcess, result: TickResult): void {
    const wallMs = process.nowMs();
    this.#truth.forgetEnded(wallMs);
    this.lines.look(wallMs);
    this.scenes.forEach(({ topology, check }, at) => {
      topology.nodes.forEach((node, index) => {
        const limit = this.#truth.of(node, wallMs);
        check.setLimit(index, limit);
        const planned = result.plans[at]?.nodes[index]?.limit;
        if (planned !== undefined) this.unlimited.judge(node, planned, limit, this.clock.nowMs);
        const background = result.plans[at]?.nodes[index]?.background.amps;
        if (node.kind === 'area' || background === undefined) return;
        this.#setBackground(topology, check, index, background);
        this.#judgeTrust(check, index, this.meters.of(node.circuit.id), background);
      });
    });
    this.#flush(process);
  }

  /** A phase of which nothing was heard for longer than the meter may be silent counts the assumed background. */
  #judgeTrust(check: ExposureCheck, node: number, meter: TwinMeter | undefined, background: PhaseAmps): void {
    const maxAgeMs = meter?.circuit.meter?.maxAgeMs;
    if (meter === undefined || maxAgeMs === undefined) return;
    for (const phase of phases) {
      const missing = meter.circuit.assumedBackgroundAmps - background[phase];
      if (missing > 1e-6 && this.clock.nowMs - meter.heardAtMs[phase] > maxAgeMs)
        check.distrust(node, phase, missing);
    }
  }

  #setBackground(topology: Topology, check: ExposureCheck, node: number, amps: PhaseAmps): void {
    const at = topology.nodes[node];
    if (at?.kind !== 'circuit') return;
    check.setBackground(node, amps, (amps[0] + amps[1] + amps[2]) * starVolts(at.site.supply));
  }

  /** What a tick decided leaves once it is through; a process that dies in the midst of it has sent only the first part. */
  #flush(process: TwinProcess): void {
    const sending = this.#sending;
    this.#sending = [];
    if (sending.length === 0) return;
    process.run(() => {
      // What a car had time to follow since the last second is no longer in the way.
      this.#refreshAll();
      for (const command of sending) {
        this.#point();
        if (process.condition !== 'runs') return;
        this.commands += 1;
        this.stations.send(command, process.monotonicMs());
      }
    });
  }

  // --- time passes ---------------------------------------------------------------------------------

  #step(): void {
    this.clock.after(stepMs, () => this.#step());
    this.#steps += 1;
    this.stations.step();
    const nowMs = this.clock.nowMs;
    const wallMs = nowMs + this.wallAheadMs;
    this.lines.look(wallMs);
    for (const scene of this.scenes) this.#observe(scene, nowMs, wallMs);
    if (this.#isUnsafe) this.#judgeFailsafe(nowMs);
    if ((this.#steps * stepMs) % this.#input.place.meterMs === 0) this.meters.publish();
    if ((this.#steps * stepMs) % oracleMs === 0) for (const { oracle } of this.scenes) oracle.step();
  }

  #observe(
    { topology, flows, check, excess, oracle, stationOf }: Scene,
    nowMs: number,
    wallMs: number,
  ): void {
    flows.measure(nowMs, stationOf);
    topology.nodes.forEach((node, index) => {
      const limit = this.#truth.of(node, wallMs);
      check.setLimit(index, limit);
      const background = { amps: flows.background(index), watts: flows.backgroundWatts(index) };
      oracle.see(index, { limit, background });
      excess.judge(index, {
        total: { amps: flows.total(index), watts: flows.totalWatts(index) },
        background,
        limit,
        starVolts: starVolts(supplyOf(topology, node)),
        nowMs,
        dtMs: stepMs,
      });
    });
  }

  truthOf({ topology, flows }: Scene): readonly NodeTruth[] {
    const wallMs = this.clock.nowMs + this.wallAheadMs;
    return topology.nodes.map((node, index) => ({
      limit: this.#truth.of(node, wallMs),
      background: { amps: flows.background(index), watts: flows.backgroundWatts(index) },
    }));
  }

  /** Without the service the stations fall by themselves: how long that takes [P3]. */
  #judgeFailsafe(nowMs: number): void {
    if (this.isServed) {
      this.#isUnsafe = false;
      return;
    }
    const isOver = this.scenes.some(({ topology, check }) =>
      topology.nodes.some((_, index) => check.hasFailsafeBudget(index) && check.excessAmps(index) > 0.01),
    );
    if (isOver) this.failsafeMs = Math.max(this.failsafeMs, nowMs - this.#awaySinceMs);
  }

  // --- cars ----------------------------------------------------------------------------------------

  sceneOf(evse: Evse): Scene {
    const found = this.#sceneOf.get(evse.id);
    if (found === undefined) throw new Error(`the twin has no EVSE ${evse.id}`);
    return found;
  }

  // --- judging -------------------------------------------------------------------------------------

  #refresh(twin: TwinStation, cause: Cause): void {
    twin.evses.forEach((evse, order) => {
      this.#sceneOf.get(evse.id)?.check.set(evse.id, truthAmps(twin, order, this.clock.nowMs), cause);
    });
  }

  /** What fell makes room before what rose is judged: all of it happened in the same second. */
  #refreshAll(): void {
    for (const twin of this.stations.all) {
      twin.evses.forEach((evse, order) => {
        this.#sceneOf.get(evse.id)?.check.fall(evse.id, truthAmps(twin, order, this.clock.nowMs));
      });
    }
    for (const twin of this.stations.all) this.#refresh(twin, 'by itself');
  }
}
