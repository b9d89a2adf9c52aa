import { dropMergeSort } from './dropMergeSort.ts';
import { type Layer, rowsPerCircuit, wattsRow as wattsRowOfLayer } from './layer.ts';

/**
 * Exact weighted max-min fair share of one layer by progressive filling.
 *
 * Every EVSE i follows the common level t as `clamp(weight_i * t, low_i, high_i)`. As t rises, the first row
 * (a circuit's phase or its watts) to become full freezes everybody on it: none of them can have more without
 * taking from somebody who has no more per weight. The others go on. All coefficients are at or above zero, so
 * freezing never makes another row full earlier: a bound on when a row is full stays a bound.
 */
export interface FairShare {
  readonly layer: Layer;
  /** In: the least and the most each EVSE may have. Equal: it takes no part. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** In: what each row has left for this layer. */
  readonly room: Float64Array;
  /** Out. */
  readonly amps: Float64Array;
  /** Out: the full row that holds each EVSE; -1 where it has its `high`. */
  readonly bottleneck: Int32Array;
  /** Out, per row: the nearest row that can bind, at or above this one; `layer.noRow` for none. */
  readonly binding: Uint32Array;
  /** The next such row strictly above. */
  readonly above: Uint32Array;

  /** Three per row: load of those that stand still, weight of those that rise, weight of all that still may. */
  readonly state: Float64Array;
  /** Changes of `state` on their way up the tree. */
  readonly pending: Float64Array;
  readonly most: Float64Array;
  readonly phase: Uint8Array;
  readonly riseOrder: Uint32Array;
  readonly riseLevel: Float64Array;
  readonly capOrder: Uint32Array;
  readonly capLevel: Float64Array;
  readonly sortScratch: Uint32Array;
  /** Whom the rounding may still raise. */
  readonly canRise: Uint32Array;
  readonly heap: Uint32Array;
  /** No row becomes full below this level. */
  readonly fullLevel: Float64Array;
  /** The least `fullLevel` of a row and of those above it. */
  readonly safeLevel: Float64Array;
}

// The optimiser folds constants of this module, not such that are imported.
const kinds: number = rowsPerCircuit;
const wattsRow: number = wattsRowOfLayer;

const waiting = 0;
const rising = 1;
const settled = 2;

export function createFairShare(layer: Layer): FairShare {
  const evses = layer.evses.length;
  const rows = rowsPerCircuit * layer.circuits.length;
  const indexes = (): Uint32Array => Uint32Array.from({ length: evses }, (_, index) => index);
  return {
    layer,
    low: new Float64Array(evses),
    high: new Float64Array(evses),
    room: new Float64Array(rows),
    amps: new Float64Array(evses),
    bottleneck: new Int32Array(evses),
    binding: new Uint32Array(rows + 1).fill(rows),
    above: new Uint32Array(rows + 1).fill(rows),
    state: new Float64Array(3 * rows + 3),
    pending: new Float64Array(3 * rows + 3),
    most: new Float64Array(rows + 1),
    phase: new Uint8Array(evses),
    riseOrder: indexes(),
    riseLevel: new Float64Array(evses),
    capOrder: indexes(),
    capLevel: new Float64Array(evses),
    sortScratch: new Uint32Array(2 * evses),
    canRise: new Uint32Array(evses),
    heap: new Uint32Array(rows),
    fullLevel: new Float64Array(rows),
    safeLevel: new Float64Array(rows + 1).fill(Infinity),
  };
}

/** Fills in `amps`, `bottleneck`, `binding` and `above`. The sum of all `low` must fit every row. */
export function fill(share: FairShare): void {
  startLevels(share);
  sumStart(share);
  findBinding(share);
  boundLevels(share);
  startBelowBounds(share);
  const rows = startHeap(share);
  dropMergeSort(share.riseOrder, share.riseLevel, share.layer.nameRank, share.sortScratch);
  dropMergeSort(share.capOrder, share.capLevel, share.layer.nameRank, share.sortScratch);
  raise(share, rows);
}

function startLevels(share: FairShare): void {
  const { low, high, amps, bottleneck, phase, riseLevel, capLevel } = share;
  const { perWeight } = share.layer;
  for (let evse = 0; evse < low.length; evse++) {
    const least = low[evse]!;
    const most = high[evse]!;
    amps[evse] = least;
    bottleneck[evse] = -1;
    phase[evse] = most > least ? waiting : settled;
    riseLevel[evse] = least * perWeight[evse]!;
    capLevel[evse] = most * perWeight[evse]!;
  }
}

/** What each EVSE puts on the rows of its own circuit. */
function sumStart(share: FairShare): void {
  const { layer, low, high, state, pending, most } = share;
  const { home, phaseRow, watts, weight } = layer;
  most.fill(0);
  state.fill(0);
  pending.fill(0);
  for (let evse = 0; evse < low.length; evse++) {
    const upper = high[evse]!;
    const lower = low[evse]!;
    const rise = upper > lower ? weight[evse]! : 0;
    for (let place = 3 * evse; place < 3 * evse + 3; place++) {
      const row = phaseRow[place]!;
      most[row] = most[row]! + upper;
      state[3 * row] = state[3 * row]! + lower;
      state[3 * row + 2] = state[3 * row + 2]! + rise;
    }
    const row = kinds * home[evse]! + wattsRow;
    const factor = watts[evse]!;
    most[row] = most[row]! + factor * upper;
    state[3 * row] = state[3 * row]! + factor * lower;
    state[3 * row + 2] = state[3 * row + 2]! + factor * rise;
  }
}

/** Sums up the tree and marks the rows that can become full. */
function findBinding(share: FairShare): void {
  const { layer, state, most, room, binding } = share;
  const { parent } = layer;
  for (let circuit = parent.length - 1; circuit >= 0; circuit--) {
    const base = kinds * circuit;
    const up = kinds * parent[circuit]!;
    for (let kind = 0; kind < kinds; kind++) {
      const row = base + kind;
      const demand = most[row]!;
      // What the children let through is all that can ever arrive: below the limit, this row never binds.
      const canBind = demand > room[row]!;
      binding[row] = canBind ? row : layer.noRow;
      if (up < 0) continue;
      const rowUp = up + kind;
      most[rowUp] = most[rowUp]! + (canBind ? room[row]! : demand);
      state[3 * rowUp] = state[3 * rowUp]! + state[3 * row]!;
      state[3 * rowUp + 2] = state[3 * rowUp + 2]! + state[3 * row + 2]!;
    }
  }
}

/** Links the rows that can bind, from the root down, with a first bound on when each is full. */
function boundLevels(share: FairShare): void {
  const { layer, state, room, binding, above, fullLevel, safeLevel } = share;
  const { parent } = layer;
  for (let circuit = 0; circuit < parent.length; circuit++) {
    const base = kinds * circuit;
    const up = kinds * parent[circuit]!;
    for (let kind = 0; kind < kinds; kind++) {
      const row = base + kind;
      const next = up < 0 ? layer.noRow : binding[up + kind]!;
      above[row] = next;
      if (binding[row] !== row) {
        binding[row] = next;
        continue;
      }
      const mayRise = state[3 * row + 2]!;
      const level = mayRise > 0 ? (room[row]! - state[3 * row]!) / mayRise : Infinity;
      fullLevel[row] = level;
      safeLevel[row] = Math.min(safeLevel[next]!, level);
    }
  }
}

/**
 * Starts, or even settles, everybody who does so before any row above can be full. Such rows are only looked at
 * from their bound on, so this needs no order: one sum up the tree instead of an event for each.
 */
function startBelowBounds(share: FairShare): void {
  const { layer, phase, binding, safeLevel, riseLevel, capLevel, low, high, amps } = share;
  for (let evse = 0; evse < phase.length; evse++) {
    if (phase[evse] === settled) continue;
    const safe = Math.min(
      safeLevel[binding[layer.phaseRow[3 * evse]!]!]!,
      safeLevel[binding[layer.phaseRow[3 * evse + 1]!]!]!,
      safeLevel[binding[layer.phaseRow[3 * evse + 2]!]!]!,
      safeLevel[binding[kinds * layer.home[evse]! + wattsRow]!]!,
    );
    const weight = layer.weight[evse]!;
    if (capLevel[evse]! <= safe) {
      phase[evse] = settled;
      amps[evse] = high[evse]!;
      post(share, evse, high[evse]! - low[evse]!, 0, -weight);
    } else if (riseLevel[evse]! <= safe) {
      phase[evse] = rising;
      post(share, evse, -low[evse]!, weight, 0);
    }
  }
}

function startHeap(share: FairShare): number {
  const { binding, heap, state, layer } = share;
  let rows = 0;
  for (let row = 0; row < layer.noRow; row++) {
    if (binding[row] === row && state[3 * row + 2]! >= layer.weightMin / 2) heap[rows++] = row;
  }
  for (let index = (rows >> 1) - 1; index >= 0; index--) siftDown(share, index, rows);
  return rows;
}

/**
 * Notes a change for the first row above an EVSE that can bind. Rows further up learn of it when they are looked
 * at: until then their bounds are too low, which is safe.
 */
function post(share: FairShare, evse: number, load: number, riseBy: number, mayBy: number): void {
  const { layer, binding, pending } = share;
  for (let place = 3 * evse; place < 3 * evse + 3; place++) {
    const at = 3 * binding[layer.phaseRow[place]!]!;
    pending[at] = pending[at]! + load;
    pending[at + 1] = pending[at + 1]! + riseBy;
    pending[at + 2] = pending[at + 2]! + mayBy;
  }
  const row = binding[kinds * layer.home[evse]! + wattsRow]!;
  if (row === layer.noRow) return;
  const factor = layer.watts[evse]!;
  pending[3 * row] = pending[3 * row]! + factor * load;
  pending[3 * row + 1] = pending[3 * row + 1]! + factor * riseBy;
  pending[3 * row + 2] = pending[3 * row + 2]! + factor * mayBy;
}

/** Brings up to date the rows of one kind at a circuit and below it. */
function collect(share: FairShare, circuit: number, kind: number): void {
  const { state, pending, above, layer } = share;
  const last = kinds * circuit + kind;
  for (let row = kinds * (layer.circuitEnd[circuit]! - 1) + kind; row >= last; row -= kinds) {
    const at = 3 * row;
    const riseBy = pending[at + 1]!;
    const mayBy = pending[at + 2]!;
    // Whoever changes the load changes one of the weights, too.
    if (riseBy === 0 && mayBy === 0) continue;
    const load = pending[at]!;
    state[at] = state[at]! + load;
    state[at + 1] = state[at + 1]! + riseBy;
    state[at + 2] = state[at + 2]! + mayBy;
    pending[at] = 0;
    pending[at + 1] = 0;
    pending[at + 2] = 0;
    const up = 3 * above[row]!;
    pending[up] = pending[up]! + load;
    pending[up + 1] = pending[up + 1]! + riseBy;
    pending[up + 2] = pending[up + 2]! + mayBy;
  }
}

/** Lets the level rise from event to event: an EVSE leaves its floor, reaches its cap, or a row becomes full. */
function raise(share: FairShare, rowsAtStart: number): void {
  const { layer, heap, fullLevel, phase, riseOrder, riseLevel, capOrder, capLevel } = share;
  const evses = layer.evses.length;
  let rows = rowsAtStart;
  let nextRise = 0;
  let nextCap = 0;
  while (rows > 0) {
    while (nextRise < evses && phase[riseOrder[nextRise]!] !== waiting) nextRise++;
    while (nextCap < evses && phase[capOrder[nextCap]!] === settled) nextCap++;
    // Nobody is left to rise further.
    if (nextCap === evses) return;
    const riseAt = nextRise < evses ? riseLevel[riseOrder[nextRise]!]! : Infinity;
    const capAt = capLevel[capOrder[nextCap]!]!;
    const fullAt = fullLevel[heap[0]!]!;
    if (riseAt <= capAt && riseAt <= fullAt) startRising(share, riseOrder[nextRise++]!);
    else if (capAt <= fullAt) reachCap(share, capOrder[nextCap++]!);
    else rows = meetRow(share, rows, riseAt);
  }
  // No row is left that could hold these.
  for (let evse = 0; evse < evses; evse++) if (phase[evse] !== settled) share.amps[evse] = share.high[evse]!;
}

function startRising(share: FairShare, evse: number): void {
  const { weight } = share.layer;
  share.phase[evse] = rising;
  post(share, evse, -share.low[evse]!, weight[evse]!, 0);
}

function reachCap(share: FairShare, evse: number): void {
  const most = share.high[evse]!;
  const weight = share.layer.weight[evse]!;
  share.phase[evse] = settled;
  share.amps[evse] = most;
  post(share, evse, most, -weight, -weight);
}

/**
 * Takes the row that may be full first. Its level was a lower bound: with all that froze since, it may be full
 * only later, and is put back. Nobody new rises below `riseAt`. Returns how many rows are left.
 */
function meetRow(share: FairShare, rows: number, riseAt: number): number {
  const { heap, fullLevel, state, room, layer } = share;
  const row = heap[0]!;
  const at = 3 * row;
  collect(share, row >> 2, row & 3);
  const mayRise = state[at + 2]!;
  // Less than half of the smallest weight is nobody: what is left is rounding.
  if (mayRise >= layer.weightMin / 2) {
    const level = fullLevel[row]!;
    const rises = state[at + 1]!;
    const left = room[row]! - state[at]! - rises * level;
    const leftAtRise = left - rises * (riseAt - level);
    const later = leftAtRise > 0 ? riseAt + leftAtRise / mayRise : level + left / rises;
    if (later > level + levelPrecision * Math.abs(level) && left > 0) {
      fullLevel[row] = later;
      siftDown(share, 0, rows);
      return rows;
    }
    freeze(share, row, level);
  }
  heap[0] = heap[rows - 1]!;
  siftDown(share, 0, rows - 1);
  return rows - 1;
}

/** Relative. A row that becomes full this little later is full now; `freeze` computes the exact level. */
const levelPrecision = 1e-13;

function freeze(share: FairShare, row: number, foundLevel: number): void {
  const { layer, phase, amps, bottleneck, low } = share;
  const { weight } = layer;
  const level = exactLevel(share, row, foundLevel);
  const circuit = row >> 2;
  for (let evse = layer.first[circuit]!; evse < layer.end[circuit]!; evse++) {
    if (phase[evse] === settled || layer.coefficient[kinds * evse + (row & 3)] === 0) continue;
    const isRising = phase[evse] === rising;
    const rise = weight[evse]!;
    const drawn = isRising ? Math.min(Math.max(rise * level, low[evse]!), share.high[evse]!) : low[evse]!;
    phase[evse] = settled;
    amps[evse] = drawn;
    bottleneck[evse] = row;
    post(share, evse, isRising ? drawn : 0, isRising ? -rise : 0, -rise);
  }
}

/** The level at which the row is full, from its EVSEs afresh: the running sums have collected rounding. */
function exactLevel(share: FairShare, row: number, foundLevel: number): number {
  const { layer, phase, amps } = share;
  const circuit = row >> 2;
  let left = share.room[row]!;
  let rise = 0;
  for (let evse = layer.first[circuit]!; evse < layer.end[circuit]!; evse++) {
    const factor = layer.coefficient[kinds * evse + (row & 3)]!;
    if (phase[evse] === rising) rise += factor * layer.weight[evse]!;
    else left -= factor * amps[evse]!;
  }
  return rise > 0 ? left / rise : foundLevel;
}

/** Restores the heap of rows, least `fullLevel` first, below one index. */
function siftDown(share: FairShare, from: number, count: number): void {
  const { heap, fullLevel } = share;
  if (from >= count) return;
  const row = heap[from]!;
  const level = fullLevel[row]!;
  let at = from;
  for (let child = 2 * at + 1; child < count; child = 2 * at + 1) {
    if (child + 1 < count && fullLevel[heap[child + 1]!]! < fullLevel[heap[child]!]!) child++;
    if (fullLevel[heap[child]!]! >= level) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = row;
}
