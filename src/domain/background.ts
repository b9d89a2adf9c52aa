import type { MeteredCurrent } from './meterState.ts';
import { type Phase, type PhaseAmps, perPhase, phases } from './phases.ts';

/** The least and the most our own EVSEs below a circuit may have drawn when its meter was read. */
export interface DrawRange {
  readonly lowAmps: PhaseAmps;
  readonly highAmps: PhaseAmps;
}

export interface BackgroundInput {
  readonly measures: 'total' | 'background';
  readonly metered: MeteredCurrent;
  readonly charging: DrawRange;
  /** The last estimate that rested on a live meter. */
  readonly previousAmps: PhaseAmps | undefined;
  readonly assumedAmps: number;
}

export interface Background {
  readonly amps: PhaseAmps;
  /** `assumed` as soon as one phase is not measured. */
  readonly basis: 'measured' | 'assumed';
}

/**
 * Current on a circuit that we do not control.
 *
 * A total meter also sees our own charging, and the stations tell their draw later and less often than
 * the meter tells the sum. So charging is known only as a range, and background = total - charging is one
 * too. Within it the last estimate stays: a rise of the total that cars may explain (they were just given
 * more) is theirs, and a fall that cars may explain (they were just given less) too. Otherwise every raise
 * would look like new background load, be taken back, and the setpoints would oscillate.
 *
 * A silent meter is not a quiet building: a phase without a fresh value counts the assumed background, or
 * the last estimate where that was higher, so that losing the meter never raises anybody.
 */
export function background(input: BackgroundInput): Background {
  const onPhase = (phase: Phase): number => {
    const metered = input.metered.amps[phase];
    const previous = input.previousAmps?.[phase];
    if (metered === undefined) return Math.max(input.assumedAmps, previous ?? 0);
    if (input.measures === 'background') return Math.max(0, metered);
    const least = Math.max(0, metered - input.charging.highAmps[phase]);
    const most = Math.max(0, metered - input.charging.lowAmps[phase]);
    return Math.min(Math.max(previous ?? most, least), most);
  };
  const isMeasured = phases.every((phase) => input.metered.amps[phase] !== undefined);
  return { amps: perPhase(onPhase), basis: isMeasured ? 'measured' : 'assumed' };
}
