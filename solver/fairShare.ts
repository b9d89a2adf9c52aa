import { type Layer, rowsPerCircuit, wattsRow as wattsRowOfLayer } from './layer.ts';

/**
 * Exact weighted max-min fair share of one layer by progressive filling.
 *
 * Every EVSE i follows the common level t as `clamp(weight_i * t, low_i, high_i)`. As t rises, the first row
 * (a circuit's phase or its watts) to become full freezes everybody on it: none of them can have more without
 * taking from somebody who has no more per weight. The others go on. All coefficients are at or above zero, so
 * freezing never makes another row full earlier: a bound on when a row is full stays a bound.
 *
 * So a heap holds the rows by a lower bound on the level at which they are full. Only the row on top is brought
 * up to date, with the EVSEs below it; it then either freezes its EVSEs or goes back with a better bound.
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
  /** Out: the next such row strictly above. */
  readonly above: Uint32Array;

  /** Three per row: load of those that stand still, weight of those that rise, weight of all that still may. */
  readonly state: Float64Array;
  /** Changes of `state` on their way up the tree. */
  readonly pending: Float64Array;
  /** The most that can ever arrive at a row. */
  readonly most: Float64Array;
  readonly phase: Uint8Array;
  /** The level at which an EVSE starts to rise, then that of its cap; `Infinity` once it is settled. */
  readonly event: Float64Array;
  /** Per circuit: no EVSE of its own starts to rise or reaches its cap below this level. */
  readonly nextEvent: Float64Array;
  /** Per circuit: nobody below it starts to rise before this level. */
  readonly startLevel: Float64Array;
  readonly heap: Uint32Array;
  /** No row becomes full below this level. */
  readonly fullLevel: Float64Array;
}

// The optimiser folds constants of this module, not such that are imported.
const kinds: number = rowsPerCircuit;
const wattsRow: number = wattsRowOfLayer;

const waiting = 0;
const rising = 1;
const settled = 2;

export function createFairShare(layer: Layer): FairShare {
  const evses = layer.evses.length;
  const rows = layer.noRow;
  return {
    layer,
    low: new Float64Array(evses),
    high: new Float64Array(evses),
    room: new Float64Array(rows),
    amps: new Float64Array(evses),
    bottleneck: new Int32Array(evses),
    binding: new Uint32Array(rows + 1).fill(rows),
    above: new Uint32Array(rows + 1).fill(rows),
    state: new Float64Array(3 * (rows + 1)),
    pending: new Float64Array(3 * (rows + 1)),
    most: new Float64Array(rows + 1),
    phase: new Uint8Array(evses),
    event: new Float64Array(evses),
    nextEvent: new Float64Array(layer.circuits.length),
    startLevel: new Float64Array(layer.circuits.length),
    heap: new Uint32Array(rows),
    fullLevel: new Float64Array(rows),
  };
}

/** Fills in `amps`, `bottleneck`, `binding` and `above`. The sum of all `low` must fit every row. */
export function fill(share: FairShare): void {
  sumStart(share);
  findBinding(share);
  let rows = startHeap(share);
  while (rows > 0) rows = meetTopRow(share, rows);
  // No row is left that could hold these.
  const { phase, amps, high } = share;
  for (let evse = 0; evse < phase.length; evse++) if (phase[evse] !== settled) amps[evse] = high[evse]!;
}

/** What each EVSE puts on the rows of its own circuit while the level is zero. */
function sumStart(share: FairShare): void {
  const { layer, low, high, amps, bottleneck, phase, event, state, pending, most, nextEvent } = share;
  const { home, phaseRow, watts, weight, perWeight } = layer;
  most.fill(0);
  state.fill(0);
  pending.fill(0);
  nextEvent.fill(Infinity);
  for (let evse = 0; evse < low.length; evse++) {
    const upper = high[evse]!;
    const lower = low[evse]!;
    const mayRise = upper > lower;
    const rise = mayRise ? weight[evse]! : 0;
    const circuit = home[evse]!;
    amps[evse] = lower;
    bottleneck[evse] = -1;
    phase[evse] = mayRise ? waiting : settled;
    event[evse] = mayRise ? lower * perWeight[evse]! : Infinity;
    nextEvent[circuit] = Math.min(nextEvent[circuit]!, event[evse]!);
    for (let place = 3 * evse; place < 3 * evse + 3; place++) {
      const row = phaseRow[place]!;
      most[row] = most[row]! + upper;
      state[3 * row] = state[3 * row]! + lower;
      state[3 * row + 2] = state[3 * row + 2]! + rise;
    }
    const row = kinds * circuit + wattsRow;
    const factor = watts[evse]!;
    most[row] = most[row]! + factor * upper;
    state[3 * row] = state[3 * row]! + factor * lower;
    state[3 * row + 2] = state[3 * row + 2]! + factor * rise;
  }
}

/** Sums up the tree and marks the rows that can become full. */
function findBinding(share: FairShare): void {
  const { layer, state, most, room, binding, startLevel } = share;
  const { parent } = layer;
  startLevel.set(share.nextEvent);
  for (let circuit = parent.length - 1; circuit >= 0; circuit--) {
    const base = kinds * circuit;
    const up = kinds * parent[circuit]!;
    if (up >= 0) startLevel[up >> 2] = Math.min(startLevel[up >> 2]!, startLevel[circuit]!);
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

/** Links the rows that can bind, from the root down, and puts those with somebody to hold into the heap. */
function startHeap(share: FairShare): number {
  const { layer, state, room, binding, above, startLevel, fullLevel, heap } = share;
  const { parent } = layer;
  let rows = 0;
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
      if (mayRise === 0) continue;
      fullLevel[row] = startLevel[circuit]! + (room[row]! - state[3 * row]!) / mayRise;
      heap[rows++] = row;
    }
  }
  for (let index = (rows >> 1) - 1; index >= 0; index--) siftDown(share, index, rows);
  return rows;
}

/** Brings the row on top up to date and freezes it or puts it back. Returns how many rows are left. */
function meetTopRow(share: FairShare, rows: number): number {
  const { heap, fullLevel, state, room, layer } = share;
  const row = heap[0]!;
  const level = fullLevel[row]!;
  const eventAt = collect(share, row, level);
  const mayRise = state[3 * row + 2]!;
  // Less than half of the smallest weight is nobody: what is left is rounding.
  if (mayRise >= layer.weightMin / 2) {
    const rises = state[3 * row + 1]!;
    const left = room[row]! - state[3 * row]! - rises * level;
    // Until the next event only those rise who do now, after it at most all.
    const leftAtEvent = left - rises * (eventAt - level);
    const later = leftAtEvent > 0 ? eventAt + leftAtEvent / mayRise : level + left / rises;
    if (left > 0 && later > level + levelPrecision * level) {
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

/**
 * Brings up to date the EVSEs below a row, and the rows of its kind there. Returns the level of the next event
 * among those EVSEs.
 */
function collect(share: FairShare, row: number, level: number): number {
  const { state, pending, above, nextEvent, layer } = share;
  const kind = row & 3;
  let soonest = Infinity;
  for (let circuit = layer.circuitEnd[row >> 2]! - 1; circuit >= row >> 2; circuit--) {
    if (nextEvent[circuit]! <= level) advance(share, circuit, level);
    if (nextEvent[circuit]! < soonest) soonest = nextEvent[circuit]!;
    const from = kinds * circuit + kind;
    const riseBy = pending[3 * from + 1]!;
    const mayBy = pending[3 * from + 2]!;
    // Whoever changes the load changes one of the weights, too.
    if (riseBy === 0 && mayBy === 0) continue;
    const load = pending[3 * from]!;
    pending[3 * from] = 0;
    pending[3 * from + 1] = 0;
    pending[3 * from + 2] = 0;
    add(state, from, load, riseBy, mayBy);
    add(pending, above[from]!, load, riseBy, mayBy);
  }
  return soonest;
}

/** Lets the EVSEs of one circuit start to rise, or reach their cap, up to a level. */
function advance(share: FairShare, circuit: number, level: number): void {
  const { layer, event, nextEvent } = share;
  const end = layer.ownEnd[circuit]!;
  let next = Infinity;
  for (let evse = layer.ownFirst[circuit]!; evse < end; evse++) {
    if (event[evse]! <= level) meetEvent(share, evse, level);
    if (event[evse]! < next) next = event[evse]!;
  }
  nextEvent[circuit] = next;
}

function meetEvent(share: FairShare, evse: number, level: number): void {
  const { layer, phase, low, high, amps, event } = share;
  const weight = layer.weight[evse]!;
  const wasRising = phase[evse] === rising;
  const capAt = high[evse]! * layer.perWeight[evse]!;
  if (capAt <= level) {
    phase[evse] = settled;
    event[evse] = Infinity;
    amps[evse] = high[evse]!;
    post(share, evse, high[evse]! - (wasRising ? 0 : low[evse]!), wasRising ? -weight : 0, -weight);
  } else {
    phase[evse] = rising;
    event[evse] = capAt;
    post(share, evse, -low[evse]!, weight, 0);
  }
}

/**
 * Notes a change for the first row above an EVSE that can bind. Rows further up learn of it when they are looked
 * at: until then their bounds are too low, which is safe.
 */
function post(share: FairShare, evse: number, load: number, riseBy: number, mayBy: number): void {
  const { layer, binding, pending } = share;
  add(pending, binding[layer.phaseRow[3 * evse]!]!, load, riseBy, mayBy);
  add(pending, binding[layer.phaseRow[3 * evse + 1]!]!, load, riseBy, mayBy);
  add(pending, binding[layer.phaseRow[3 * evse + 2]!]!, load, riseBy, mayBy);
  const row = binding[kinds * layer.home[evse]! + wattsRow]!;
  if (row === layer.noRow) return;
  const factor = layer.watts[evse]!;
  add(pending, row, factor * load, factor * riseBy, factor * mayBy);
}

function add(to: Float64Array, row: number, load: number, riseBy: number, mayBy: number): void {
  to[3 * row] = to[3 * row]! + load;
  to[3 * row + 1] = to[3 * row + 1]! + riseBy;
  to[3 * row + 2] = to[3 * row + 2]! + mayBy;
}

function freeze(share: FairShare, row: number, foundLevel: number): void {
  const { layer, phase, event, amps, bottleneck, low, high } = share;
  const level = exactLevel(share, row, foundLevel);
  const circuit = row >> 2;
  for (let evse = layer.first[circuit]!; evse < layer.end[circuit]!; evse++) {
    if (phase[evse] === settled || layer.coefficient[kinds * evse + (row & 3)] === 0) continue;
    const weight = layer.weight[evse]!;
    bottleneck[evse] = row;
    if (phase[evse] === rising) {
      const drawn = Math.min(Math.max(weight * level, low[evse]!), high[evse]!);
      amps[evse] = drawn;
      post(share, evse, drawn, -weight, -weight);
    } else {
      post(share, evse, 0, 0, -weight);
    }
    phase[evse] = settled;
    event[evse] = Infinity;
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
  let at = from;
  for (let child = 2 * at + 1; child < count; child = 2 * at + 1) {
    if (child + 1 < count && isBefore(fullLevel, heap[child + 1]!, heap[child]!)) child++;
    if (isBefore(fullLevel, row, heap[child]!)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = row;
}

/** Of rows that are full at the same level, the lower number is named: L1 before L2. */
function isBefore(fullLevel: Float64Array, a: number, b: number): boolean {
  const difference = fullLevel[a]! - fullLevel[b]!;
  return difference < 0 || (difference === 0 && a < b);
}
