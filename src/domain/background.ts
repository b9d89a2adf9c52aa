import type { DrawRange } from './drawRange.ts';
import type { MeteredCurrent } from './meterState.ts';
import { type Phase, type PhaseAmps, perPhase, phases } from './phases.ts';

export interface BackgroundInput {
  readonly measures: 'total' | 'background';
  readonly metered: MeteredCurrent;
  readonly charging: DrawRange;
  /** The most that parts add up to, in relation to the total the meter shows: 1 where phases add up as numbers. */
  readonly partsFactor: number;
  /** The last estimate that rested on a live meter. */
  readonly previous: Background | undefined;
  readonly assumedAmps: number;
  readonly limitAmps: PhaseAmps;
  readonly nowMs: number;
}

export interface Background {
  readonly amps: PhaseAmps;
  /** `assumed` as soon as one phase is not measured. */
  readonly basis: 'measured' | 'assumed';
  /** Since when the meter shows more than this and all that the cars told. */
  readonly doubtedSinceMs: number | undefined;
}

/** Meters and stations may differ by this much without meaning anything. */
const measuringErrorAmps = 0.5;

/**
 * Current on a circuit that we do not control.
 *
 * A total meter also sees our own charging, and the stations tell their draw later and less often than
 * the meter tells the sum. So charging is known only as a range, and background = total - charging is one
 * too. Within it the last estimate stays: a rise of the total that cars may explain (they were just given
 * more) is theirs, and a fall that cars may explain (they were just given less) too. Otherwise every raise
 * would look like new background load, be taken back, and the setpoints would oscillate.
 *
 * That trust ends when every car has told its draw since and the rise is still there, and at once while the
 * total itself is over the limit: then what no car told is background.
 *
 * A silent meter is not a quiet building: a phase without a fresh value counts the assumed background, or
 * the last estimate where that was higher, so that losing the meter never raises anybody. Export counts as no
 * background: what the sun lends, a cloud takes back faster than cars can follow.
 *
 * On IT the parts of a line's current add up to more than the meter shows, by an angle that it does not tell. The range
 * then reaches up to what the worst angle allows, and the last estimate within it stands: without cars it was exact.
 */
export function background(input: BackgroundInput): Background {
  const { metered, charging, previous, nowMs } = input;
  const isMeasured = phases.every((phase) => metered.amps[phase] !== undefined);
  const trusted = perPhase((phase) => trustedAmps(input, phase));
  const told = perPhase((phase) => Math.max(0, (metered.amps[phase] ?? 0) - charging.toldAmps[phase]));
  const isDoubted =
    input.measures === 'total' && phases.some((phase) => told[phase] > trusted[phase] + measuringErrorAmps);
  const sinceMs = isDoubted ? (previous?.doubtedSinceMs ?? nowMs) : undefined;
  const isProven = sinceMs !== undefined && charging.toldAtMs >= sinceMs;
  const onPhase = (phase: Phase): number => {
    const isOver = (metered.amps[phase] ?? 0) > input.limitAmps[phase];
    return isDoubted && (isProven || isOver) ? Math.max(trusted[phase], told[phase]) : trusted[phase];
  };
  return {
    amps: perPhase(onPhase),
    basis: isMeasured ? 'measured' : 'assumed',
    doubtedSinceMs: isProven ? undefined : sinceMs,
  };
}

/** The background as long as cars may explain what changed. */
function trustedAmps(
  { metered, measures, charging, partsFactor, previous, assumedAmps }: BackgroundInput,
  phase: Phase,
): number {
  const meteredAmps = metered.amps[phase];
  const previousAmps = previous?.amps[phase];
  if (meteredAmps === undefined) return Math.max(assumedAmps, previousAmps ?? 0);
  if (measures === 'background') return Math.max(0, meteredAmps);
  const least = Math.max(0, meteredAmps - charging.highAmps[phase]);
  const lowAmps = charging.lowAmps[phase];
  // More than the meter shows only where cars feed back: they may stop at any moment, and what they lend is given to nobody.
  const mostSeen = meteredAmps - Math.min(0, lowAmps);
  const most = Math.max(0, Math.min(mostSeen, partsFactor * meteredAmps - lowAmps));
  return Math.min(Math.max(previousAmps ?? most, least), most);
}
