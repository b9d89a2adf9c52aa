import type { GridBook } from '../control/gridBook.ts';
import type { HeardGridLimit } from '../domain/bindingLimits.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import type { LimitId } from '../domain/ids.ts';
import type { GridChange } from './gridPorts.ts';
import { type Judgement, judge } from './hearing.ts';

/** What one sender has told. */
export interface Ledger {
  readonly connection: GridConnection;
  readonly current: Map<string, HeardGridLimit>;
  /** The highest version of each external id, the oldest first. */
  readonly versions: Map<string, number>;
  /** Changes on their way to the store. */
  pending: number;
  /** Replaced by something that could not be kept, and by something later that was: the next change ends them. */
  orphans: HeardGridLimit[];
}

/** Limits that one connection may have in force or to come. */
const limitsMax = 20_000;
const versionsMax = 40_000;

export function ledgerOf(connection: GridConnection, grid: GridBook): Ledger {
  const limits = grid.limitsOf(connection.id);
  return {
    connection,
    current: new Map(limits.map((limit) => [limit.terms.externalId, limit])),
    versions: new Map(limits.map(({ terms }) => [terms.externalId, terms.version])),
    pending: 0,
    orphans: [],
  };
}

export function forgetEnded({ current }: Ledger, nowMs: number): void {
  for (const [externalId, { untilMs }] of current) {
    if (untilMs !== undefined && untilMs <= nowMs) current.delete(externalId);
  }
}

interface JudgeNow {
  readonly nowMs: number;
  readonly newId: () => LimitId;
}

export function judgements(book: Ledger, change: GridChange, now: JudgeNow): readonly Judgement[] {
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

export function remember(
  { current, versions }: Ledger,
  set: readonly HeardGridLimit[],
  ended: readonly HeardGridLimit[],
): void {
  for (const limit of ended) {
    const { externalId } = limit.terms;
    if (current.get(externalId) === limit) current.delete(externalId);
  }
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
export function restore(
  { current, versions, orphans }: Ledger,
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
    if (current.has(externalId)) {
      orphans.push(limit);
      continue;
    }
    current.set(externalId, limit);
    versions.set(externalId, version);
  }
}
