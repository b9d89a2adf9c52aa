import type { AreaId, CircuitId } from '../domain/ids.ts';
import type { Release } from '../domain/release.ts';

/** How far a connection's limits on one boundary of a node have been let go, to be taken up by another process. */
export interface KeptRelease {
  readonly node: CircuitId | AreaId;
  /** Connection and boundary. */
  readonly key: string;
  /** undefined: nothing is held any more. On the monotonic clock. */
  readonly release: Release | undefined;
}

/** A rise under way is told this often: a restart may fall back by as much. */
const tellEveryMs = 5_000;

/** Tells what must outlive us of the releases of every tick, and not what follows from it. */
export function releaseKeeper(
  keep: (kept: KeptRelease) => void,
): (node: CircuitId | AreaId, releases: ReadonlyMap<string, Release>) => void {
  const told = new Map<string, Release>();
  return (node, releases) => {
    for (const [key, release] of releases) {
      const name = `${node} ${key}`;
      const before = told.get(name);
      if (isHolding(release)) {
        if (before !== undefined && follows(release, before)) continue;
        told.set(name, release);
        keep({ node, key, release });
      } else if (before !== undefined) {
        told.delete(name);
        keep({ node, key, release: undefined });
      }
    }
  };
}

const isHolding = ({ risesFromMs, last }: Release): boolean =>
  risesFromMs !== undefined || last !== undefined;

function follows(release: Release, before: Release): boolean {
  if (release.risesFromMs !== before.risesFromMs || release.last?.id !== before.last?.id) return false;
  if (release.risesFromMs !== undefined) return release.atMs - before.atMs < tellEveryMs;
  const { amps, watts } = release.caps;
  return watts === before.caps.watts && amps.every((each, phase) => each === before.caps.amps[phase]);
}
