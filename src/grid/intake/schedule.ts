import type { LimitTarget } from '../../domain/gridLimit.ts';
import { instantMs } from '../../domain/instant.ts';
import type { HeardLimit } from '../gridPorts.ts';
import { plainCap } from '../plainCap.ts';

export interface ScheduleInput {
  /** `from,until,watts`, one interval a line; `;` separates as well, and a first line may name the columns. */
  readonly csv: string;
  readonly target: LimitTarget;
  readonly boundary: HeardLimit['boundary'];
  readonly kind: HeardLimit['kind'];
  /** Distinguishes it from other schedules for the same target: each replaces what has its name. */
  readonly name: string;
  readonly nowMs: number;
}

/** What is wrong, with the number of the line. */
export interface LineFault {
  readonly line: number;
  readonly why: string;
}

export type Schedule =
  | { readonly status: 'understood'; readonly limits: readonly HeardLimit[] }
  | { readonly status: 'refused'; readonly faults: readonly LineFault[] };

const linesMax = 20_000;
const faultsMax = 20;
const wattsMax = 1e12;

/**
 * The limits of a table of caps, or what is wrong with it, line by line: nothing of a table with a fault is taken.
 * Intervals may leave gaps but not overlap. Instants carry a zone, so a day of 23 or 25 hours is like any other.
 */
export function schedule(input: ScheduleInput): Schedule {
  const lines = input.csv.split(/\r\n|\r|\n/);
  if (lines.length > linesMax) return refusedAt(linesMax + 1, `a schedule has at most ${linesMax} lines`);
  const faults: LineFault[] = [];
  const limits: HeardLimit[] = [];
  let lastUntilMs = Number.NEGATIVE_INFINITY;
  lines.forEach((text, index) => {
    const line = index + 1;
    if (text.trim() === '' || (line === 1 && /^"?from"?\s*[,;]/i.test(text))) return;
    const row = rowOf(text);
    const why =
      typeof row === 'string'
        ? row
        : row.fromMs < lastUntilMs
          ? 'begins before the line above it ends'
          : undefined;
    if (why !== undefined || typeof row === 'string') {
      faults.push({ line, why: why ?? '' });
      return;
    }
    lastUntilMs = row.untilMs;
    if (row.untilMs > input.nowMs) limits.push(limitOf(input, row));
  });
  if (faults.length > 0) return { status: 'refused', faults: faults.slice(0, faultsMax) };
  if (limits.length === 0)
    return refusedAt(1, 'there is no interval that is not over: give lines of from,until,watts');
  return { status: 'understood', limits };
}

interface Row {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly watts: number;
}

/** The row, or what is wrong with it. */
function rowOf(text: string): Row | string {
  const cells = text.split(/[,;]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const [from = '', until = '', amount = ''] = cells;
  if (cells.length !== 3) return `has ${cells.length} columns: give from,until,watts`;
  const fromMs = instantMs(from);
  if (fromMs === undefined)
    return `"${from}" is not an instant with a zone, such as 2026-01-31T18:00:00+01:00`;
  const untilMs = instantMs(until);
  if (untilMs === undefined)
    return `"${until}" is not an instant with a zone, such as 2026-01-31T18:15:00+01:00`;
  if (untilMs <= fromMs) return 'its end is not after its beginning';
  const watts = amount === '' ? Number.NaN : Number(amount);
  if (!(watts >= 0 && watts <= wattsMax)) return `"${amount}" is not a power in watts, 0 or more`;
  return { fromMs, untilMs, watts };
}

const limitOf = (
  { target, boundary, kind, name }: ScheduleInput,
  { fromMs, untilMs, watts }: Row,
): HeardLimit => ({
  ...plainCap({
    externalId: `${name}-${new Date(fromMs).toISOString()}`,
    version: undefined,
    target,
    boundary,
    watts,
    fromMs,
    untilMs,
    reason: `schedule ${name}`,
  }),
  kind,
});

const refusedAt = (line: number, why: string): Schedule => ({ status: 'refused', faults: [{ line, why }] });
