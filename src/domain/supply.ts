import { type Phase, type PhaseAmps, perPhase } from './phases.ts';

/**
 * How a site is fed. `TN`: star with a neutral, and what cars draw on a phase adds up as numbers. `IT`: delta without
 * one (230 V, Norway), so every car sits between two lines, and what meets on a line adds up as phasors.
 */
export type Supply =
  | {
      readonly system: 'TN';
      /** What a one-phase load sees: the voltage from a phase to neutral. */
      readonly phaseVolts: number;
    }
  | {
      readonly system: 'IT';
      /** What a one-phase load sees: the voltage between two lines. */
      readonly phaseVolts: number;
      /** The lowest power factor, distortion included, of the cars and of the building. */
      readonly powerFactorMin: number;
    };

/** What an EVSE can put on each line of its circuit, in amperes per ampere of its setpoint. */
export interface LineShares {
  /** Adds up as a number. */
  readonly straight: PhaseAmps;
  /** Ahead of the line's own voltage, by 30 degrees where the load is resistive. */
  readonly ahead: PhaseAmps;
  /** As much behind it. */
  readonly behind: PhaseAmps;
}

const radians = Math.PI / 180;
const none: PhaseAmps = [0, 0, 0];

/** From a line to the star point, which an IT supply only has on paper. */
export const starVolts = ({ system, phaseVolts }: Supply): number =>
  system === 'TN' ? phaseVolts : phaseVolts / Math.sqrt(3);

/**
 * How many loads a car can be between the EVSE's conductors. Without a neutral the last conductor is the return: a
 * three-phase car is two loads against it.
 */
export const loadCount = ({ system }: Supply, wiring: readonly Phase[]): number =>
  system === 'TN' ? wiring.length : wiring.length - 1;

/**
 * Where the current of an EVSE goes. Between two lines it leads on one and lags on the other. What a car does with three
 * is not known: two loads that share the third line as their return, one load alone, or a delta of its own; so all of
 * it counts straight, and on the third line as much as two loads can put there together.
 */
export function lineShares(supply: Supply, wiring: readonly Phase[]): LineShares {
  if (supply.system === 'TN') return { straight: shareOf(wiring), ahead: none, behind: none };
  const [first, second, third] = wiring;
  if (third === undefined) {
    const leads = (line: Phase): boolean => wiring.includes(line) && wiring.includes(next(line));
    return {
      straight: none,
      ahead: perPhase((line) => (leads(line) ? 1 : 0)),
      behind: perPhase((line) => (wiring.includes(line) && !leads(line) ? 1 : 0)),
    };
  }
  const onReturn = 2 * Math.cos(apartRadians(supply) / 2);
  const straight = perPhase((line) =>
    line === third ? onReturn : line === first || line === second ? 1 : 0,
  );
  return { straight, ahead: none, behind: none };
}

const shareOf = (wiring: readonly Phase[]): PhaseAmps =>
  perPhase((phase) => (wiring.includes(phase) ? 1 : 0));

const next = (line: Phase): Phase => (line === 0 ? 1 : line === 1 ? 2 : 0);

/** The most that an ampere of the setpoint can be on each line. */
export const mostOnLines = ({ straight, ahead, behind }: LineShares): PhaseAmps =>
  perPhase((line) => straight[line] + ahead[line] + behind[line]);

/** The setpoint that a car with these line currents makes use of. */
export function usedAmps(supply: Supply, wiring: readonly Phase[], amps: PhaseAmps): number {
  const shares = mostOnLines(lineShares(supply, wiring));
  return Math.max(...wiring.map((line) => amps[line] / shares[line]));
}

/** How far a current may be from where a resistive load's would be. */
const spreadRadians = (supply: Supply): number =>
  supply.system === 'TN' ? 0 : Math.acos(supply.powerFactorMin);

/** The least angle between a current that leads on a line and one that lags. */
const apartRadians = (supply: Supply): number => Math.max(0, 60 * radians - 2 * spreadRadians(supply));

/**
 * The most that currents of these sizes make on one line together.
 *
 * The loads between this line and the next lead its voltage by 30 degrees, those between it and the one before lag as
 * much: 60 degrees apart. A load of power factor p is up to acos p off, so the two sides are at least 60 - 2 acos p
 * apart. With RMS currents as lengths this holds for any waveform, since a power factor with its distortion is the
 * cosine between current and voltage as functions of time. Within a side sizes add up at most, and of the two sides
 *
 *     |a + b|² = |a|² + |b|² + 2 a·b ≤ ahead² + behind² + 2 cos(60° - 2 acos p) ahead behind.
 *
 * No factor is negative, so the bound grows with every part: where each EVSE may draw anything from nothing to its
 * exposure, the exposures give the worst of all combinations. It is reached, so it is the least such bound; at p = 1
 * it is the plain phasor sum, below p = 0.866 the plain sum.
 */
export function turnedAmps(supply: Supply, ahead: number, behind: number): number {
  const cosine = Math.cos(apartRadians(supply));
  return Math.sqrt(ahead * ahead + behind * behind + 2 * cosine * ahead * behind);
}

/** How much one side may grow by before the line carries `freeAmps` more. Not a number, or negative: none. */
export function turnedRoomAmps(supply: Supply, own: number, other: number, freeAmps: number): number {
  const cosine = Math.cos(apartRadians(supply));
  const most = turnedAmps(supply, own, other) + freeAmps;
  return freeAmps < 0
    ? 0
    : Math.sqrt(most * most - other * other * (1 - cosine * cosine)) - cosine * other - own;
}

/**
 * The most that parts can add up to in relation to what a meter shows of them together. All currents of a line lie
 * within `30° + acos p` of its voltage (45 degrees at most: nobody's current lowers another's), so together they are at
 * least as long as their sum along that voltage.
 */
export const partsFactor = (supply: Supply): number =>
  supply.system === 'TN' ? 1 : 1 / Math.cos(Math.min(45 * radians, 30 * radians + spreadRadians(supply)));
