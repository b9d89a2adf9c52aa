import type { Allocation, Problem } from '../../../solver/problem.ts';
import type { StationCommand } from '../../control/ports.ts';
import type { Topology, TopologyEvse } from '../../control/topology.ts';
import { caps, type GridLimit, isInForce, limitedNode } from '../../domain/gridLimit.ts';
import type { CircuitId, EvseId, LimitId, StationId } from '../../domain/ids.ts';
import { limitFromRequest } from '../../domain/limitRequest.ts';
import { everyPhase, type PhaseAmps, perPhase } from '../../domain/phases.ts';
import type { Reading } from '../../domain/reading.ts';
import type { StationEvent } from '../../domain/stationEvent.ts';
import { defaultTraits } from '../../domain/traits.ts';
import type { LimitAsked, ServicePorts, TwinPlace, TwinService } from './ports.ts';

const tickMs = 1_000;
/** As good as for ever. */
const leaseMs = 30 * 86_400_000;
const deadbandAmps = 0.5;

interface NaiveSession {
  readonly transactionId: string;
  drawAmps: PhaseAmps;
  setpointAmps: number | undefined;
}

/**
 * The controller that everybody writes first, as a contrast: it believes the last meter value for ever, forgets
 * stations that are offline, sets without an end, and takes what it sent for done.
 */
export class NaiveService implements TwinService {
  /** Nobody who writes one thinks of them. */
  readonly grid = undefined;
  readonly #place: TwinPlace;
  readonly #ports: ServicePorts;
  readonly #allocate: (problem: Problem) => Allocation;
  readonly #metered = new Map<CircuitId, PhaseAmps>();
  readonly #online = new Set<StationId>();
  readonly #sessions = new Map<EvseId, NaiveSession>();
  readonly #limits = new Map<LimitId, GridLimit>();
  #sequence = 0;
  #isRunning = false;

  constructor(place: TwinPlace, ports: ServicePorts, allocate: (problem: Problem) => Allocation) {
    this.#place = place;
    this.#ports = ports;
    this.#allocate = allocate;
    for (const limit of ports.store.limitsNotEnded(ports.process.nowMs())) this.#limits.set(limit.id, limit);
  }

  applyReading({ circuitId, amps, watts }: Reading): void {
    const held = this.#metered.get(circuitId) ?? everyPhase(0);
    this.#metered.set(
      circuitId,
      perPhase((phase) => amps?.[phase] ?? (watts?.[phase] === undefined ? held[phase] : watts[phase] / 230)),
    );
  }

  applyStationEvent(event: StationEvent): void {
    if (event.kind === 'connected') this.#online.add(event.stationId);
    if (event.kind === 'disconnected') this.#online.delete(event.stationId);
    const evses = this.#place.sites
      .flatMap((site) => site.evses)
      .filter(({ station }) => station === event.stationId);
    if (event.kind === 'session ended') {
      for (const { id } of evses)
        if (this.#sessions.get(id)?.transactionId === event.transactionId) this.#sessions.delete(id);
    }
    if (event.kind === 'session started') {
      const { transactionId } = event;
      const evse = evses.find(({ number }) => number === event.evseNumber);
      if (evse !== undefined && this.#sessions.get(evse.id)?.transactionId !== transactionId)
        this.#sessions.set(evse.id, { transactionId, drawAmps: everyPhase(0), setpointAmps: undefined });
    }
    if (event.kind === 'measured') {
      const evse = evses.find(({ number }) => number === event.evseNumber);
      const session = evse && this.#sessions.get(evse.id);
      if (session === undefined || event.amps === undefined) return;
      const draw: [number, number, number] = [0, 0, 0];
      evse?.wiring.forEach((phase, conductor) => {
        draw[phase] = event.amps?.[conductor] ?? 0;
      });
      session.drawAmps = draw;
    }
  }

  /** It never looks. */
  applyAnswer(): void {}

  setLimit({ id, body, source }: LimitAsked): ReturnType<TwinService['setLimit']> {
    const { sites, areas } = this.#place;
    const nowMs = this.#ports.process.nowMs();
    const asked = limitFromRequest({ id, body, source, setBy: 'twin', sites, areas, nowMs });
    if (asked.status === 'refused') return undefined;
    this.#limits.set(id, asked.limit);
    return { limit: asked.limit, kept: this.#ports.store.insertLimit(asked.limit) };
  }

  endLimit(id: LimitId): Promise<boolean> {
    this.#limits.delete(id);
    return this.#ports.store.endLimit(id);
  }

  begin(): void {
    this.#isRunning = true;
    this.#tick();
  }

  stop(): void {
    this.#isRunning = false;
  }

  #tick(): void {
    if (!this.#isRunning) return;
    const { process, onTick } = this.#ports;
    process.after(tickMs, () => this.#tick());
    for (const topology of this.#place.topologies) this.#plan(topology);
    const tick = { number: 0, atMs: process.nowMs(), durationMs: 0, cause: 'pace' as const };
    onTick({ tick, views: [], plans: [], sent: [], refused: [], over: [] });
  }

  #plan(topology: Topology): void {
    const charging = topology.evses.filter(
      ({ evse }) => this.#online.has(evse.station) && this.#sessions.has(evse.id),
    );
    const allocation = this.#allocate({
      pacing: { nowMs: 0, minOnMs: 0, minOffMs: 0, turnMs: 0 },
      circuits: topology.nodes.map((node, index) => ({
        name: String(index),
        parent: node.parent,
        ...this.#free(topology, index),
      })),
      evses: charging.map(({ evse, site, path }) => ({
        name: evse.id,
        circuit: path[0] ?? 0,
        wiring: evse.wiring,
        phaseVolts: site.supply.phaseVolts,
        minAmps: evse.minAmps,
        maxAmps: evse.maxAmps,
        stepAmps: 1,
        priority: evse.priority,
        weight: evse.weight,
        isOn: true,
        sinceMs: 0,
        waitingMs: 0,
      })),
    });
    charging.forEach((at, index) => {
      this.#set(at, allocation.evses[index]?.amps ?? 0);
    });
  }

  /** Limit less what the meter last showed beside the cars that it knows of. */
  #free(topology: Topology, index: number): { limitAmps: PhaseAmps; limitWatts: number } {
    const node = topology.nodes[index];
    const nowMs = this.#ports.process.nowMs();
    const id = node?.kind === 'area' ? node.area.id : node?.circuit.id;
    let amps = node?.kind === 'circuit' ? node.circuit.breakerAmps : Number.POSITIVE_INFINITY;
    let watts =
      node?.kind === 'circuit'
        ? (node.circuit.ratedWatts ?? Number.POSITIVE_INFINITY)
        : (node?.area.limitWatts ?? 0);
    for (const limit of this.#limits.values()) {
      if (limitedNode(limit.target) !== id || !isInForce(limit, nowMs)) continue;
      const own = caps(limit.value);
      amps = Math.min(amps, ...own.amps);
      watts = Math.min(watts, own.watts);
    }
    const background = perPhase((phase) => this.#backgroundAmps(topology, index, phase));
    const volts = node?.kind === 'circuit' ? node.site.supply.phaseVolts : 230;
    return {
      limitAmps: perPhase((phase) => Math.max(0, amps - background[phase])),
      limitWatts: Math.max(0, watts - (background[0] + background[1] + background[2]) * volts),
    };
  }

  #backgroundAmps(topology: Topology, index: number, phase: 0 | 1 | 2): number {
    const node = topology.nodes[index];
    if (node?.kind !== 'circuit') {
      return topology.nodes
        .flatMap(({ parent }, child) =>
          parent === index ? this.#backgroundAmps(topology, child, phase) : [],
        )
        .reduce((sum, amps) => sum + amps, 0);
    }
    const metered = this.#metered.get(node.circuit.id)?.[phase];
    if (metered === undefined) return node.circuit.assumedBackgroundAmps;
    if (node.circuit.meter?.measures === 'background') return metered;
    const charging = node.evses.reduce((sum, evse) => {
      const at = topology.evses[evse];
      return sum + ((at && this.#sessions.get(at.evse.id)?.drawAmps[phase]) ?? 0);
    }, 0);
    return Math.max(0, metered - charging);
  }

  #set({ evse, site }: TopologyEvse, setpointAmps: number): void {
    const session = this.#sessions.get(evse.id);
    if (session === undefined) return;
    if (session.setpointAmps !== undefined && Math.abs(setpointAmps - session.setpointAmps) < deadbandAmps)
      return;
    session.setpointAmps = setpointAmps;
    const { process, epoch, link } = this.#ports;
    this.#sequence += 1;
    const command: StationCommand = {
      kind: 'lease',
      siteId: site.id,
      stationId: evse.station,
      evseId: evse.id,
      evseNumber: evse.number,
      epoch,
      sequence: this.#sequence,
      sentAtMs: process.monotonicMs(),
      expiresAtMs: process.monotonicMs() + 10_000,
      transactionId: session.transactionId,
      setpointAmps,
      tailAmps: setpointAmps,
      leaseMs,
      schedule: {
        ...defaultTraits,
        ...evse.traits,
        phaseVolts: site.supply.phaseVolts,
        phaseCount: evse.wiring.length,
      },
    };
    link.send(command);
  }
}
