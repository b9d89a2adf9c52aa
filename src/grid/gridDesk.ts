import { createHash } from 'node:crypto';
import type { GridBook } from '../control/gridBook.ts';
import type { Clock } from '../control/ports.ts';
import type { HeardGridLimit } from '../domain/bindingLimits.ts';
import { type GridLimit, limitedNode } from '../domain/gridLimit.ts';
import { type LimitId, limitId } from '../domain/ids.ts';
import type { Logger } from '../log.ts';
import { type Curtailments, measurement } from './curtailments.ts';
import type { Evidence, EvidenceQueue } from './evidenceQueue.ts';
import type { ExportLimits } from './exportLimits.ts';
import type { GridChange, GridVerdict, HeardPrice, PromptGridPorts } from './gridPorts.ts';
import { forgetEnded, judgements, type Ledger, ledgerOf, remember, restore } from './senderLedger.ts';

export interface GridDeskPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly newId: () => string;
  readonly grid: GridBook;
  setLimit(limit: GridLimit): void;
  endLimit(id: LimitId): void;
  /** All of it or nothing, and never before an earlier one; durable when it resolves. */
  changeLimits(change: {
    readonly set: readonly GridLimit[];
    readonly ended: readonly LimitId[];
    readonly atMs: number;
    readonly endedBy: string;
    readonly evidence: readonly Evidence[];
  }): Promise<void>;
  readonly evidence: EvidenceQueue;
  readonly curtailments: Curtailments;
  readonly exported: ExportLimits;
  onPrices(connectionId: string, prices: readonly HeardPrice[]): void;
}

/** What a change sets and ends, with the evidence of it. */
interface Taken {
  readonly set: readonly HeardGridLimit[];
  readonly ended: readonly HeardGridLimit[];
  readonly atMs: number;
  readonly endedBy: string;
  readonly evidence: readonly Evidence[];
}

/** Changes of one connection that may wait for the store. */
const pendingMax = 1_000;
const rawMax = 262_144;
const aliveMaxMs = 7 * 86_400_000;
const aliveMinMs = 120_000;

/** A change that was not taken because too many wait: the sender should come back later. */
export class GridBusyError extends Error {
  readonly code = 'grid-busy';
  constructor(connectionId: string) {
    super(
      `connection ${connectionId} has ${pendingMax} changes waiting for the database: send less or later`,
    );
    this.name = 'GridBusyError';
  }
}

export interface GridDesk extends PromptGridPorts {
  /** The sender is known to be gone: its last will came. */
  gone(connectionId: string): void;
}

/** Everything that grid operators say goes through here, whatever they speak. */
export function gridDesk(ports: GridDeskPorts): GridDesk {
  const { clock, log, grid, evidence } = ports;
  const ledgers = new Map(grid.connections.map((connection) => [connection.id, ledgerOf(connection, grid)]));

  const ledger = (id: string): Ledger => {
    const found = ledgers.get(id);
    if (found === undefined)
      throw new Error(`connection "${id}" is not in the config under grid.connections`);
    return found;
  };

  const keep = async (book: Ledger, { set, ended, ...about }: Taken): Promise<void> => {
    book.pending += 1;
    try {
      await ports.changeLimits({ set, ended: ended.map(({ id }) => id), ...about });
    } catch (error) {
      // Its sender is told that it was refused, so what was before holds.
      for (const { id } of set) ports.endLimit(id);
      restore(book, set, ended);
      throw error;
    } finally {
      book.pending -= 1;
    }
    for (const { id } of ended) ports.endLimit(id);
    if (book.pending > 0 || book.orphans.length === 0) return;
    // Nobody waits for it: should it fail, the next change tries again.
    const left = { ...about, set: [], ended: book.orphans.splice(0), evidence: [] };
    keep(book, left).catch(() => undefined);
  };

  const hearNow: GridDesk['hearNow'] = (connectionId, change, raw) => {
    const book = ledger(connectionId);
    if (book.pending >= pendingMax) throw new GridBusyError(connectionId);
    const atMs = clock.nowMs();
    forgetEnded(book, atMs);
    const judged = judgements(book, change, { nowMs: atMs, newId: () => limitId(ports.newId()) });
    const set = judged.flatMap((each) => each.set ?? []);
    const ended = [...judged.flatMap((each) => each.ended ?? []), ...book.orphans.splice(0)];
    const verdicts = judged.map(({ verdict }) => verdict);
    // In force at once. What is replaced binds beside it until that is durable: a crash in between can only
    // leave too low a limit.
    for (const limit of set) ports.setLimit(limit);
    remember(book, set, ended);
    const isAllRefused = verdicts.length > 0 && verdicts.every(({ outcome }) => outcome === 'refused');
    grid.note(
      connectionId,
      isAllRefused ? { kind: 'heartbeat', aliveUntilMs: undefined } : { kind: 'limits heard' },
    );
    for (const { externalId, outcome, why } of verdicts) {
      if (outcome === 'refused')
        log.warn({ connectionId, externalId, why }, 'limit of a grid operator refused');
    }
    const heard = heardEvidence(connectionId, { change, raw, verdicts, atMs });
    return { verdicts, kept: keep(book, { set, ended, atMs, endedBy: connectionId, evidence: [heard] }) };
  };

  return {
    clock,
    log,
    random: ports.random,
    newId: ports.newId,
    hearNow,

    async hear(connectionId, change, raw) {
      const { verdicts, kept } = hearNow(connectionId, change, raw);
      await kept;
      return verdicts;
    },

    hearPrices: (connectionId, prices) => ports.onPrices(ledger(connectionId).connection.id, prices),

    heartbeat(connectionId, aliveUntilMs) {
      const leftMs = aliveUntilMs === undefined ? undefined : aliveUntilMs - clock.nowMs();
      const isOdd = leftMs !== undefined && (leftMs <= 0 || leftMs > aliveMaxMs);
      // It spoke just now, so it is alive: its clock or ours is off.
      if (isOdd) log.warn({ connectionId, leftMs }, 'heartbeat told an end that cannot be: clocks differ');
      const { heartbeatTimeoutMs = aliveMinMs } = ledger(connectionId).connection;
      const aliveMs = isOdd ? heartbeatTimeoutMs : leftMs;
      grid.note(connectionId, {
        kind: 'heartbeat',
        aliveUntilMs: aliveMs === undefined ? undefined : clock.monotonicMs() + aliveMs,
      });
    },

    resynchronised(connectionId) {
      ledger(connectionId);
      grid.note(connectionId, { kind: 'resynchronised' });
    },

    gone(connectionId) {
      ledger(connectionId);
      grid.note(connectionId, { kind: 'gone' });
    },

    acknowledged(connectionId, externalIds, atMs) {
      ports.curtailments.acknowledged(connectionId, externalIds, atMs);
      const body = { externalIds };
      const about = { node: undefined, externalId: externalIds.length === 1 ? externalIds[0] : undefined };
      evidence.put({ atMs, kind: 'acknowledged', connectionId, ...about, body });
    },

    measurement: (target) => measurement(grid, limitedNode(target), clock.nowMs()),
    onProgress(listener) {
      const ends = [ports.curtailments, ports.exported].map((each) => each.onProgress(listener));
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

function heardEvidence(
  connectionId: string,
  heard: {
    readonly change: GridChange;
    readonly raw: string;
    readonly verdicts: readonly GridVerdict[];
    readonly atMs: number;
  },
): Evidence {
  const { change, raw, verdicts, atMs } = heard;
  const [only, ...others] = verdicts;
  const externalId = others.length === 0 ? only?.externalId : undefined;
  const body = {
    change: change.kind,
    verdicts,
    rawSha256: createHash('sha256').update(raw).digest('hex'),
    raw: raw.slice(0, rawMax),
  };
  return { atMs, kind: 'heard', connectionId, node: undefined, externalId, body };
}
