import type { Problem, ProblemEvse } from './problem.ts';

/**
 * Rows per circuit: the three phases and the total watts. Row `4 * circuit + kind` is one limit; kind 3 is
 * the watts.
 */
export const rowsPerCircuit = 4;
export const wattsRow = 3;

// The optimiser folds a constant of this module, not one that is exported.
const kinds: number = rowsPerCircuit;

/** What a sum may exceed its limit by before it counts: rounding of floating point, far below any meter. */
export const toleranceAmps = 1e-9;

/**
 * The EVSEs of one priority class and the circuits above them, renumbered depth first: every subtree is one
 * index range of circuits and one of EVSEs, so that sums over subtrees are plain loops over typed arrays.
 */
export interface Layer {
  /** Index in the problem, per EVSE of the layer. */
  readonly evses: Uint32Array;
  /** Index in the problem, per circuit of the layer. Parents first. */
  readonly circuits: Uint32Array;
  /** Index in the layer; -1 for a root. */
  readonly parent: Int32Array;
  /** The circuit (in the layer) of each EVSE. */
  readonly home: Uint32Array;
  /** The EVSEs of circuit c itself are `ownFirst[c]` up to but not including `ownEnd[c]`. */
  readonly ownFirst: Uint32Array;
  readonly ownEnd: Uint32Array;
  /** The EVSEs below circuit c are `first[c]` up to but not including `end[c]`. */
  readonly first: Uint32Array;
  readonly end: Uint32Array;
  /** The circuits below circuit c, itself included, are c up to but not including `circuitEnd[c]`. */
  readonly circuitEnd: Uint32Array;
  /** Four per EVSE: what one ampere of it puts on each row. */
  readonly coefficient: Float64Array;
  /** Three per EVSE: the rows of its own circuit that it loads, then `noRow`. */
  readonly phaseRow: Uint32Array;
  /** One past the last row: stands for a row that is not there, so that loops need not ask. */
  readonly noRow: number;
  readonly watts: Float64Array;
  readonly weight: Float64Array;
  /** 1 / weight. */
  readonly perWeight: Float64Array;
  readonly weightMin: number;
  /** EVSEs of the layer in order of their names: where nothing else decides, the order of input must not. */
  readonly byName: Uint32Array;
  /** Its place in `byName`, per EVSE. */
  readonly nameRank: Uint32Array;
}

/** The layers of a problem, highest priority first. */
export function layersOf(problem: Problem): Layer[] {
  const order = depthFirst(problem);
  const byPriority = new Map<number, number[]>();
  for (const evse of evsesInOrder(problem, order)) {
    const { priority } = problem.evses[evse]!;
    const members = byPriority.get(priority);
    if (members === undefined) byPriority.set(priority, [evse]);
    else members.push(evse);
  }
  const priorities = [...byPriority.keys()].sort((a, b) => b - a);
  return priorities.map((priority) => layerOf(problem, order, byPriority.get(priority)!));
}

/** Circuits so that each subtree is contiguous, parents first. */
function depthFirst(problem: Problem): number[] {
  const children: number[][] = problem.circuits.map(() => []);
  const pending: number[] = [];
  for (let index = problem.circuits.length - 1; index >= 0; index--) {
    const { parent } = problem.circuits[index]!;
    (parent < 0 ? pending : children[parent]!).push(index);
  }
  const order: number[] = [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    order.push(next);
    for (const child of children[next]!) pending.push(child);
  }
  return order;
}

function evsesInOrder(problem: Problem, order: readonly number[]): number[] {
  const place = new Uint32Array(order.length);
  for (let position = 0; position < order.length; position++) place[order[position]!] = position;
  return problem.evses.map((_, evse) => evse).sort((a, b) => place[circuitOf(a)]! - place[circuitOf(b)]!);

  function circuitOf(evse: number): number {
    return problem.evses[evse]!.circuit;
  }
}

function layerOf(problem: Problem, order: readonly number[], members: readonly number[]): Layer {
  const isUsed = new Uint8Array(problem.circuits.length);
  for (const evse of members) {
    let circuit = problem.evses[evse]!.circuit;
    while (circuit >= 0 && isUsed[circuit] === 0) {
      isUsed[circuit] = 1;
      circuit = problem.circuits[circuit]!.parent;
    }
  }
  const circuits = Uint32Array.from(order.filter((circuit) => isUsed[circuit] === 1));
  const local = new Int32Array(problem.circuits.length).fill(-1);
  circuits.forEach((circuit, index) => {
    local[circuit] = index;
  });
  const parent = Int32Array.from(circuits, (circuit) => {
    const above = problem.circuits[circuit]!.parent;
    return above < 0 ? -1 : local[above]!;
  });
  const home = Uint32Array.from(members, (evse) => local[problem.evses[evse]!.circuit]!);
  const coefficient = new Float64Array(rowsPerCircuit * members.length);
  members.forEach((evse, index) => {
    putCoefficients(problem.evses[evse]!, coefficient, rowsPerCircuit * index);
  });
  const noRow = rowsPerCircuit * circuits.length;
  const phaseRow = new Uint32Array(3 * members.length).fill(noRow);
  members.forEach((evse, index) => {
    problem.evses[evse]!.wiring.forEach((phase, place) => {
      phaseRow[3 * index + place] = rowsPerCircuit * home[index]! + phase;
    });
  });
  const weight = Float64Array.from(members, (evse) => problem.evses[evse]!.weight);
  const byName = namesInOrder(problem, members);
  const nameRank = new Uint32Array(members.length);
  byName.forEach((evse, rank) => {
    nameRank[evse] = rank;
  });
  return {
    evses: Uint32Array.from(members),
    circuits,
    parent,
    home,
    ...rangesOf(parent, home),
    coefficient,
    phaseRow,
    noRow,
    watts: weight.map((_, index) => coefficient[rowsPerCircuit * index + wattsRow]!),
    weight,
    perWeight: weight.map((value) => 1 / value),
    weightMin: weight.reduce((least, value) => Math.min(least, value), Infinity),
    byName,
    nameRank,
  };
}

function putCoefficients(evse: ProblemEvse, coefficient: Float64Array, at: number): void {
  for (const phase of evse.wiring) coefficient[at + phase] = 1;
  coefficient[at + wattsRow] = evse.wiring.length * evse.phaseVolts;
}

function rangesOf(
  parent: Int32Array,
  home: Uint32Array,
): Pick<Layer, 'ownFirst' | 'ownEnd' | 'first' | 'end' | 'circuitEnd'> {
  const first = new Uint32Array(parent.length).fill(home.length);
  const end = new Uint32Array(parent.length);
  const circuitEnd = Uint32Array.from(parent, (_, circuit) => circuit + 1);
  for (let evse = 0; evse < home.length; evse++) {
    const circuit = home[evse]!;
    first[circuit] = Math.min(first[circuit]!, evse);
    end[circuit] = evse + 1;
  }
  const ownFirst = first.slice();
  const ownEnd = end.slice();
  for (let circuit = parent.length - 1; circuit >= 0; circuit--) {
    const above = parent[circuit]!;
    if (above < 0) continue;
    first[above] = Math.min(first[above]!, first[circuit]!);
    end[above] = Math.max(end[above]!, end[circuit]!);
    circuitEnd[above] = Math.max(circuitEnd[above]!, circuitEnd[circuit]!);
  }
  return { ownFirst, ownEnd, first, end, circuitEnd };
}

function namesInOrder(problem: Problem, members: readonly number[]): Uint32Array {
  const names = members.map((evse) => problem.evses[evse]!.name);
  const order = members.map((_, index) => index);
  order.sort((a, b) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b));
  return Uint32Array.from(order);
}

/** Sums what each EVSE draws into the rows of its circuit and of every circuit above: one tree evaluation. */
export function sumLoads(layer: Layer, amps: Float64Array, load: Float64Array): void {
  const { home, parent, coefficient } = layer;
  load.fill(0);
  for (let evse = 0; evse < home.length; evse++) {
    const drawn = amps[evse]!;
    const row = kinds * home[evse]!;
    const at = kinds * evse;
    load[row] = load[row]! + coefficient[at]! * drawn;
    load[row + 1] = load[row + 1]! + coefficient[at + 1]! * drawn;
    load[row + 2] = load[row + 2]! + coefficient[at + 2]! * drawn;
    load[row + 3] = load[row + 3]! + coefficient[at + 3]! * drawn;
  }
  for (let circuit = parent.length - 1; circuit > 0; circuit--) {
    const above = kinds * parent[circuit]!;
    if (above < 0) continue;
    const row = kinds * circuit;
    load[above] = load[above]! + load[row]!;
    load[above + 1] = load[above + 1]! + load[row + 1]!;
    load[above + 2] = load[above + 2]! + load[row + 2]!;
    load[above + 3] = load[above + 3]! + load[row + 3]!;
  }
}
