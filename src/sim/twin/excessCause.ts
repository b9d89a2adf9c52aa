import type { Node } from '../../control/topology.ts';
import { type ExcessCause, reactionMs } from './excess.ts';
import type { TwinMeter } from './meters.ts';
import { canBeStopped, shareInItsWord, type TwinStation } from './twinStation.ts';

/** A fault that ended may still be why for so long. */
const aftermathMs = 60_000;
/** A process that was started has every lease in its hand by then. */
const startingMs = 150_000;

/** Why more flows through a node, with these stations below it, than its limit, where no step explains it. */
export function causeOf(
  node: Node | undefined,
  below: readonly TwinStation[],
  now: {
    readonly nowMs: number;
    readonly meters: readonly TwinMeter[];
    /** undefined while no process runs. */
    readonly servedSinceMs: number | undefined;
    /** When one last stopped. */
    readonly awaySinceMs: number;
    /** Whether the building and these shares of what the stations draw would be too much as well. */
    isTooMuch(shareOf: (twin: TwinStation, evseNumber: number) => number): boolean;
  },
): ExcessCause {
  const { nowMs, meters, servedSinceMs, awaySinceMs } = now;
  // Nobody is there who could do anything about the others.
  if (servedSinceMs === undefined) return 'service away';
  const isMeterFaulty = meters.some(({ site, faultyAtMs }) => {
    const isOfThis = node?.kind !== 'circuit' || node.site.id === site.id;
    return isOfThis && nowMs - faultyAtMs < aftermathMs;
  });
  const isDisobeyed = below.some((twin) => canBeStopped(twin) && nowMs - twin.disobeyedAtMs < aftermathMs);
  // Where a meter is at fault too, a station is to blame for what it lets flow above its word.
  if (isDisobeyed && !(isMeterFaulty && now.isTooMuch(shareInItsWord))) return 'disobedient station';
  if (isMeterFaulty) return 'lying or silent meter';
  if (nowMs - servedSinceMs < startingMs) return 'service away';
  if (nowMs - awaySinceMs < startingMs) return 'service away';
  // One that is back has to be told, and its car to follow.
  const isOrWasAway = ({ outOfReachAtMs }: TwinStation): boolean => nowMs - outOfReachAtMs <= reactionMs;
  // The others can make no room for them.
  return now.isTooMuch((twin) => (isOrWasAway(twin) ? 1 : 0)) ? 'station out of reach' : 'unexplained';
}
