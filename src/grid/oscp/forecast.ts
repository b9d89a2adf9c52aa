import { instantMs } from '../../domain/instant.ts';
import type { GridValue, HeardLimit } from '../gridPorts.ts';
import { type ForecastedBlock, OscpRefusal } from './messages.ts';

// Forecasted blocks as capacities over time. Pure: what a message says, what it replaces, and what is left.

/** A capacity over [fromMs, untilMs), and the message that said so. */
export interface Capacity {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly value: GridValue;
  /** Given as energy over the whole block: its mean counts. undefined: at every moment. */
  readonly meanWindowMs?: number;
  /** X-Request-ID of its message: what we have to say about it correlates to that. */
  readonly requestId: string;
}

type PhaseName = 'L1' | 'L2' | 'L3';
const phaseNames: Readonly<Record<ForecastedBlock['phase'], readonly PhaseName[]>> = {
  ONE: ['L1'],
  TWO: ['L2'],
  THREE: ['L3'],
  ALL: ['L1', 'L2', 'L3'],
  // It may be any of them, so it is all of them.
  UNKNOWN: ['L1', 'L2', 'L3'],
};

/** What one block limits: the current of some phases, or the power over all of them, perhaps as a mean. */
interface Piece {
  readonly kind: 'amps' | 'watts' | 'mean watts';
  readonly fromMs: number;
  readonly untilMs: number;
  readonly phases: readonly PhaseName[];
  readonly quantity: number;
}

/**
 * The capacities that a message gives. Blocks for one phase each become one capacity of three phases; where blocks
 * contradict each other the lowest counts.
 */
export function capacities(
  blocks: readonly ForecastedBlock[],
  message: { readonly requestId: string; readonly phaseVolts: number },
): readonly Capacity[] {
  const pieces = blocks.map((block, index) => pieceOf(block, index, message.phaseVolts));
  return (['amps', 'watts', 'mean watts'] as const).flatMap((kind) =>
    slices(pieces.filter((piece) => piece.kind === kind)).map(({ fromMs, untilMs, covering }) => ({
      fromMs,
      untilMs,
      value: quantityOf(covering),
      ...(kind === 'mean watts' && { meanWindowMs: windowOf(covering) }),
      requestId: message.requestId,
    })),
  );
}

function pieceOf(block: ForecastedBlock, index: number, phaseVolts: number): Piece {
  const at = (key: 'start_time' | 'end_time'): number => {
    const ms = instantMs(block[key]);
    if (ms !== undefined) return ms;
    throw new OscpRefusal(400, `/forecasted_blocks/${index}/${key} must be a date-time with a zone`);
  };
  const fromMs = at('start_time');
  const untilMs = at('end_time');
  if (untilMs <= fromMs) {
    throw new OscpRefusal(400, `/forecasted_blocks/${index}/end_time must be after start_time`);
  }
  const phases = phaseNames[block.phase];
  const capacity = Number(block.capacity);
  const range = { fromMs, untilMs, phases };
  if (block.unit === 'A') return { ...range, kind: 'amps', quantity: capacity };

  const watts = wattsOf(capacity, block.unit, untilMs - fromMs);
  // There is no power per phase in the model: what a phase may draw is a current at nominal voltage.
  if (phases.length === 1) return { ...range, kind: 'amps', quantity: watts / phaseVolts };
  return { ...range, kind: block.unit.endsWith('H') ? 'mean watts' : 'watts', quantity: watts };
}

function wattsOf(capacity: number, unit: 'W' | 'KW' | 'WH' | 'KWH', durationMs: number): number {
  const base = unit.startsWith('K') ? capacity * 1000 : capacity;
  return unit.endsWith('H') ? (base * 3_600_000) / durationMs : base;
}

/** One message has a block for each phase and unit at any moment; many more would only cost time. */
const coveringMax = 16;

interface Slice {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly covering: readonly Piece[];
}

/** Cuts time wherever a piece begins or ends; each slice knows the pieces over it. Slices without any are left out. */
function slices(pieces: readonly Piece[]): readonly Slice[] {
  const cuts = [...new Set(pieces.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]))].sort((a, b) => a - b);
  const waiting = [...pieces].sort((a, b) => a.fromMs - b.fromMs);
  let next = 0;
  let open: Piece[] = [];
  return cuts.slice(0, -1).flatMap((fromMs, index) => {
    for (let piece = waiting[next]; piece !== undefined && piece.fromMs <= fromMs; piece = waiting[next]) {
      open.push(piece);
      next += 1;
    }
    open = open.filter((piece) => piece.untilMs > fromMs);
    if (open.length > coveringMax) {
      const at = new Date(fromMs).toISOString();
      throw new OscpRefusal(400, `/forecasted_blocks more than ${coveringMax} blocks cover ${at}`);
    }
    const untilMs = cuts[index + 1] ?? fromMs;
    return open.length === 0 ? [] : [{ fromMs, untilMs, covering: lowest(open) }];
  });
}

/** Of pieces over the same phases only the lowest counts. */
function lowest(open: readonly Piece[]): readonly Piece[] {
  const byPhases = new Map<string, Piece>();
  for (const piece of open) {
    const key = piece.phases.join();
    const other = byPhases.get(key);
    if (other === undefined || piece.quantity < other.quantity) byPhases.set(key, piece);
  }
  return [...byPhases.values()];
}

function quantityOf(covering: readonly Piece[]): GridValue {
  const [first] = covering;
  if (first !== undefined && first.kind !== 'amps') return { watts: first.quantity };
  const phaseAmps: Partial<Record<PhaseName, number>> = {};
  for (const { phases, quantity } of covering) {
    for (const phase of phases) phaseAmps[phase] = Math.min(phaseAmps[phase] ?? quantity, quantity);
  }
  const { L1, L2, L3 } = phaseAmps;
  return L1 !== undefined && L1 === L2 && L2 === L3 ? { amps: L1 } : { phaseAmps };
}

/** The load is followed over an hour at the most. What keeps the mean in every hour keeps it in a longer block too. */
const windowMaxMs = 3_600_000;

const windowOf = ([first]: readonly Piece[]): number =>
  first === undefined ? 0 : Math.min(windowMaxMs, first.untilMs - first.fromMs);

/** The capacities after a message: where it says something, the earlier ones give way; what has ended is forgotten. */
export function replaced(
  earlier: readonly Capacity[],
  newer: readonly Capacity[],
  nowMs: number,
): readonly Capacity[] {
  const covered = merged(newer);
  return [...earlier.flatMap((capacity) => without(capacity, covered)), ...newer]
    .filter(({ untilMs }) => untilMs > nowMs)
    .sort((a, b) => a.fromMs - b.fromMs);
}

type Range = Pick<Capacity, 'fromMs' | 'untilMs'>;

function merged(ranges: readonly Range[]): readonly Range[] {
  const joined: Range[] = [];
  for (const { fromMs, untilMs } of [...ranges].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last === undefined || fromMs > last.untilMs) joined.push({ fromMs, untilMs });
    else joined[joined.length - 1] = { fromMs: last.fromMs, untilMs: Math.max(last.untilMs, untilMs) };
  }
  return joined;
}

function without(capacity: Capacity, covered: readonly Range[]): readonly Capacity[] {
  const kept: Capacity[] = [];
  let { fromMs } = capacity;
  for (const range of covered) {
    if (range.untilMs <= fromMs || range.fromMs >= capacity.untilMs) continue;
    if (range.fromMs > fromMs) kept.push({ ...capacity, fromMs, untilMs: range.fromMs });
    fromMs = range.untilMs;
  }
  return fromMs < capacity.untilMs ? [...kept, { ...capacity, fromMs }] : kept;
}

/** Every capacity without an end in sight until the next of its kind begins: the last word counts until there is another. */
export function heldOn(capacitiesNow: readonly Capacity[]): readonly (Omit<Capacity, 'untilMs'> & {
  readonly untilMs: number | undefined;
})[] {
  const starts = [...new Set(capacitiesNow.map(({ fromMs }) => fromMs))].sort((a, b) => a - b);
  const ends = merged(capacitiesNow);
  return capacitiesNow.map((capacity) => {
    const isFollowed = ends.some(
      (range) => range.fromMs <= capacity.fromMs && capacity.untilMs < range.untilMs,
    );
    if (isFollowed) return capacity;
    return { ...capacity, untilMs: starts.find((startMs) => startMs >= capacity.untilMs) };
  });
}

/** What limits of one forecast have in common. */
export type LimitFrame = Pick<
  HeardLimit,
  'target' | 'direction' | 'boundary' | 'kind' | 'role' | 'complyWithinS' | 'reason'
>;

/** A capacity as the service hears it. `name` leads the external id; `version` rises with each message. */
export function heardLimit(
  capacity: Omit<Capacity, 'untilMs'> & { readonly untilMs: number | undefined },
  frame: LimitFrame,
  { name, version }: { readonly name: string; readonly version: number },
): HeardLimit {
  const { fromMs, untilMs, value, meanWindowMs } = capacity;
  const unit = 'watts' in value ? (meanWindowMs === undefined ? 'W' : 'WH') : 'A';
  return {
    ...frame,
    externalId: `${name}/${unit}/${new Date(fromMs).toISOString()}`,
    version,
    value,
    averaging:
      meanWindowMs === undefined
        ? { mode: 'instant' }
        : { mode: 'mean', windowS: meanWindowMs / 1000, isAligned: fromMs % meanWindowMs === 0 },
    fromMs,
    untilMs,
    priority: 100,
  };
}
