import type { Node } from '../../control/topology.ts';
import { type ExcessCause, reactionMs } from './excess.ts';
import type { TwinMeter } from './meters.ts';
import type { TwinStation } from './twinStation.ts';

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
    /** Whether these stations and the building are too much by themselves, so that the others cannot make room. */
    isTooMuch(holds: (twin: TwinStation) => boolean): boolean;
  },
): ExcessCause {
  const { nowMs, meters, servedSinceMs, awaySinceMs } = now;
  if (below.some((twin) => nowMs - twin.disobeyedAtMs < aftermathMs)) return 'disobedient station';
  const isMeterFaulty = meters.some(({ site, faultyAtMs }) => {
    const isOfThis = node?.kind !== 'circuit' || node.site.id === site.id;
    return isOfThis && nowMs - faultyAtMs < aftermathMs;
  });
  if (isMeterFaulty) return 'lying or silent meter';
  if (servedSinceMs === undefined || nowMs - servedSinceMs < startingMs) return 'service away';
  if (nowMs - awaySinceMs < startingMs) return 'service away';
  // One that is back has to be told, and its car to follow.
  const isOrWasAway = ({ outOfReachAtMs }: TwinStation): boolean => nowMs - outOfReachAtMs <= reactionMs;
  return now.isTooMuch(isOrWasAway) ? 'station out of reach' : 'unexplained';
}
