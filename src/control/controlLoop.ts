import type { Allocation, Problem } from '../../solver/problem.ts';
import type { EvseId } from '../domain/ids.ts';
import type { Logger } from '../log.ts';
import { loads } from './capacity.ts';
import { type Dispatched, type DispatchOptions, dispatch } from './dispatch.ts';
import { climb, dueRungs } from './dueRungs.ts';
import type { ExposureLedger } from './exposure.ts';
import type { HorizonTarget } from './horizonTargets.ts';
import { nodeFlow } from './nodePower.ts';
import { type OverLimit, overLimits } from './overLimit.ts';
import { type Plan, type PlanOptions, plan } from './plan.ts';
import type { Clock, StationLink } from './ports.ts';
import { prioritiesToEnd } from './priority.ts';
import { siteViews } from './publish.ts';
import type { SiteState } from './siteState.ts';
import { type SiteStates, type SiteTransitions, siteStates } from './siteStates.ts';
import type { SiteView, TickView } from './siteView.ts';
import type { Topology } from './topology.ts';
import { type Refused, validate } from './validator.ts';

export interface ControlLoopOptions extends PlanOptions, DispatchOptions {
  readonly tickMs: number;
  /** Drops that come faster than this share a tick. */
  readonly wakeSpacingMs: number;
}

export interface ControlLoopPorts {
  readonly clock: Clock;
  /** Runs on where the clock is held, to tell how long a tick takes; left away: the clock. */
  readonly stopwatchMs?: () => number;
  readonly log: Logger;
  readonly state: SiteState;
  readonly ledger: ExposureLedger;
  readonly link: StationLink;
  readonly allocate: (problem: Problem) => Allocation;
  /** What the plan over the coming hours wants of an EVSE. Without a plan the tick shares by itself. */
  readonly horizon?: ((evseId: EvseId) => HorizonTarget | undefined) | undefined;
  /** After every tick, outside of it: must not throw. */
  onTick(result: TickResult): void;
  /** A tick broke: the leases at the stations run out by themselves, and the process should end. */
  onBroken(error: unknown): void;
}

export interface TickResult {
  readonly tick: TickView;
  readonly views: readonly SiteView[];
  readonly plans: readonly Plan[];
  readonly sent: readonly Dispatched[];
  /** Raises that the validator kept back: a fault of ours. */
  readonly refused: readonly Refused[];
  readonly over: readonly OverLimit[];
}

/** How far a loop has counted. */
export interface LoopCount {
  readonly number: number;
  readonly sequence: number;
}

/**
 * Woken ticks rest so many times as long as the last one took: when all stations come back at once, news would wake one tick
 * after the other, and nothing would be left for the stations.
 */
const restPerTick = 2;

/** The one loop: reads the state, plans, hands the difference to the stations. Nothing in it waits. */
export class ControlLoop {
  readonly #topologies: readonly Topology[];
  readonly #ports: ControlLoopPorts;
  readonly #options: ControlLoopOptions;
  readonly #epoch: number;
  readonly #states: SiteStates;
  #sequence = 0;
  #number = 0;
  #lastTickMs = Number.NEGATIVE_INFINITY;
  /** What the last tick took of the processor, with all that followed it. */
  #tookMs = 0;
  #cancelPace: () => void = () => {};
  #cancelWake: (() => void) | undefined;
  #isRunning = false;

  constructor(
    topologies: readonly Topology[],
    epoch: number,
    ports: ControlLoopPorts,
    options: ControlLoopOptions,
  ) {
    this.#topologies = topologies;
    this.#epoch = epoch;
    this.#ports = ports;
    this.#options = options;
    this.#states = siteStates(ports.log);
  }

  start(): void {
    this.#isRunning = true;
    this.#run('pace');
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancelPace();
    this.#cancelWake?.();
  }

  /** A limit or headroom dropped: the next tick comes at once. */
  wake(): void {
    if (!this.#isRunning || this.#cancelWake !== undefined) return;
    const sinceMs = this.#ports.clock.monotonicMs() - this.#lastTickMs;
    const spacingMs = Math.max(this.#options.wakeSpacingMs, (1 + restPerTick) * this.#tookMs);
    const delayMs = Math.max(0, spacingMs - sinceMs);
    this.#cancelWake = this.#ports.clock.after(delayMs, () => this.#run('drop'));
  }

  /** One tick now, for a replay: who calls it keeps the pace. Throws when the tick breaks. */
  step(cause: TickView['cause']): TickResult {
    return this.#tick(cause);
  }

  /** Of the last tick and the last command. */
  get count(): LoopCount {
    return { number: this.#number, sequence: this.#sequence };
  }

  /** Goes on counting where another loop was. */
  countFrom({ number, sequence }: LoopCount): void {
    this.#number = number;
    this.#sequence = sequence;
  }

  /** When the last tick began, for the watchdog and for health. */
  get lastTickMs(): number {
    return this.#lastTickMs;
  }

  /** How often each site came into each state. */
  transitions(): readonly SiteTransitions[] {
    return this.#states.transitions();
  }

  #run(cause: TickView['cause']): void {
    this.#cancelPace();
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (!this.#isRunning) return;
    this.#cancelPace = this.#ports.clock.after(this.#options.tickMs, () => this.#run('pace'));
    const startedMs = this.#stopwatchMs();
    try {
      this.#ports.onTick(this.#tick(cause));
      this.#tookMs = this.#stopwatchMs() - startedMs;
    } catch (error) {
      this.stop();
      this.#ports.onBroken(error);
    }
  }

  #stopwatchMs(): number {
    const { stopwatchMs, clock } = this.#ports;
    return stopwatchMs === undefined ? clock.monotonicMs() : stopwatchMs();
  }

  #tick(cause: TickView['cause']): TickResult {
    const { clock, state, ledger, allocate, horizon } = this.#ports;
    const startedMs = this.#stopwatchMs();
    const nowMs = clock.nowMs();
    const monotonicMs = clock.monotonicMs();
    this.#lastTickMs = monotonicMs;
    this.#number += 1;
    state.stillness.alive(monotonicMs);
    state.forgetEndedLimits(nowMs);
    state.grid.followTime();
    state.failOverdueCommands();
    state.followWaiting();

    const options = this.#options;
    const planned = this.#topologies.map((wired) => {
      const input = { topology: wired, state, ledger, nowMs, monotonicMs, options, allocate, horizon };
      const made = plan(input);
      const exposures = made.evses.map(({ exposureAmps }) => exposureAmps);
      return { topology: made.topology, plan: made, exposure: loads(made.topology, exposures) };
    });
    const judged = planned.map((each) => this.#send(each.topology, each.plan, monotonicMs));
    const tick = { number: this.#number, atMs: nowMs, durationMs: this.#stopwatchMs() - startedMs, cause };
    const { drawMaxAgeMs } = options;
    const views = planned.flatMap(({ topology, plan: made, exposure }) =>
      siteViews({ topology, plan: made, exposure, state, ledger, tick, monotonicMs, drawMaxAgeMs }),
    );
    this.#states.follow(views);
    return {
      tick,
      views,
      plans: planned.map((each) => each.plan),
      sent: judged.flatMap(({ passed }) => passed),
      refused: judged.flatMap(({ refused }) => refused),
      over: planned.flatMap((each) => overLimits(each.topology, each.plan, each.exposure)),
    };
  }

  #send(topology: Topology, planned: Plan, monotonicMs: number): ReturnType<typeof validate> {
    const { state, ledger, link, log } = this.#ports;
    this.#remember(topology, planned);
    if (planned.failure !== undefined)
      log.error({ why: planned.failure }, 'plan refused, safe allocation in force');
    const rungs = dueRungs({ topology, plan: planned, state, monotonicMs });
    const dispatched = dispatch({
      topology,
      plan: planned,
      state,
      ledger,
      monotonicMs,
      rungs,
      ending: prioritiesToEnd({ plan: planned, state, ledger, monotonicMs }),
      epoch: this.#epoch,
      nextSequence: () => ++this.#sequence,
      options: this.#options,
    });
    const { passed, refused } = validate({
      topology,
      capacity: planned.nodes.map(({ capacity }) => capacity),
      exposureAmps: planned.evses.map(({ exposureAmps }) => exposureAmps),
      dispatched,
    });
    for (const { dispatched: each, node } of refused) {
      log.error({ evseId: each.command.evseId, node }, 'raise refused by the validator');
    }
    for (const [index, rung] of rungs) {
      const evseId = topology.evses[index]?.evse.id;
      const isSent = passed.some((each) => each.evseIndex === index && each.cause === 'escalate');
      if (evseId === undefined || (rung !== 'alarm' && !isSent)) continue;
      climb(state.evse(evseId), rung, { log, nowMs: monotonicMs });
    }
    for (const { command, cause } of passed) {
      ledger.sent(command);
      if (command.kind === 'remote start') state.askedToBegin(command.evseId);
      log.debug({ command, cause }, 'command sent');
      link.send(command);
    }
    return { passed, refused };
  }

  /** What the next tick compares with. */
  #remember(topology: Topology, planned: Plan): void {
    const { state, clock } = this.#ports;
    const { meters, grid } = state;
    topology.nodes.forEach((node, index) => {
      const found = planned.nodes[index];
      const id = node.kind === 'area' ? node.area.id : node.circuit.id;
      if (found !== undefined && grid.on(id).length > 0) {
        const { drawMaxAgeMs } = this.#options;
        const input = { state, ...planned, monotonicMs: clock.monotonicMs(), drawMaxAgeMs };
        grid.rememberReleases(id, found.releases);
        grid.rememberFlow(id, nodeFlow(input, index));
      }
      if (node.kind !== 'circuit' || found === undefined) return;
      if (found.finding !== undefined) meters.rememberFinding(node.circuit.id, found.finding);
      // The assumed one too: a meter that comes back has to show that the building takes less, and what was so
      // before its silence shows nothing.
      if (found.finding !== undefined && !planned.starting.has(node.site.id)) {
        meters.rememberBackground(node.circuit.id, found.background);
      }
    });
  }
}
