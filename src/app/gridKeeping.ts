import type { LoadedConfig } from '../config/config.ts';
import type { ConnectionChange, GridBook, GridKeeper } from '../control/gridBook.ts';
import type { Clock } from '../control/ports.ts';
import type { SiteState } from '../control/siteState.ts';
import type { ConnectionState, GridConnection } from '../domain/gridConnection.ts';
import { circuitId } from '../domain/ids.ts';
import type { Release } from '../domain/release.ts';
import type { EvidenceQueue } from '../grid/evidenceQueue.ts';
import type { KeptConnection } from '../store/gridConnections.ts';
import type { StoredRelease } from '../store/gridReleases.ts';
import type { Store } from '../store/openStore.ts';

interface KeepNeeds {
  readonly store: Pick<Store, 'rememberConnection' | 'rememberRelease'>;
  readonly evidence: EvidenceQueue;
  readonly clock: Clock;
}

/** Keeps where connections to grid operators stand, and how far their limits have been let go. */
export const gridKeeper = (needs: KeepNeeds): GridKeeper => ({
  onConnection: (change) => keepConnection(change, needs),
  onRelease({ release, ...kept }) {
    const { store, clock } = needs;
    const byMs = clock.nowMs() - clock.monotonicMs();
    store.rememberRelease({ ...kept, release: release && shiftedRelease(release, byMs) });
  },
});

function keepConnection(
  { connection, before, after }: ConnectionChange,
  { store, evidence, clock }: KeepNeeds,
): void {
  const atMs = clock.nowMs();
  store.rememberConnection({ id: connection.id, state: shifted(after, atMs - clock.monotonicMs()) });
  if (after.phase === before.phase) return;
  const body = { from: before.phase, to: after.phase };
  const about = { connectionId: connection.id, node: undefined, externalId: undefined };
  evidence.put({ atMs, kind: 'phase', ...about, body });
}

/** What the connections said and where they stood when the last process ended. */
export async function restoreConnections(
  { connections }: Pick<LoadedConfig, 'connections'>,
  store: Store,
  state: SiteState,
  clock: Clock,
): Promise<void> {
  const kept = { connections: await store.connections(), releases: await store.releases() };
  takeUp(kept, connections, state.grid, clock);
}

/** Into a book that is new. */
export function takeUp(
  stored: {
    readonly connections: readonly KeptConnection[];
    readonly releases: readonly StoredRelease[];
  },
  connections: readonly GridConnection[],
  grid: GridBook,
  clock: Clock,
): void {
  const byMs = clock.monotonicMs() - clock.nowMs();
  const known = new Set(connections.map(({ id }) => id));
  for (const { id, state: kept } of stored.connections) {
    if (known.has(id)) grid.restore(id, shifted(kept, byMs));
  }
  for (const { node, key, release } of stored.releases) {
    const kept = { node: circuitId(node), key };
    grid.restoreRelease({ ...kept, release: release && shiftedRelease(release, byMs) });
  }
}

/** From one clock to the other. */
const shifted = (state: ConnectionState, byMs: number): ConnectionState => ({
  phase: state.phase,
  sinceMs: state.sinceMs + byMs,
  heardAtMs: moved(state.heardAtMs, byMs),
  aliveUntilMs: moved(state.aliveUntilMs, byMs),
  backAtMs: moved(state.backAtMs, byMs),
});

const shiftedRelease = (release: Release, byMs: number): Release => ({
  ...release,
  atMs: release.atMs + byMs,
  risesFromMs: moved(release.risesFromMs, byMs),
});

const moved = (atMs: number | undefined, byMs: number): number | undefined =>
  atMs === undefined ? undefined : atMs + byMs;
