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
  const { layer, amps, high, bottleneck } = share;
  for (let evse = 0; evse < amps.length; evse++) amps[evse] = stepsDown(amps[evse]!, stepAmps[evse]!);
  sumLoads(layer, amps, load);
  let left = 0;
  for (let place = 0; place < order.length; place++) {
    const evse = order[place]!;
    // Whoever is held by no row has its maximum, and whoever is held may find that row full already.
    const row = bottleneck[evse]!;
    if (row < 0 || stepAmps[evse] === 0 || amps[evse] === 0 || amps[evse]! >= high[evse]!) continue;
    const draw = layer.coefficient[kinds * evse + (row & 3)]! * stepAmps[evse]!;
    if (load[row]! + draw <= share.room[row]! + toleranceAmps) canRise[left++] = evse;
  }
  if (left === 0) return;
  // Rows only fill up, so whoever found no room once is out.
  while (left > 0) {
    let stillRising = 0;
    for (let index = 0; index < left; index++) {
      const evse = canRise[index]!;
      if (!addStep(share, evse, stepAmps[evse]!, load)) continue;
      if (amps[evse]! < high[evse]!) canRise[stillRising++] = evse;
    }
    left = stillRising;
  }
  sumLoads(layer, amps, load);
}

/** Raises one EVSE by one step where every row that can bind has room for it. */
function addStep(share: FairShare, evse: number, stepAmps: number, load: Float64Array): boolean {
  const { layer, binding, above, room, amps } = share;
  const base = kinds * layer.home[evse]!;
  for (let kind = 0; kind < kinds; kind++) {
    const draw = layer.coefficient[kinds * evse + kind]! * stepAmps;
    if (draw === 0) continue;
    for (let row = binding[base + kind]!; row !== layer.noRow; row = above[row]!) {
      if (load[row]! + draw > room[row]! + toleranceAmps) return false;
    }
  }
  for (let kind = 0; kind < kinds; kind++) {
    const draw = layer.coefficient[kinds * evse + kind]! * stepAmps;
    if (draw === 0) continue;
    for (let row = binding[base + kind]!; row !== layer.noRow; row = above[row]!)
      load[row] = load[row]! + draw;
  }
  amps[evse] = stepsDown(amps[evse]! + stepAmps, stepAmps);
  return true;
}
