import type { Lp } from './lp.ts';

/** A session as the settlement of minima sees it. */
export interface MinimaMember {
  /** Its columns, in ampere-hours, of the slots in which it is there. */
  readonly columns: readonly number[];
  /** Per column: how long it is there in that slot. */
  readonly hours: readonly number[];
  readonly minAmps: number;
  readonly maxAmps: number;
  readonly kwhPerAmpHour: number;
}

export interface MinimaRows {
  /** Never to be exceeded. */
  readonly limits: Iterable<number>;
  /** Exceeded only for energy that could not be delivered otherwise: an hour's power charge. */
  readonly soft: Iterable<number>;
}

/** Ampere-hours that are rounding. */
const tolerance = 1e-6;

/**
 * Turns the answer of a plan's LP into one in which every session has, in every slot, nothing or something between
 * its minimum and its maximum. Members come in the order in which they are served.
 *
 * What a slot holds below the minimum is taken out of it and put where it is cheapest among the session's other
 * slots: on top of what is there, or as a slot at its minimum, for which the session then draws less elsewhere. No
 * row is exceeded; what finds no place is left out. The best answer would be a whole-number problem that takes
 * minutes; this one takes milliseconds.
 */
export function settleMinima(
  lp: Lp,
  x: Float64Array,
  members: readonly MinimaMember[],
  rows: MinimaRows,
): Float64Array {
  const ledger = createLedger(lp, x, rows);
  const owedKwh = members.map((member) => takeFragments(ledger, member));
  for (const mayExceedSoft of [false, true]) {
    members.forEach((member, index) => {
      if (owedKwh[index]! > tolerance)
        owedKwh[index] = place(ledger, lp, member, owedKwh[index]!, mayExceedSoft);
    });
  }
  lowerExceeded(ledger, members);
  return ledger.x;
}

interface Ledger {
  readonly x: Float64Array;
  /** Per row of the LP: what it has left; Infinity for rows that do not count here. */
  readonly left: Float64Array;
  readonly isSoft: Uint8Array;
  /** Per column: the rows that count, and what one unit puts on them. */
  readonly entries: readonly (readonly Entry[] | undefined)[];
}

interface Entry {
  readonly row: number;
  readonly value: number;
}

function createLedger(lp: Lp, answer: Float64Array, { limits, soft }: MinimaRows): Ledger {
  const x = answer.slice();
  const left = new Float64Array(lp.rowUpper.length).fill(Infinity);
  const isSoft = new Uint8Array(lp.rowUpper.length);
  for (const row of [...limits, ...soft]) left[row] = lp.rowUpper[row]!;
  for (const row of soft) isSoft[row] = 1;
  const entries: Entry[][] = [];
  for (let at = 0; at < lp.entryRow.length; at++) {
    const row = lp.entryRow[at]!;
    if (left[row] === Infinity) continue;
    const column = lp.entryColumn[at]!;
    const value = lp.entryValue[at]!;
    const known = entries[column];
    if (known === undefined) entries[column] = [{ row, value }];
    else known.push({ row, value });
    left[row] = left[row]! - value * x[column]!;
  }
  return { x, left, isSoft, entries };
}

function add({ x, left, entries }: Ledger, column: number, more: number): void {
  x[column] = x[column]! + more;
  for (const { row, value } of entries[column] ?? []) left[row] = left[row]! - value * more;
}

function roomFor({ left, isSoft, entries }: Ledger, column: number, mayExceedSoft: boolean): number {
  let room = Infinity;
  for (const { row, value } of entries[column] ?? []) {
    if (value > 0 && !(mayExceedSoft && isSoft[row] === 1))
      room = Math.min(room, Math.max(0, left[row]!) / value);
  }
  return room;
}

/** Empties the slots that hold less than the minimum. Returns the energy that was in them. */
function takeFragments(
  ledger: Ledger,
  { columns, hours, minAmps, maxAmps, kwhPerAmpHour }: MinimaMember,
): number {
  let ampHours = 0;
  columns.forEach((column, index) => {
    const held = ledger.x[column]!;
    const least = minAmps * hours[index]!;
    if (held >= least - tolerance && minAmps <= maxAmps && hours[index]! > 0) {
      add(ledger, column, Math.max(0, least - held));
      return;
    }
    add(ledger, column, -held);
    ampHours += held;
  });
  return ampHours * kwhPerAmpHour;
}

/** Puts energy into a session's slots, cheapest first. Returns what found no place. */
function place(
  ledger: Ledger,
  lp: Lp,
  member: MinimaMember,
  energyKwh: number,
  mayExceedSoft: boolean,
): number {
  const { columns, hours, minAmps, maxAmps, kwhPerAmpHour } = member;
  if (minAmps > maxAmps) return energyKwh;
  const order = columns
    .map((_, index) => index)
    .sort((a, b) => lp.cost[columns[a]!]! - lp.cost[columns[b]!]!);
  let owed = energyKwh / kwhPerAmpHour;
  for (const index of order) {
    if (owed <= tolerance) break;
    const column = columns[index]!;
    const held = ledger.x[column]!;
    const room = Math.min(roomFor(ledger, column, mayExceedSoft), maxAmps * hours[index]! - held);
    const least = held > 0 ? 0 : minAmps * hours[index]!;
    if (room <= tolerance || room < least) continue;
    const more = Math.min(room, Math.max(owed, least));
    add(ledger, column, more);
    owed -= more;
  }
  // A slot at its minimum may be more than was owed: then less is drawn where it is dearest.
  for (const index of order.toReversed()) {
    if (owed >= 0) break;
    const column = columns[index]!;
    const spare = ledger.x[column]! - minAmps * hours[index]!;
    if (spare <= 0) continue;
    const less = Math.min(spare, -owed);
    add(ledger, column, -less);
    owed += less;
  }
  return Math.max(0, owed) * kwhPerAmpHour;
}

/**
 * Lowers what is on rows that are over: taking something away can break an unbalance limit, and nothing else. Ends
 * because it only lowers, and nothing at all is within every limit.
 */
function lowerExceeded(ledger: Ledger, members: readonly MinimaMember[]): void {
  const { x, left, isSoft, entries } = ledger;
  const leastOf = new Map(
    members.flatMap(({ columns, hours, minAmps }) =>
      columns.map((column, index) => [column, minAmps * hours[index]!] as const),
    ),
  );
  const isOver = (row: number): boolean => isSoft[row] === 0 && left[row]! < -tolerance;
  for (
    let row = left.findIndex((_, at) => isOver(at));
    row >= 0;
    row = left.findIndex((_, at) => isOver(at))
  ) {
    let largest = -1;
    let share = 0;
    for (const [column, least] of leastOf) {
      const value = entries[column]?.find((entry) => entry.row === row)?.value ?? 0;
      if (value <= 0 || x[column]! === 0) continue;
      const spare = x[column]! - least;
      if (largest < 0 || spare > share) [largest, share] = [column, spare];
    }
    if (largest < 0) return;
    const excess = -left[row]! / (entries[largest]?.find((entry) => entry.row === row)?.value ?? 1);
    add(ledger, largest, share >= excess ? -excess : -x[largest]!);
  }
}
