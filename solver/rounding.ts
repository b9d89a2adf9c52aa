import type { FairShare } from './fairShare.ts';
import { rowsPerCircuit, sumLoads, toleranceAmps } from './layer.ts';

// The optimiser folds a constant of this module, not one that is imported.
const kinds: number = rowsPerCircuit;

/** What a multiple of a step may miss it by: 6.1 / 0.1 is 60.99999999999999. */
const stepTolerance = 1e-9;

/** The highest multiple of `stepAmps` at or below `amps`. */
export function stepsDown(amps: number, stepAmps: number): number {
  if (stepAmps === 1) return Math.floor(amps + stepTolerance);
  return stepAmps === 0 ? amps : clean(Math.floor(amps / stepAmps + stepTolerance) * stepAmps);
}

/** The lowest multiple of `stepAmps` at or above `amps`. */
export function stepsUp(amps: number, stepAmps: number): number {
  if (stepAmps === 1) return Math.ceil(amps - stepTolerance);
  return stepAmps === 0 ? amps : clean(Math.ceil(amps / stepAmps - stepTolerance) * stepAmps);
}

/** 61 * 0.1 is 6.1000000000000005, and nobody wants to read that on a display. */
const clean = (amps: number): number => Math.round(amps * 1e9) / 1e9;

/**
 * Rounds the fair share in `share.amps` down to what each EVSE can be set to, then gives whole steps back
 * wherever the rows have room for one, in turns in the given order. `load` becomes the load of every row;
 * `canRise` is room for a list.
 */
export function roundToSteps(
  share: FairShare,
  stepAmps: Float64Array,
  order: Uint32Array,
  load: Float64Array,
  canRise: Uint32Array,
): void {
  const { layer, amps, high, bottleneck, room } = share;
  for (let evse = 0; evse < amps.length; evse++) amps[evse] = stepsDown(amps[evse]!, stepAmps[evse]!);
  sumLoads(layer, amps, load);
  let left = 0;
  for (let place = 0; place < order.length; place++) {
    const evse = order[place]!;
    // Whoever is held by no row has its maximum.
    const isHeld = bottleneck[evse]! >= 0 && amps[evse]! > 0 && stepAmps[evse]! > 0;
    if (isHeld && amps[evse]! < high[evse]!) canRise[left++] = evse;
  }
  if (left === 0) return;
  // Rows only fill up, so whoever found no room once is out.
  while (left > 0) {
    let stillRising = 0;
    for (let index = 0; index < left; index++) {
      const evse = canRise[index]!;
      const step = stepAmps[evse]!;
      // Most find the row full that holds them, and need not look at the others.
      const row = bottleneck[evse]!;
      const draw = layer.coefficient[kinds * evse + (row & 3)]! * step;
      if (load[row]! + draw > room[row]! + toleranceAmps || !hasRoom(share, evse, step, load)) continue;
      addStep(share, evse, step, load);
      if (amps[evse]! < high[evse]!) canRise[stillRising++] = evse;
    }
    left = stillRising;
  }
  sumLoads(layer, amps, load);
}

/** Whether every row that can bind has room for one more step of an EVSE. */
function hasRoom(
  { layer, binding, above, room }: FairShare,
  evse: number,
  step: number,
  load: Float64Array,
): boolean {
  const base = kinds * layer.home[evse]!;
  for (let kind = 0; kind < kinds; kind++) {
    const draw = layer.coefficient[kinds * evse + kind]! * step;
    if (draw === 0) continue;
    for (let row = binding[base + kind]!; row !== layer.noRow; row = above[row]!) {
      if (load[row]! + draw > room[row]! + toleranceAmps) return false;
    }
  }
  return true;
}

function addStep(
  { layer, binding, above, amps }: FairShare,
  evse: number,
  step: number,
  load: Float64Array,
): void {
  const base = kinds * layer.home[evse]!;
  for (let kind = 0; kind < kinds; kind++) {
    const draw = layer.coefficient[kinds * evse + kind]! * step;
    if (draw === 0) continue;
    for (let row = binding[base + kind]!; row !== layer.noRow; row = above[row]!)
      load[row] = load[row]! + draw;
  }
  amps[evse] = stepsDown(amps[evse]! + step, step);
}
