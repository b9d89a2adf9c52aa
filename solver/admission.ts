import { dropMergeSort } from './dropMergeSort.ts';
import { type Layer, rowsPerCircuit, sumLoads, toleranceAmps, wattsRow } from './layer.ts';
import type { Pacing } from './problem.ts';

/**
 * Who of one layer gets at least its minimum.
 *
 * Those inside their minimum on time come first, then whoever has waited longest; a running EVSE counts as
 * having waited `turnMs` longer, so that it is relieved in turns and not at every tick. Whoever still fits is
 * taken as well, and one newcomer may stand back for two others.
 */
export interface Admission {
  readonly layer: Layer;
  /** In: the least each needs; 0 for one that takes no part. */
  readonly minimum: Float64Array;
  readonly isOn: Uint8Array;
  readonly sinceMs: Float64Array;
  readonly waitingMs: Float64Array;
  /** In: what each row has left for this layer. */
  readonly room: Float64Array;
  /** Out: whether it is in. */
  readonly isIn: Uint8Array;
  /** Out: the row without room for its minimum, `waitsOffTime`, or `notRefused`. */
  readonly refusedBy: Int32Array;

  readonly order: Uint32Array;
  readonly key: Float64Array;
  readonly sortScratch: Uint32Array;
  readonly left: Float64Array;
  /** What stays of `left` for newcomers, once those who waited too long have put by their minimum. */
  readonly leftForNew: Float64Array;
}

export const notRefused = -1;
export const waitsOffTime = -2;

/** Room checks one admission may spend on looking for a better exchange. */
const exchangeChecksMax = 20_000;

export function createAdmission(layer: Layer, room: Float64Array, minimum: Float64Array): Admission {
  const evses = layer.evses.length;
  return {
    layer,
    minimum,
    isOn: new Uint8Array(evses),
    sinceMs: new Float64Array(evses),
    waitingMs: new Float64Array(evses),
    room,
    isIn: new Uint8Array(evses),
    refusedBy: new Int32Array(evses),
    order: layer.byName.slice(),
    key: new Float64Array(evses),
    sortScratch: new Uint32Array(2 * evses),
    left: new Float64Array(room.length),
    leftForNew: new Float64Array(room.length),
  };
}

/** Fills in `isIn` and `refusedBy`. */
export function admit(admission: Admission, pacing: Pacing | undefined): void {
  const { minimum, isIn, refusedBy } = admission;
  let everybodyMay = true;
  for (let evse = 0; evse < minimum.length; evse++) {
    const may = pacing === undefined || !isHeldOff(admission, evse, pacing);
    isIn[evse] = may ? 1 : 0;
    refusedBy[evse] = may ? notRefused : waitsOffTime;
    if (!may) everybodyMay = false;
  }
  if (everybodyMay && allFit(admission)) return;
  admitInOrder(admission, pacing);
  exchange(admission, pacing);
}

function isHeldOff({ isOn, sinceMs }: Admission, evse: number, pacing: Pacing): boolean {
  return isOn[evse] === 0 && pacing.nowMs - sinceMs[evse]! < pacing.minOffMs;
}

function isHeldOn({ isOn, sinceMs }: Admission, evse: number, pacing: Pacing | undefined): boolean {
  return pacing !== undefined && isOn[evse] === 1 && pacing.nowMs - sinceMs[evse]! < pacing.minOnMs;
}

function allFit({ layer, minimum, room, left }: Admission): boolean {
  sumLoads(layer, minimum, left);
  for (let row = 0; row < room.length; row++) if (left[row]! > room[row]! + toleranceAmps) return false;
  return true;
}

function admitInOrder(admission: Admission, pacing: Pacing | undefined): void {
  const { order, isIn, refusedBy, isOn, waitingMs, left, leftForNew, room } = admission;
  left.set(room);
  leftForNew.set(room);
  putInOrder(admission, pacing);
  for (const evse of order) {
    if (isIn[evse] === 0) continue;
    const isNew = isOn[evse] === 0;
    const fullRow = rowWithoutRoom(admission, isNew ? leftForNew : left, evse);
    if (fullRow === notRefused) {
      take(admission, left, evse, 1);
      take(admission, leftForNew, evse, 1);
      continue;
    }
    isIn[evse] = 0;
    refusedBy[evse] = fullRow;
    // Else small ones, each within its minimum on time, could keep a large one out for ever.
    if (pacing !== undefined && isNew && waitingMs[evse]! >= pacing.turnMs)
      take(admission, leftForNew, evse, 1);
  }
}

function putInOrder(admission: Admission, pacing: Pacing | undefined): void {
  const { order, key, isOn, waitingMs } = admission;
  const turnMs = pacing?.turnMs ?? 0;
  for (let evse = 0; evse < key.length; evse++) {
    key[evse] = isHeldOn(admission, evse, pacing)
      ? -Infinity
      : -waitingMs[evse]! - (isOn[evse] === 1 ? turnMs : 0);
  }
  dropMergeSort(order, key, admission.layer.nameRank, admission.sortScratch);
  for (let from = 0; from < order.length; ) {
    let end = from + 1;
    while (end < order.length && key[order[end]!] === key[order[from]!]) end++;
    if (end - from > 1) sortEquals(admission, order.subarray(from, end));
    from = end;
  }
}

/** Among equals: who runs goes on, then who needs fewer phases, then by name. */
function sortEquals({ layer, isOn }: Admission, equals: Uint32Array): void {
  const place = (evse: number): number =>
    isOn[evse] === 1 ? 0 : layer.coefficient[rowsPerCircuit * evse + wattsRow]!;
  const compare = (a: number, b: number): number =>
    place(a) - place(b) || layer.nameRank[a]! - layer.nameRank[b]!;
  for (let index = 1; index < equals.length; index++) {
    if (compare(equals[index - 1]!, equals[index]!) > 0) {
      equals.sort(compare);
      return;
    }
  }
}

function rowWithoutRoom({ layer, minimum }: Admission, left: Float64Array, evse: number): number {
  const need = minimum[evse]!;
  for (let circuit = layer.home[evse]!; circuit >= 0; circuit = layer.parent[circuit]!) {
    for (let kind = 0; kind < rowsPerCircuit; kind++) {
      const factor = layer.coefficient[rowsPerCircuit * evse + kind]!;
      const row = rowsPerCircuit * circuit + kind;
      if (factor > 0 && factor * need > left[row]! + toleranceAmps) return row;
    }
  }
  return notRefused;
}

/** Books the minimum of one EVSE on every row above it; `times` -1 gives it back. */
function take({ layer, minimum }: Admission, left: Float64Array, evse: number, times: 1 | -1): void {
  const need = times * minimum[evse]!;
  for (let circuit = layer.home[evse]!; circuit >= 0; circuit = layer.parent[circuit]!) {
    for (let kind = 0; kind < rowsPerCircuit; kind++) {
      const row = rowsPerCircuit * circuit + kind;
      left[row] = left[row]! - layer.coefficient[rowsPerCircuit * evse + kind]! * need;
    }
  }
}

/**
 * Lets one stand back for two or more. A running one only for such that have waited longer (their turn would
 * come anyway), a newcomer only for such that are not a whole turn behind it: so nobody starts and stops for
 * the sake of numbers, and nobody large is passed over for ever.
 */
function exchange(admission: Admission, pacing: Pacing | undefined): void {
  const { order, isIn, refusedBy, isOn, waitingMs, leftForNew } = admission;
  const refused = Array.from(order).filter((evse) => refusedBy[evse]! >= 0);
  if (refused.length < 2) return;
  let checksLeft = exchangeChecksMax;
  for (let place = order.length - 1; place >= 0 && checksLeft > 0; place--) {
    const leaving = order[place]!;
    if (isIn[leaving] === 0 || isHeldOn(admission, leaving, pacing)) continue;
    const atLeastMs = waitingMs[leaving]! - (isOn[leaving] === 1 ? 0 : (pacing?.turnMs ?? 0));
    take(admission, leftForNew, leaving, -1);
    const entering: number[] = [];
    for (const evse of refused) {
      if (
        isIn[evse] === 1 ||
        waitingMs[evse]! < atLeastMs ||
        (isOn[leaving] === 1 && waitingMs[evse] === atLeastMs)
      ) {
        continue;
      }
      checksLeft--;
      if (rowWithoutRoom(admission, leftForNew, evse) !== notRefused) continue;
      take(admission, leftForNew, evse, 1);
      entering.push(evse);
    }
    if (entering.length >= 2) {
      settleExchange(admission, leaving, entering);
      continue;
    }
    for (const evse of entering) take(admission, leftForNew, evse, -1);
    take(admission, leftForNew, leaving, 1);
  }
}

function settleExchange(admission: Admission, leaving: number, entering: readonly number[]): void {
  const { isIn, refusedBy, left, leftForNew } = admission;
  isIn[leaving] = 0;
  take(admission, left, leaving, -1);
  for (const evse of entering) {
    isIn[evse] = 1;
    refusedBy[evse] = notRefused;
    take(admission, left, evse, 1);
  }
  refusedBy[leaving] = Math.max(0, rowWithoutRoom(admission, leftForNew, leaving));
}
