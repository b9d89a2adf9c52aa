import { type Admission, admit, createAdmission } from './admission.ts';
import { dropMergeSort } from './dropMergeSort.ts';
import { createFairShare, type FairShare, fill } from './fairShare.ts';
import { type Layer, layersOf, rowsPerCircuit, wattsRow } from './layer.ts';
import type { Pacing, Problem } from './problem.ts';
import { roundToSteps, stepsDown, stepsUp } from './rounding.ts';

/**
 * A problem's structure worked out once, with room for its numbers. Tree, wiring, volts, weights, priorities and
 * names are fixed; limits, minima, maxima, steps and waiting times may be written before every `solve`.
 */
export interface Prepared {
  readonly problem: Problem;
  readonly stages: readonly Stage[];
  /** In, four per circuit: amps on L1, L2, L3, watts. */
  readonly limits: Float64Array;
  /** In, per EVSE. */
  readonly minAmps: Float64Array;
  readonly maxAmps: Float64Array;
  readonly stepAmps: Float64Array;
  readonly isOn: Uint8Array;
  readonly sinceMs: Float64Array;
  readonly waitingMs: Float64Array;
  /** Out, per EVSE. */
  readonly amps: Float64Array;
  readonly continuousAmps: Float64Array;
  /** Out, per EVSE: the row (four per circuit) that holds or refuses it; see also `admission.ts`. */
  readonly boundRow: Int32Array;
  readonly isPaused: Uint8Array;
  /** Out, four per circuit: what nobody uses. */
  readonly unused: Float64Array;
}

/** One priority class on its way through a tick. */
interface Stage {
  readonly layer: Layer;
  readonly admission: Admission;
  readonly share: FairShare;
  readonly stepAmps: Float64Array;
  readonly load: Float64Array;
  /** Whole steps that are left go to those first who have waited longest: an order that stays while they run. */
  readonly topUpOrder: Uint32Array;
  readonly topUpKey: Float64Array;
  readonly sortScratch: Uint32Array;
}

/** In `boundRow`: it has all it can take. */
export const atMaximum = -1;

/** Works out what does not change from tick to tick. The problem must have been checked. */
export function prepare(problem: Problem): Prepared {
  const evses = problem.evses.length;
  const rows = rowsPerCircuit * problem.circuits.length;
  const numbers = (): Float64Array => new Float64Array(evses);
  const prepared = {
    problem,
    stages: layersOf(problem).map(stageOf),
    limits: new Float64Array(rows),
    minAmps: numbers(),
    maxAmps: numbers(),
    stepAmps: numbers(),
    isOn: new Uint8Array(evses),
    sinceMs: numbers(),
    waitingMs: numbers(),
    amps: numbers(),
    continuousAmps: numbers(),
    boundRow: new Int32Array(evses),
    isPaused: new Uint8Array(evses),
    unused: new Float64Array(rows),
  };
  writeNumbers(prepared, problem);
  return prepared;
}

function stageOf(layer: Layer): Stage {
  const share = createFairShare(layer);
  const numbers = (): Float64Array => new Float64Array(layer.evses.length);
  return {
    layer,
    share,
    admission: createAdmission(layer, share.room, share.low),
    stepAmps: numbers(),
    load: new Float64Array(share.room.length),
    topUpOrder: layer.byName.slice(),
    topUpKey: numbers(),
    sortScratch: new Uint32Array(2 * layer.evses.length),
  };
}

/** Whether only numbers that `writeNumbers` takes differ between the two. */
export function hasSameStructure(prepared: Prepared, problem: Problem): boolean {
  const was = prepared.problem;
  if (was === problem) return true;
  if (was.circuits.length !== problem.circuits.length || was.evses.length !== problem.evses.length)
    return false;
  return (
    problem.circuits.every((circuit, index) => circuit.parent === was.circuits[index]!.parent) &&
    problem.evses.every((evse, index) => {
      const before = was.evses[index]!;
      return (
        evse.circuit === before.circuit &&
        evse.priority === before.priority &&
        evse.weight === before.weight &&
        evse.phaseVolts === before.phaseVolts &&
        evse.name === before.name &&
        (evse.wiring === before.wiring || String(evse.wiring) === String(before.wiring))
      );
    })
  );
}

/** Takes over the numbers of a problem with the same structure. */
export function writeNumbers(prepared: Prepared, problem: Problem): void {
  const { limits, minAmps, maxAmps, stepAmps, isOn, sinceMs, waitingMs } = prepared;
  for (let index = 0; index < problem.circuits.length; index++) {
    const { limitAmps, limitWatts } = problem.circuits[index]!;
    const row = rowsPerCircuit * index;
    limits[row] = limitAmps[0];
    limits[row + 1] = limitAmps[1];
    limits[row + 2] = limitAmps[2];
    limits[row + wattsRow] = limitWatts;
  }
  for (let index = 0; index < problem.evses.length; index++) {
    const evse = problem.evses[index]!;
    minAmps[index] = evse.minAmps;
    maxAmps[index] = evse.maxAmps;
    stepAmps[index] = evse.stepAmps;
    isOn[index] = evse.isOn ? 1 : 0;
    sinceMs[index] = evse.sinceMs;
    waitingMs[index] = evse.waitingMs;
  }
}

/** One tick: fills in the answers of `prepared`. Allocates next to nothing. */
export function solve(prepared: Prepared, pacing: Pacing | undefined): void {
  const { unused, limits } = prepared;
  unused.set(limits);
  for (const stage of prepared.stages) {
    readStage(prepared, stage);
    admit(stage.admission, pacing);
    leaveOut(stage);
    fill(stage.share);
    for (let evse = 0; evse < stage.layer.evses.length; evse++) {
      prepared.continuousAmps[stage.layer.evses[evse]!] = stage.share.amps[evse]!;
    }
    dropMergeSort(stage.topUpOrder, stage.topUpKey, stage.layer.nameRank, stage.sortScratch);
    roundToSteps(stage.share, stage.stepAmps, stage.topUpOrder, stage.load, stage.sortScratch);
    writeStage(prepared, stage);
  }
}

function readStage(prepared: Prepared, stage: Stage): void {
  const { layer, admission, share, stepAmps, topUpKey } = stage;
  const { evses, circuits } = layer;
  for (let evse = 0; evse < evses.length; evse++) {
    const from = evses[evse]!;
    const step = prepared.stepAmps[from]!;
    stepAmps[evse] = step;
    const low = stepsUp(prepared.minAmps[from]!, step);
    const high = stepsDown(prepared.maxAmps[from]!, step);
    share.low[evse] = high < low ? 0 : low;
    share.high[evse] = high < low ? 0 : high;
    admission.isOn[evse] = prepared.isOn[from]!;
    admission.sinceMs[evse] = prepared.sinceMs[from]!;
    admission.waitingMs[evse] = prepared.waitingMs[from]!;
    topUpKey[evse] = -prepared.waitingMs[from]!;
  }
  for (let circuit = 0; circuit < circuits.length; circuit++) {
    const from = rowsPerCircuit * circuits[circuit]!;
    const to = rowsPerCircuit * circuit;
    for (let kind = 0; kind < rowsPerCircuit; kind++) share.room[to + kind] = prepared.unused[from + kind]!;
  }
}

function leaveOut({ admission, share }: Stage): void {
  for (let evse = 0; evse < admission.isIn.length; evse++) {
    if (admission.isIn[evse] === 1) continue;
    share.low[evse] = 0;
    share.high[evse] = 0;
  }
}

function writeStage(prepared: Prepared, { layer, admission, share, load }: Stage): void {
  const { evses, circuits } = layer;
  for (let evse = 0; evse < evses.length; evse++) {
    const to = evses[evse]!;
    const isIn = admission.isIn[evse] === 1;
    prepared.amps[to] = share.amps[evse]!;
    prepared.isPaused[to] = isIn ? 0 : 1;
    // A topped-up EVSE may have reached its maximum after all.
    const isFull = isIn && share.amps[evse]! >= share.high[evse]!;
    const row = isFull ? atMaximum : isIn ? share.bottleneck[evse]! : admission.refusedBy[evse]!;
    prepared.boundRow[to] = row < 0 ? row : rowsPerCircuit * circuits[row >> 2]! + (row & 3);
  }
  for (let circuit = 0; circuit < circuits.length; circuit++) {
    const to = rowsPerCircuit * circuits[circuit]!;
    const from = rowsPerCircuit * circuit;
    for (let kind = 0; kind < rowsPerCircuit; kind++) {
      // Rounding may leave a row a hair over; the next class must not see less than nothing.
      prepared.unused[to + kind] = Math.max(0, prepared.unused[to + kind]! - load[from + kind]!);
    }
  }
}
