import { noAmps, type PhaseAmps, perPhase } from './phases.ts';

/** How a circuit's background was seen to step, in slots of one reaction time each. */
export interface StepHistory {
  /** The largest rise within each slot, the oldest first. */
  readonly rises: readonly PhaseAmps[];
  readonly slot: {
    readonly startedAtMs: number;
    readonly lowAmps: PhaseAmps;
    readonly riseAmps: PhaseAmps;
  };
  /** What is kept free for the next step; moves at the end of a slot only. */
  readonly marginAmps: PhaseAmps;
}

export interface MarginOptions {
  /** The most that is kept free. 0: nothing, and nothing is learnt. */
  readonly maxAmps: number;
  /** From a step to the moment at which the cars have made room for it. */
  readonly reactionMs: number;
}

/** About an hour of slots: an afternoon's saw says little about the night. */
const slotsMax = 512;
/** Before, a single kettle would stand for the whole building. */
const slotsMin = 32;
/** A step larger than that comes once in fifty reaction times, and is left to the reaction. */
const coveredShare = 0.98;

/**
 * The history after a tick. The margin is what the background rises by within the time we need to answer, as far as
 * that is ordinary: a normal step then stays under the limit, a rare one is answered as fast as ever.
 */
export function withBackground(
  history: StepHistory | undefined,
  now: { readonly amps: PhaseAmps; readonly atMs: number },
  { maxAmps, reactionMs }: MarginOptions,
): StepHistory | undefined {
  if (maxAmps <= 0) return undefined;
  const { amps, atMs } = now;
  const begun = { startedAtMs: atMs, lowAmps: amps, riseAmps: noAmps };
  if (history === undefined) return { rises: [], slot: begun, marginAmps: noAmps };
  const { slot } = history;
  // The meter was silent meanwhile: what changed then was no step.
  if (atMs - slot.startedAtMs > 2 * reactionMs) return { ...history, slot: begun };
  const riseAmps = perPhase((phase) => Math.max(slot.riseAmps[phase], amps[phase] - slot.lowAmps[phase]));
  if (atMs - slot.startedAtMs < reactionMs) {
    const lowAmps = perPhase((phase) => Math.min(slot.lowAmps[phase], amps[phase]));
    return { ...history, slot: { ...slot, lowAmps, riseAmps } };
  }
  const rises = [...history.rises, riseAmps].slice(-slotsMax);
  return { rises, slot: begun, marginAmps: perPhase((phase) => Math.min(maxAmps, ordinary(rises, phase))) };
}

/** The rise that so large a share of all does not exceed: the least of the few largest. */
function ordinary(rises: readonly PhaseAmps[], phase: 0 | 1 | 2): number {
  if (rises.length < slotsMin) return 0;
  // Ascending, and full from the start: no rise is below 0.
  const largest = new Float64Array(rises.length - Math.floor(coveredShare * (rises.length - 1)));
  for (const { [phase]: rise } of rises) {
    let at = 0;
    while (at < largest.length && (largest[at] ?? 0) < rise) at += 1;
    if (at === 0) continue;
    largest.copyWithin(0, 1, at);
    largest[at - 1] = rise;
  }
  return largest[0] ?? 0;
}
