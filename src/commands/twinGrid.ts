import { gridService } from '../app/grid.ts';
import { gridKeeper, takeUp } from '../app/gridKeeping.ts';
import type { TickResult } from '../control/controlLoop.ts';
import type { ExposureLedger } from '../control/exposure.ts';
import type { GridKeeper } from '../control/gridBook.ts';
import type { SiteState } from '../control/siteState.ts';
import { isInFailsafe } from '../domain/gridConnection.ts';
import { type EvidenceQueue, evidenceQueue } from '../grid/evidenceQueue.ts';
import type { HeardLimit } from '../grid/gridPorts.ts';
import { plainCap } from '../grid/plainCap.ts';
import type { Logger } from '../log.ts';
import type { GridOutcome, GridWish, ServicePorts, TwinGrid, TwinPlace } from '../sim/twin/ports.ts';

/** What keeps the evidence of a process of the twin: nobody reads it there. */
export const twinEvidence = (ports: ServicePorts, log: Logger): EvidenceQueue =>
  evidenceQueue({ clock: ports.process, log, append: () => Promise.resolve() });

export const twinKeeper = ({ store, process }: ServicePorts, evidence: EvidenceQueue): GridKeeper =>
  gridKeeper({ store, evidence, clock: process });

export interface TwinGridParts {
  readonly state: SiteState;
  readonly ledger: ExposureLedger;
  readonly evidence: EvidenceQueue;
  readonly log: Logger;
}

/** The service's desk for grid operators as the twin runs it, and what it does after every tick. */
export function twinGrid(
  place: TwinPlace,
  { process, store, epoch }: ServicePorts,
  { state, ledger, evidence, log }: TwinGridParts,
): { readonly grid: TwinGrid; follow(result: TickResult): void } {
  const { connections, topologies } = place;
  const kept = { connections: store.connections(), releases: store.releases() };
  takeUp(kept, connections, state.grid, process);
  let count = 0;
  const service = gridService({
    clock: process,
    log,
    random: () => 0.5,
    newId: () => `G${epoch}-${++count}`,
    store,
    state,
    ledger,
    topologies,
    evidence,
    onPrices: () => {},
  });
  const { ports: desk, intake } = service;
  const connection = (id: string) => {
    const found = connections.find((each) => each.id === id);
    if (found === undefined) throw new Error(`the place has no connection ${id}`);
    return found;
  };
  const hearAs = async (
    kind: 'update' | 'everything',
    id: string,
    wishes: readonly GridWish[],
  ): Promise<readonly GridOutcome[]> => {
    const limits = wishes.map((wish) => heardLimit(wish, connection(id)));
    const verdicts = await desk.hear(id, { kind, limits }, '');
    return verdicts.map(({ outcome }) => outcome);
  };
  const grid: TwinGrid = {
    say: async (id, body) => {
      const answer = await intake.take(connection(id), body, JSON.stringify(body));
      return answer.status === 'refused' ? 'refused' : answer.outcome;
    },
    hear: async (id, wish) => (await hearAs('update', id, [wish]))[0] ?? 'unchanged',
    hearAll: async (id, wishes) => {
      const outcomes = await hearAs('everything', id, wishes);
      desk.resynchronised(id);
      return outcomes;
    },
    withdraw: (id, externalId) => intake.withdraw(connection(id), externalId),
    heartbeat: (id, aliveUntilMs) => desk.heartbeat(id, aliveUntilMs),
    resynchronised: (id) => desk.resynchronised(id),
    gone: (id) => desk.gone(id),
    isInTouch: (id) => {
      const now = state.grid.state(id);
      return now.phase !== 'init' && !isInFailsafe(now);
    },
  };
  return { grid, follow: (result) => service.follow(result) };
}

function heardLimit(
  wish: GridWish,
  { boundary, targets: [first] }: TwinPlace['connections'][number],
): HeardLimit {
  if (first === undefined) throw new Error('a connection has a target');
  return plainCap({ ...wish, target: first.target, boundary, reason: 'cold evening' });
}
