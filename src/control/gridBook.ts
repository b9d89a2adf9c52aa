import { type HeardGridLimit, isHeardLimit, isLimited } from '../domain/bindingLimits.ts';
import {
  type ConnectionEvent,
  type ConnectionState,
  connectionAfter,
  type GridConnection,
  initialState,
  restoredState,
} from '../domain/gridConnection.ts';
import { limitedNode } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId } from '../domain/ids.ts';
import { type Release, restoredRelease } from '../domain/release.ts';
import type { Logger } from '../log.ts';
import { type EnergyBook, type EnergyEntry, energyBook } from './energyBook.ts';
import type { LimitBook } from './limitBook.ts';
import type { NodeFlow } from './nodePower.ts';
import type { Clock } from './ports.ts';
import { type KeptRelease, releaseKeeper } from './releaseKeeper.ts';

/** Where a connection stands, told whenever it changes. */
export interface ConnectionChange {
  readonly connection: GridConnection;
  readonly before: ConnectionState;
  readonly after: ConnectionState;
}

/** Takes what must outlive the process. */
export interface GridKeeper {
  /** Its phase changed, or it was heard. */
  onConnection(change: ConnectionChange): void;
  onRelease(kept: KeptRelease): void;
}

export interface GridBookPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: LimitBook;
  readonly keep?: GridKeeper | undefined;
  /** A failsafe limit came into force. */
  onDrop(): void;
}

/** The connections to grid operators: who may limit what, who is in touch, what is being released. */
export interface GridBook {
  readonly connections: readonly GridConnection[];
  readonly energy: EnergyBook;
  on(node: CircuitId | AreaId): readonly GridConnection[];
  /** Throws for a connection that is not in the config. */
  state(connectionId: string): ConnectionState;
  limitsOf(connectionId: string): readonly HeardGridLimit[];
  limitsAt(connectionId: string, node: CircuitId | AreaId): readonly HeardGridLimit[];
  restore(connectionId: string, kept: ConnectionState): void;
  /** Of a connection that is not in the config any more it is forgotten. */
  restoreRelease(kept: KeptRelease): void;
  /** Something was heard of the sender. */
  note(connectionId: string, event: Exclude<ConnectionEvent, { kind: 'time passed' }>): void;
  /** At every tick: silence is noticed by nothing else. */
  followTime(): void;
  releases(node: CircuitId | AreaId): Releases;
  rememberReleases(node: CircuitId | AreaId, releases: Releases): void;
  /** What flowed at the last tick; undefined before, and on nodes that no connection limits. */
  flow(node: CircuitId | AreaId): NodeFlow | undefined;
  rememberFlow(node: CircuitId | AreaId, flow: NodeFlow): void;
  /** Everything it holds but the limits, to be resumed by another book of the same connections. Plain values. */
  snapshot(): GridSnapshot;
  resume(snapshot: GridSnapshot): void;
}

type NodeId = CircuitId | AreaId;

/** Pairs of key and value, as maps are made of. */
export interface GridSnapshot {
  readonly states: readonly (readonly [string, ConnectionState])[];
  readonly releases: readonly (readonly [NodeId, readonly (readonly [string, Release])[]])[];
  readonly flows: readonly (readonly [NodeId, NodeFlow])[];
  readonly energy: readonly EnergyEntry[];
}

/** By connection and boundary. */
export type Releases = ReadonlyMap<string, Release>;

export const noReleases: Releases = new Map();

export function gridBook(connections: readonly GridConnection[], ports: GridBookPorts): GridBook {
  const { clock, limits } = ports;
  const byId = new Map(connections.map((connection) => [connection.id, connection]));
  const states = new Map(connections.map(({ id }) => [id, initialState(clock.monotonicMs())]));
  const byNode = new Map<CircuitId | AreaId, readonly GridConnection[]>();
  for (const connection of connections) {
    for (const { target } of connection.targets) {
      const node = limitedNode(target);
      byNode.set(node, [...(byNode.get(node) ?? []), connection]);
    }
  }
  const releases = new Map<CircuitId | AreaId, Releases>();
  const flows = new Map<CircuitId | AreaId, NodeFlow>();
  const energy = energyBook();
  const keepReleases = releaseKeeper((kept) => ports.keep?.onRelease(kept));

  const known = (id: string): { connection: GridConnection; state: ConnectionState } => {
    const connection = byId.get(id);
    const state = states.get(id);
    if (connection === undefined || state === undefined) {
      throw new Error(`connection "${id}" is not in the config under grid.connections`);
    }
    return { connection, state };
  };
  const limitsAt = (id: string, node: CircuitId | AreaId): readonly HeardGridLimit[] =>
    limits
      .on(node)
      .filter((limit): limit is HeardGridLimit => isHeardLimit(limit) && limit.terms.connectionId === id);
  const limitsOf = (id: string): readonly HeardGridLimit[] =>
    (byId.get(id)?.targets ?? []).flatMap(({ target }) => limitsAt(id, limitedNode(target)));
  const apply = (id: string, event: ConnectionEvent): void => {
    const { connection, state: before } = known(id);
    const now = { nowMs: clock.monotonicMs(), isLimited: isLimited(limitsOf(id), clock.nowMs()) };
    const after = connectionAfter(before, event, connection, now);
    states.set(id, after);
    if (after.phase !== before.phase) {
      ports.log[levels[after.phase]](
        { connectionId: id, from: before.phase, to: after.phase },
        'grid connection changed its phase',
      );
      if (after.phase === 'failsafe') ports.onDrop();
    }
    if (after.phase !== before.phase || after.heardAtMs !== before.heardAtMs) {
      ports.keep?.onConnection({ connection, before, after });
    }
  };

  return {
    connections,
    energy,
    on: (node) => byNode.get(node) ?? [],
    state: (id) => known(id).state,
    limitsOf,
    limitsAt,
    restore(id, kept) {
      const { connection } = known(id);
      states.set(id, restoredState(connection, kept, clock.monotonicMs()));
    },
    restoreRelease({ node, key, release }) {
      const connection = byNode.get(node)?.find(({ id }) => key.startsWith(`${id} `));
      if (connection === undefined || release === undefined) return;
      const restored = restoredRelease(release, connection.release, clock.monotonicMs());
      releases.set(node, new Map([...(releases.get(node) ?? noReleases), [key, restored]]));
    },
    note: apply,
    followTime() {
      for (const { id } of connections) apply(id, { kind: 'time passed' });
    },
    releases: (node) => releases.get(node) ?? noReleases,
    rememberReleases(node, now) {
      if (now.size === 0) return;
      releases.set(node, now);
      keepReleases(node, now);
    },
    flow: (node) => flows.get(node),
    rememberFlow(node, flow) {
      flows.set(node, flow);
      const watts = { connection: flow.watts, controllable: flow.carWatts };
      energy.add(node, watts, { nowMs: clock.nowMs(), monotonicMs: clock.monotonicMs() });
    },
    snapshot: () => ({
      states: [...states],
      releases: [...releases].map(([node, held]) => [node, [...held]] as const),
      flows: [...flows],
      energy: energy.snapshot(),
    }),
    resume(held) {
      for (const [id, state] of held.states) states.set(id, state);
      for (const [node, each] of held.releases) releases.set(node, new Map(each));
      for (const [node, flow] of held.flows) flows.set(node, flow);
      energy.resume(held.energy);
    },
  };
}

/** `warn`: we degraded and a failsafe limit holds. */
const levels = {
  init: 'info',
  limited: 'info',
  unlimited: 'info',
  failsafe: 'warn',
  autonomous: 'warn',
} as const;
