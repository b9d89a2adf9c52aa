import { createHash } from 'node:crypto';
import type { GridBook } from '../control/gridBook.ts';
import type { Clock } from '../control/ports.ts';
import type { HeardGridLimit } from '../domain/bindingLimits.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import { type GridLimit, limitedNode } from '../domain/gridLimit.ts';
import { type LimitId, limitId } from '../domain/ids.ts';
import type { Logger } from '../log.ts';
import { type Curtailments, measurement } from './curtailments.ts';
import type { Evidence, EvidenceQueue } from './evidenceQueue.ts';
import type { GridChange, GridPorts, GridVerdict, HeardPrice } from './gridPorts.ts';
import { type Judgement, judge } from './hearing.ts';

export interface GridDeskPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly newId: () => string;
  readonly grid: GridBook;
  setLimit(limit: GridLimit): void;
  endLimit(id: LimitId): void;
  /** All of it or nothing; durable when it resolves. */
  changeLimits(change: {
    readonly set: readonly GridLimit[];
    readonly ended: readonly LimitId[];
    readonly atMs: number;
    readonly endedBy: string;
    readonly evidence: readonly Evidence[];
  }): Promise<void>;
  readonly evidence: EvidenceQueue;
  readonly curtailments: Curtailments;
  onPrices(connectionId: string, prices: readonly HeardPrice[]): void;
}

/** What one sender has told. */
interface Ledger {
  readonly connection: GridConnection;
  readonly current: Map<string, HeardGridLimit>;
  /** The highest version of each external id, the oldest first. */
  readonly versions: Map<string, number>;
  /** Changes on their way to the store, one after the other. */
  writing: Promise<void>;
  pending: number;
}

/** Limits that one connection may have in force or to come. */
const limitsMax = 20_000;
const versionsMax = 40_000;
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

export interface GridDesk extends GridPorts {
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

  return {
    clock,
    log,
    random: ports.random,
    newId: ports.newId,

    async hear(connectionId, change, raw) {
      const book = ledger(connectionId);
      if (book.pending >= pendingMax) throw new GridBusyError(connectionId);
      const nowMs = clock.nowMs();
      forgetEnded(book, nowMs);
      const judged = judgements(book, change, { nowMs, newId: () => limitId(ports.newId()) });
      const set = judged.flatMap((each) => each.set ?? []);
      const ended = judged.flatMap((each) => each.ended ?? []);
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
      const heard = heardEvidence(connectionId, { change, raw, verdicts, atMs: nowMs });
      try {
        await inTurn(book, () =>
          ports.changeLimits({
            set,
            ended: ended.map(({ id }) => id),
            atMs: nowMs,
            endedBy: connectionId,
            evidence: [heard],
          }),
        );
      } catch (error) {
        // Its sender is told that it was refused, so what was before holds.
        for (const { id } of set) ports.endLimit(id);
        restore(book, set, ended);
        throw error;
      }
      for (const { id } of ended) ports.endLimit(id);
      for (const { externalId, outcome, why } of verdicts) {
        if (outcome === 'refused')
          log.warn({ connectionId, externalId, why }, 'limit of a grid operator refused');
      }
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
    onProgress: (listener) => ports.curtailments.onProgress(listener),
  };
}

function ledgerOf(connection: GridConnection, grid: GridBook): Ledger {
  const limits = grid.limitsOf(connection.id);
  return {
    connection,
    current: new Map(limits.map((limit) => [limit.terms.externalId, limit])),
    versions: new Map(limits.map(({ terms }) => [terms.externalId, terms.version])),
    writing: Promise.resolve(),
    pending: 0,
  };
}

function forgetEnded({ current }: Ledger, nowMs: number): void {
  for (const [externalId, { untilMs }] of current) {
    if (untilMs !== undefined && untilMs <= nowMs) current.delete(externalId);
  }
}

interface JudgeNow {
  readonly nowMs: number;
  readonly newId: () => LimitId;
}

function judgements(book: Ledger, change: GridChange, now: JudgeNow): readonly Judgement[] {
  if (change.kind === 'withdraw') return change.externalIds.map((externalId) => withdrawn(book, externalId));
  const heardIds = new Set<string>();
  let room = limitsMax - book.current.size;
  const judged = change.limits.map((heard): Judgement => {
    const { externalId } = heard;
    if (heardIds.has(externalId)) return refused(externalId, 'its id occurs twice in one message');
    heardIds.add(externalId);
    const { connection, current, versions } = book;
    const each = judge({
      connection,
      heard,
      current: current.get(externalId),
      versionMax: versions.get(externalId),
      ...now,
    });
    if (each.set !== undefined && each.ended === undefined) {
      if (room <= 0) return refused(externalId, `${connection.id} has ${limitsMax} limits already`);
      room -= 1;
    }
    return each;
  });
  if (change.kind === 'update') return judged;
  const missing = [...book.current.keys()].filter((externalId) => !heardIds.has(externalId));
  return [...judged, ...missing.map((externalId) => withdrawn(book, externalId))];
}

const refused = (externalId: string, why: string): Judgement => ({
  verdict: { externalId, outcome: 'refused', why },
});

function withdrawn({ current }: Ledger, externalId: string): Judgement {
  const ended = current.get(externalId);
  if (ended === undefined) return { verdict: { externalId, outcome: 'unchanged', why: 'it does not hold' } };
  return { verdict: { externalId, outcome: 'accepted', why: 'withdrawn' }, ended };
}

function remember(
  { current, versions }: Ledger,
  set: readonly HeardGridLimit[],
  ended: readonly HeardGridLimit[],
): void {
  for (const { terms } of ended) current.delete(terms.externalId);
  for (const limit of set) {
    const { externalId, version } = limit.terms;
    current.set(externalId, limit);
    versions.delete(externalId);
    versions.set(externalId, version);
  }
  for (const externalId of versions.keys()) {
    if (versions.size <= versionsMax) break;
    versions.delete(externalId);
  }
}

/** As before a change that could not be kept, as far as no later one came. */
function restore(
  { current, versions }: Ledger,
  set: readonly HeardGridLimit[],
  ended: readonly HeardGridLimit[],
): void {
  for (const limit of set) {
    const { externalId } = limit.terms;
    if (current.get(externalId) !== limit) continue;
    current.delete(externalId);
    versions.delete(externalId);
  }
  for (const limit of ended) {
    const { externalId, version } = limit.terms;
    if (current.has(externalId)) continue;
    current.set(externalId, limit);
    versions.set(externalId, version);
  }
}

/** One change after the other: an end must not overtake the limit it ends. */
async function inTurn(book: Ledger, write: () => Promise<void>): Promise<void> {
  book.pending += 1;
  const done = book.writing.then(write);
  book.writing = done.catch(() => {});
  try {
    await done;
  } finally {
    book.pending -= 1;
  }
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
