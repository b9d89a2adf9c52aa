import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { followMs, leaseSlackMs } from '../../src/app/options.ts';
import { ExposureLedger } from '../../src/control/exposure.ts';
import type { GridBook } from '../../src/control/gridBook.ts';
import { SiteState } from '../../src/control/siteState.ts';
import type { GridConnection } from '../../src/domain/gridConnection.ts';
import type { GridLimit } from '../../src/domain/gridLimit.ts';
import { limitId } from '../../src/domain/ids.ts';
import { type Curtailments, curtailments } from '../../src/grid/curtailments.ts';
import { type EvidenceQueue, evidenceQueue } from '../../src/grid/evidenceQueue.ts';
import { exportLimits } from '../../src/grid/exportLimits.ts';
import { type GridDeskPorts, gridDesk } from '../../src/grid/gridDesk.ts';
import type { GridPorts, HeardLimit } from '../../src/grid/gridPorts.ts';
import { createLogger } from '../../src/log.ts';
import { openStore, type Store } from '../../src/store/openStore.ts';
import { givenConnection, gridTarget } from '../control/givenConnection.ts';
import { givenSite } from '../control/givenSite.ts';
import { leaseMs } from '../control/world.ts';
import { VirtualClock } from '../virtualClock.ts';

export interface GivenDesk {
  readonly clock: VirtualClock;
  readonly desk: GridPorts;
  readonly state: SiteState;
  readonly grid: GridBook;
  readonly store: Store;
  readonly evidence: EvidenceQueue;
  readonly curtailments: Curtailments;
  /** The limits in the state, as their external ids and values. */
  held(): readonly (readonly [externalId: string, value: GridLimit['value']])[];
}

/** A desk over a garage, on a database of its own. */
export async function givenDesk(
  connections: readonly GridConnection[] = [givenConnection()],
  change: Partial<GridDeskPorts> = {},
): Promise<GivenDesk> {
  const folder = await mkdtemp(join(tmpdir(), 'grid-desk-'));
  const clock = new VirtualClock();
  const log = createLogger('silent');
  const site = givenSite();
  const store = await openStore(`sqlite:${join(folder, 'desk.db')}`, { log, clock });
  const ledger = new ExposureLedger({
    evses: site.evses,
    remembered: [],
    options: { followMs, leaseSlackMs },
    leaseMs,
    nowMs: clock.monotonicMs(),
  });
  const nothing = () => {};
  const state = new SiteState(
    [site],
    {
      clock,
      log,
      ledger,
      onDrop: nothing,
      onSession: nothing,
      onStation: nothing,
      onInterrupted: nothing,
      onStanding: nothing,
    },
    { followMs, retryMs: 10_000, connections },
  );
  const evidence = evidenceQueue({ clock, log, append: (entries) => store.appendEvidence(entries) });
  const follower = curtailments({
    grid: state.grid,
    evsesBelow: () => new Set(site.evses.map(({ id }) => id)),
    isConfirmed: () => true,
    onEvidence: (entry) => evidence.put(entry),
  });
  let number = 0;
  const desk = gridDesk({
    clock,
    log,
    random: () => 0.5,
    newId: () => `limit-${++number}`,
    grid: state.grid,
    setLimit: (limit) => state.setLimit(limit),
    endLimit: (id) => void state.endLimit(limitId(id)),
    changeLimits: (limits) => store.changeLimits(limits),
    evidence,
    curtailments: follower,
    exported: exportLimits(state.grid, nothing),
    onPrices: nothing,
    ...change,
  });
  onTestFinished(async () => {
    await evidence.stop();
    await store.stop();
    await rm(folder, { recursive: true });
  });
  const held = () => state.limits().map((limit) => [limit.terms?.externalId ?? '', limit.value] as const);
  return { clock, desk, state, grid: state.grid, store, evidence, curtailments: follower, held };
}

/** 20 kW on the grid connection of the garage, from now on. */
export const heard = (externalId: string, change: Partial<HeardLimit> = {}): HeardLimit => ({
  externalId,
  version: 1,
  target: gridTarget,
  direction: 'import',
  boundary: 'connection',
  kind: 'cap',
  role: 'event',
  value: { watts: 20_000 },
  averaging: { mode: 'instant' },
  fromMs: 0,
  untilMs: undefined,
  priority: 100,
  complyWithinS: 0,
  reason: 'cold evening',
  ...change,
});
