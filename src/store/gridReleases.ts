import type { Kysely } from 'kysely';
import type { GridLimit } from '../domain/gridLimit.ts';
import { type PhaseAmps, perPhase } from '../domain/phases.ts';
import type { Release } from '../domain/release.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

/** How far limits have been let go, on the wall clock. */
export interface StoredRelease {
  /** A circuit or an area: their ids are unique together. */
  readonly node: string;
  readonly key: string;
  readonly release: Release | undefined;
}

export interface GridReleaseStore {
  /** Queued: a crash may lose the last moments, and then a little more is held again. */
  rememberRelease(kept: StoredRelease): void;
  releases(): Promise<readonly StoredRelease[]>;
}

export function gridReleaseStore(db: Kysely<Tables>, queue: WriteBehind): GridReleaseStore {
  return {
    rememberRelease({ node, key, release }) {
      queue.put(`grid release ${node} ${key}`, async (transaction) => {
        if (release === undefined) {
          await transaction
            .deleteFrom('grid_release')
            .where('node', '=', node)
            .where('key', '=', key)
            .execute();
          return;
        }
        const document = JSON.stringify(release);
        await transaction
          .insertInto('grid_release')
          .values({ node, key, document })
          .onConflict((conflict) => conflict.columns(['node', 'key']).doUpdateSet({ document }))
          .execute();
      });
    },

    releases: () =>
      inStore('read the releases of limits', async () => {
        const rows = await db.selectFrom('grid_release').selectAll().orderBy('node').orderBy('key').execute();
        return rows.map(({ node, key, document }) => ({
          node,
          key,
          release: releaseOf(document),
        }));
      }),
  };
}

/** What JSON makes of a release: it has no infinity and writes null. */
interface Written {
  readonly caps: { readonly amps: WrittenAmps; readonly watts: number | null };
  readonly atMs: number;
  readonly risesFromMs?: number;
  readonly last?: GridLimit & { readonly value: { readonly phaseAmps?: WrittenAmps } };
}
type WrittenAmps = readonly (number | null)[];

function releaseOf(document: string): Release {
  // Only `rememberRelease` writes this column.
  const { caps, atMs, risesFromMs, last } = JSON.parse(document) as Written;
  return {
    caps: { amps: ampsOf(caps.amps), watts: caps.watts ?? Number.POSITIVE_INFINITY },
    atMs,
    risesFromMs,
    last: last && limitOf(last),
  };
}

const limitOf = ({ untilMs, ...limit }: NonNullable<Written['last']>): GridLimit => {
  const { phaseAmps } = limit.value;
  return { ...limit, untilMs, ...(phaseAmps !== undefined && { value: { phaseAmps: ampsOf(phaseAmps) } }) };
};

const ampsOf = (amps: WrittenAmps): PhaseAmps => perPhase((phase) => amps[phase] ?? Number.POSITIVE_INFINITY);
