import type { LoadedConfig } from '../config/config.ts';
import type { TickResult } from '../control/controlLoop.ts';
import type { ExposureLedger } from '../control/exposure.ts';
import type { Clock } from '../control/ports.ts';
import type { SiteState } from '../control/siteState.ts';
import { nodeName, type Topology } from '../control/topology.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import type { EvseId } from '../domain/ids.ts';
import { curtailments } from '../grid/curtailments.ts';
import { type EvidenceQueue, evidenceQueue } from '../grid/evidenceQueue.ts';
import { exportLimits } from '../grid/exportLimits.ts';
import { type GridDesk, gridDesk } from '../grid/gridDesk.ts';
import type { GridProgress, HeardPrice } from '../grid/gridPorts.ts';
import { type GridIntake, gridIntake } from '../grid/intake/gridIntake.ts';
import { minuteMeans } from '../grid/minuteMeans.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/openStore.ts';

export interface GridService {
  readonly ports: GridDesk;
  readonly intake: GridIntake;
  readonly connections: readonly GridConnection[];
  evidenceLost(): number;
  /** After every tick. */
  follow(result: TickResult): void;
}

export interface GridNeeds {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly newId: () => string;
  readonly store: Pick<Store, 'changeLimits'>;
  readonly state: Pick<SiteState, 'grid' | 'setLimit' | 'endLimit'>;
  readonly ledger: ExposureLedger;
  readonly topologies: readonly Topology[];
  readonly evidence: EvidenceQueue;
  readonly onPrices: (connectionId: string, prices: readonly HeardPrice[]) => void;
}

/** Joins what grid operators say to the site state, the store and the record of what became of it. */
export function gridService(needs: GridNeeds): GridService {
  const { clock, log, store, state, ledger, evidence } = needs;
  const below = evsesBelow(needs.topologies);
  const follower = curtailments({
    grid: state.grid,
    evsesBelow: (node) => below.get(node) ?? new Set(),
    isConfirmed: (evseId) => ledger.inFlight(evseId) === undefined && !ledger.isSilent(evseId),
    onEvidence: (entry) => evidence.put(entry),
  });
  const exported = exportLimits(state.grid, (entry) => evidence.put(entry));
  for (const { onProgress } of [follower, exported]) onProgress((progress) => logProgress(progress, log));
  const means = minuteMeans(state.grid, (entry) => evidence.put(entry));
  const ports = gridDesk({
    clock,
    log,
    random: needs.random,
    newId: needs.newId,
    grid: state.grid,
    setLimit: (limit) => state.setLimit(limit),
    endLimit: (id) => void state.endLimit(id),
    changeLimits: (change) => store.changeLimits(change),
    evidence,
    curtailments: follower,
    exported,
    onPrices: needs.onPrices,
  });
  return {
    ports,
    intake: gridIntake(ports),
    connections: state.grid.connections,
    evidenceLost: () => evidence.lost,
    follow({ sent }) {
      const nowMs = clock.nowMs();
      follower.follow({ nowMs, sent: sent.map(({ command }) => command) });
      exported.follow(nowMs);
      means.follow(nowMs);
    },
  };
}

/** The queue of evidence in front of the store. */
export const evidenceOf = (store: Store, clock: Clock, log: Logger): EvidenceQueue =>
  evidenceQueue({ clock, log, append: (entries) => store.appendEvidence(entries) });

const dayMs = 86_400_000;

/** Once a day the record forgets what is older than it must be. */
export function startPruning(
  { config }: LoadedConfig,
  { store, clock, log }: { store: Store; clock: Clock; log: Logger },
): { stop(): void } {
  let cancel = () => {};
  const prune = async (): Promise<void> => {
    const nowMs = clock.nowMs();
    try {
      const removed = await store.pruneEvidence(nowMs - config.grid.evidenceDays * dayMs, nowMs);
      if (removed > 0) log.info({ removed }, 'evidence that is too old was removed');
    } catch (error) {
      log.warn({ err: error }, 'evidence that is too old could not be removed, tomorrow again');
    }
  };
  const next = (): void => {
    cancel = clock.after(dayMs, () => {
      void prune();
      next();
    });
  };
  next();
  return { stop: () => cancel() };
}

/** A message over MQTT, as its answer tells it. */
export async function gridLimitOverMqtt(
  { intake, connections }: GridService,
  connectionId: string,
  body: unknown,
  text: string,
): Promise<{ status: 'accepted'; id: string } | { status: 'refused'; why: string }> {
  const connection = connections.find(({ id }) => id === connectionId);
  if (connection === undefined) return { status: 'refused', why: `there is no connection "${connectionId}"` };
  const answer = await intake.take(connection, body, text);
  if (answer.status === 'refused') return { status: 'refused', why: `${answer.field} ${answer.why}` };
  if (answer.outcome === 'outdated') return { status: 'refused', why: answer.why ?? 'is outdated' };
  return { status: 'accepted', id: answer.externalId };
}

const evsesBelow = (topologies: readonly Topology[]): ReadonlyMap<string, ReadonlySet<EvseId>> =>
  new Map(
    topologies.flatMap(({ nodes, evses }) =>
      nodes.map((node) => [
        nodeName(node),
        new Set(node.evses.flatMap((index) => evses[index]?.evse.id ?? [])),
      ]),
    ),
  );

/** `error`: a person must act. */
function logProgress(progress: GridProgress, log: Logger): void {
  const isTrouble = progress.phase === 'infeasible' || progress.phase === 'violated';
  log[isTrouble ? 'error' : 'info']({ progress }, 'limit of a grid operator');
}
