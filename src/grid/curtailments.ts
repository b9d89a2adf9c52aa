import type { GridBook } from '../control/gridBook.ts';
import type { NodeFlow } from '../control/nodePower.ts';
import { bindingLimits, type HeardGridLimit, isHeardLimit } from '../domain/bindingLimits.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import { caps, limitedNode } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId, EvseId, LimitId, StationId } from '../domain/ids.ts';
import { meanWindow } from '../domain/meanBudget.ts';
import type { Evidence } from './evidenceQueue.ts';
import type { GridMeasurement, GridProgress } from './gridPorts.ts';

export interface CurtailmentsPorts {
  readonly grid: GridBook;
  evsesBelow(node: CircuitId | AreaId): ReadonlySet<EvseId>;
  /** Whether its station confirmed the last that it was sent. */
  isConfirmed(evseId: EvseId): boolean;
  onEvidence(entry: Evidence): void;
}

/** A command that a tick sent. */
export interface SentCommand {
  readonly evseId: EvseId;
  readonly stationId: StationId;
}

/** Follows every event of a grid operator from the moment it binds until it no longer does. */
export interface Curtailments {
  /** After every tick, on both clocks' now. */
  follow(now: { readonly nowMs: number; readonly sent: readonly SentCommand[] }): void;
  acknowledged(connectionId: string, externalIds: readonly string[], atMs: number): void;
  onProgress(listener: (progress: GridProgress) => void): () => void;
  /** Those that bind now. */
  readonly running: number;
}

interface Curtailment {
  readonly limit: HeardGridLimit;
  readonly node: CircuitId | AreaId;
  readonly plannedAtMs: number;
  readonly beforeWatts: number;
  readonly dueAtMs: number;
  acknowledgedAtMs: number | undefined;
  readonly reached: Map<GridProgress['phase'], number>;
  readonly commanded: Map<EvseId, StationId>;
  readonly confirmed: Set<EvseId>;
  worstExcessWatts: number;
  energyOverWh: number;
  ticks: number;
  ticksUnder: number;
  followedAtMs: number;
}

/** What a meter may show above a limit that is kept: stations measure no better [IEC 62053-21, class 1]. */
const toleranceShare = 0.01;
/** A command's way, the car's ramp and the meter's next reading: nobody who asks for "at once" can have it sooner. */
const reactionMs = 15_000;
/** Less than any car takes. */
const nothingWatts = 1;
/** Acknowledgements that came before their limit bound. */
const earlyMax = 20_000;

export function curtailments(ports: CurtailmentsPorts): Curtailments {
  const { grid } = ports;
  const running = new Map<LimitId, Curtailment>();
  const early = new Map<string, number>();
  const listeners = new Set<(progress: GridProgress) => void>();

  const reach = (
    one: Curtailment,
    phase: GridProgress['phase'],
    flow: NodeFlow | undefined,
    nowMs: number,
    why?: string,
  ): void => {
    if (one.reached.has(phase)) return;
    one.reached.set(phase, nowMs);
    const { connectionId, externalId, boundary } = one.limit.terms;
    const measuredWatts = flow && (boundary === 'connection' ? flow.watts : flow.carWatts);
    const progress = {
      connectionId,
      externalId,
      phase,
      atMs: nowMs,
      measuredWatts,
      ...(why !== undefined && { why }),
    };
    ports.onEvidence({
      atMs: nowMs,
      kind: 'progress',
      connectionId,
      node: one.node,
      externalId,
      body: progress,
    });
    for (const listener of listeners) listener(progress);
  };

  const begin = (limit: HeardGridLimit, node: CircuitId | AreaId, nowMs: number): Curtailment => {
    const { connectionId, externalId, complyWithinS, boundary } = limit.terms;
    const flow = grid.flow(node);
    const key = keyOf(connectionId, externalId);
    const begun: Curtailment = {
      limit,
      node,
      plannedAtMs: nowMs,
      beforeWatts: (boundary === 'connection' ? flow?.watts : flow?.carWatts) ?? 0,
      dueAtMs: Math.max(limit.fromMs, limit.createdAtMs) + Math.max(complyWithinS * 1000, reactionMs),
      acknowledgedAtMs: early.get(key),
      reached: new Map(),
      commanded: new Map(),
      confirmed: new Set(),
      worstExcessWatts: 0,
      energyOverWh: 0,
      ticks: 0,
      ticksUnder: 0,
      followedAtMs: nowMs,
    };
    early.delete(key);
    return begun;
  };

  const judge = (one: Curtailment, sent: readonly SentCommand[], nowMs: number): void => {
    const below = ports.evsesBelow(one.node);
    for (const evseId of one.commanded.keys()) if (ports.isConfirmed(evseId)) one.confirmed.add(evseId);
    for (const { evseId, stationId } of sent) if (below.has(evseId)) one.commanded.set(evseId, stationId);
    const flow = grid.flow(one.node);
    if (flow === undefined) return;
    const { overWatts, exposedOverWatts, capWatts } = excess(grid, one, flow, nowMs);
    const isOver = overWatts > Math.max(nothingWatts, capWatts * toleranceShare);
    const isDue = nowMs >= one.dueAtMs;
    one.ticks += 1;
    if (!isOver) one.ticksUnder += 1;
    if (isDue && isOver) {
      one.worstExcessWatts = Math.max(one.worstExcessWatts, overWatts);
      one.energyOverWh += (overWatts * (nowMs - Math.max(one.followedAtMs, one.dueAtMs))) / 3_600_000;
    }
    one.followedAtMs = nowMs;
    if (exposedOverWatts <= nothingWatts) reach(one, 'applied', flow, nowMs);
    if (!isOver) reach(one, 'effective', flow, nowMs);
    else if (flow.exposureWatts < nothingWatts && flow.carWatts < nothingWatts)
      reach(
        one,
        'infeasible',
        flow,
        nowMs,
        'no car charges, and the rest of the load alone is above the limit',
      );
    // An upper bound, as after a restart when nothing was heard yet, proves nothing.
    else if (isDue && flow.quality === 'measured')
      reach(one, 'violated', flow, nowMs, `${Math.round(overWatts)} W above the limit when it was due`);
  };

  const finish = (one: Curtailment, nowMs: number): void => {
    reach(one, 'released', grid.flow(one.node), nowMs);
    const { connectionId, externalId } = one.limit.terms;
    const body = summary(one);
    ports.onEvidence({ atMs: nowMs, kind: 'curtailment', connectionId, node: one.node, externalId, body });
  };

  return {
    follow({ nowMs, sent }) {
      const bound = bindingEvents(grid, nowMs);
      for (const [id, one] of running) {
        if (bound.has(id)) continue;
        running.delete(id);
        finish(one, nowMs);
      }
      for (const [id, { limit, node }] of bound) {
        const one = running.get(id) ?? begin(limit, node, nowMs);
        running.set(id, one);
        judge(one, sent, nowMs);
      }
    },
    acknowledged(connectionId, externalIds, atMs) {
      const ids = new Set(externalIds);
      for (const { limit, ...one } of running.values()) {
        const { terms } = limit;
        if (terms.connectionId !== connectionId || !ids.has(terms.externalId)) continue;
        const found = running.get(limit.id);
        if (found !== undefined) found.acknowledgedAtMs = one.acknowledgedAtMs ?? atMs;
        ids.delete(terms.externalId);
      }
      for (const externalId of ids) early.set(keyOf(connectionId, externalId), atMs);
      for (const key of early.keys()) {
        if (early.size <= earlyMax) break;
        early.delete(key);
      }
    },
    onProgress(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get running() {
      return running.size;
    },
  };
}

const keyOf = (connectionId: string, externalId: string): string => `${connectionId}\n${externalId}`;

type Bound = ReadonlyMap<LimitId, { readonly limit: HeardGridLimit; readonly node: CircuitId | AreaId }>;

/** The events in force that no other of their connection supersedes. */
function bindingEvents(grid: GridBook, nowMs: number): Bound {
  const bound = new Map<LimitId, { limit: HeardGridLimit; node: CircuitId | AreaId }>();
  for (const connection of grid.connections) {
    const { phase } = grid.state(connection.id);
    for (const node of nodesOf(connection)) {
      const limits = grid.limitsAt(connection.id, node);
      for (const limit of bindingLimits(connection, phase, node, limits, nowMs)) {
        if (isHeardLimit(limit) && limit.terms.kind === 'cap' && limit.terms.role === 'event')
          bound.set(limit.id, { limit, node });
      }
    }
  }
  return bound;
}

const nodesOf = ({ targets }: GridConnection): readonly (CircuitId | AreaId)[] =>
  targets.map(({ target }) => limitedNode(target));

/** How far the load is over the limit, and how far it may come to be by what is in force at the stations. */
function excess(
  grid: GridBook,
  { limit, node }: Curtailment,
  flow: NodeFlow,
  nowMs: number,
): { readonly overWatts: number; readonly exposedOverWatts: number; readonly capWatts: number } {
  const isAlone = limit.terms.boundary === 'controllable';
  const { amps, watts } = caps(limit.value);
  const background = isAlone ? 0 : Math.max(0, flow.watts - flow.carWatts);
  if (!Number.isFinite(watts)) {
    const load = isAlone ? flow.carAmps : flow.amps;
    const over = load.map((each, phase) => Math.max(0, each - (amps[phase] ?? each)));
    const capWatts =
      amps.reduce((sum, each) => sum + (Number.isFinite(each) ? each : 0), 0) * flow.phaseVolts;
    const overWatts = over.reduce((sum, each) => sum + each, 0) * flow.phaseVolts;
    const exposedOverWatts = Math.max(0, flow.exposureWatts + background - capWatts);
    return {
      overWatts,
      exposedOverWatts: Number.isFinite(Math.max(...amps)) ? exposedOverWatts : overWatts,
      capWatts,
    };
  }
  const load = isAlone ? flow.carWatts : flow.watts;
  return {
    overWatts: Math.max(0, meanLoad(grid, limit, node, load, nowMs) - watts),
    exposedOverWatts: Math.max(0, flow.exposureWatts + background - watts),
    capWatts: watts,
  };
}

/** The load that counts: now, or where the limit is on a mean what the whole window comes to if nothing more flows. */
function meanLoad(
  grid: GridBook,
  limit: HeardGridLimit,
  node: CircuitId | AreaId,
  load: number,
  nowMs: number,
): number {
  const window = meanWindow(limit, nowMs);
  if (window === undefined) return load;
  const usedWh = grid.energy.usedWh(node, limit.terms.boundary, {
    fromMs: window.fromMs,
    nowMs,
    unseenWatts: 0,
  });
  return usedWh / ((window.untilMs - window.fromMs) / 3_600_000);
}

function summary(one: Curtailment) {
  const { limit, reached, commanded, confirmed, dueAtMs } = one;
  const beganAtMs = Math.max(limit.fromMs, limit.createdAtMs);
  const effectiveAtMs = reached.get('effective');
  return {
    value: limit.value,
    boundary: limit.terms.boundary,
    averaging: limit.terms.averaging,
    reason: limit.reason,
    receivedAtMs: limit.createdAtMs,
    acknowledgedAtMs: one.acknowledgedAtMs ?? null,
    plannedAtMs: one.plannedAtMs,
    appliedAtMs: reached.get('applied') ?? null,
    effectiveAtMs: effectiveAtMs ?? null,
    releasedAtMs: reached.get('released') ?? null,
    infeasibleAtMs: reached.get('infeasible') ?? null,
    violatedAtMs: reached.get('violated') ?? null,
    dueAtMs,
    timeToComplyS: effectiveAtMs === undefined ? null : Math.max(0, effectiveAtMs - beganAtMs) / 1000,
    beforeWatts: Math.round(one.beforeWatts),
    worstExcessWatts: Math.round(one.worstExcessWatts),
    energyOverWh: Math.round(one.energyOverWh * 100) / 100,
    shareUnder: one.ticks === 0 ? null : Math.round((one.ticksUnder / one.ticks) * 1e4) / 1e4,
    stationsCommanded: new Set(commanded.values()).size,
    stationsConfirmed: new Set([...confirmed].map((evseId) => commanded.get(evseId))).size,
  };
}

/** What is measured at a target, and what may flow there. */
export function measurement(grid: GridBook, node: CircuitId | AreaId, nowMs: number): GridMeasurement {
  const flow = grid.flow(node);
  const { connection, controllable } = grid.energy.register(node, nowMs);
  const limitWatts = flow?.limitWatts;
  return {
    atMs: nowMs,
    watts: flow?.watts,
    amps: flow?.amps,
    carWatts: flow?.carWatts ?? 0,
    energyWh: flow === undefined ? undefined : connection,
    carEnergyWh: controllable,
    activeSessions: flow?.activeSessions ?? 0,
    limitWatts: limitWatts !== undefined && Number.isFinite(limitWatts) ? limitWatts : undefined,
    quality: flow?.quality ?? 'missing',
  };
}
