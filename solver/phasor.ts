import type { ProblemEvse, Supply } from './problem.ts';

/** A current as its parts along and across the line's own voltage. */
export type Phasor = readonly [along: number, across: number];

const none: Phasor = [0, 0];
const degrees = Math.PI / 180;

/** The phasor of length 1 at an angle. */
const unit = (angleDegrees: number): Phasor => [
  Math.cos(angleDegrees * degrees),
  Math.sin(angleDegrees * degrees),
];
const plus = (a: Phasor, b: Phasor): Phasor => [a[0] + b[0], a[1] + b[1]];
const times = (a: Phasor, factor: number): Phasor => [a[0] * factor, a[1] * factor];

export const magnitude = ([along, across]: Phasor): number => Math.hypot(along, across);

/** What one ampere of an EVSE puts on each of a circuit's three lines. */
export function lineFactors(
  supply: Supply,
  wiring: ProblemEvse['wiring'],
): readonly [Phasor, Phasor, Phasor] {
  switch (supply) {
    case 'TN':
      return perLine((line) => (wiring.includes(line) ? [1, 0] : none));
    case 'IT':
      return perLine((line) => pairsOf(wiring).reduce((sum, pair) => plus(sum, onLine(line, pair)), none));
    case 'delta-wye primary':
      return perLine((line) => pairsOf(wiring).reduce((sum, pair) => plus(sum, onPrimary(line, pair)), none));
    default:
      throw new RangeError(`${supply satisfies never} is no supply`);
  }
}

/** What one ampere of an EVSE puts on a line at worst: what adds up as a phasor, and what as a number. */
export interface LineBound {
  readonly turned: Phasor;
  readonly straight: number;
}

/**
 * The same on IT when the loads' angles are known to a power factor only. Loads of the two sides of a line come as close
 * as they can: their phasor sum is then the most, and with it every combination of lower currents. Three lines are
 * used in any way, so their current may point anywhere and counts as a number.
 */
export function lineBounds(
  powerFactorMin: number,
  wiring: ProblemEvse['wiring'],
): readonly [LineBound, LineBound, LineBound] {
  const aside = Math.max(0, 30 - Math.acos(powerFactorMin) / degrees);
  const onReturn = 2 * unit(aside)[0];
  const bound = (line: Line): LineBound => {
    if (!wiring.includes(line)) return { turned: none, straight: 0 };
    if (wiring.length === 3) return { turned: none, straight: line === wiring[2] ? onReturn : 1 };
    const [leading] = pairsOf(wiring).map((pair) => onLine(line, pair)[1] > 0);
    return { turned: unit(leading ? aside : -aside), straight: 0 };
  };
  return [bound(0), bound(1), bound(2)];
}

type Line = 0 | 1 | 2;
type Pair = readonly [Line, Line];

const perLine = (value: (line: Line) => Phasor): readonly [Phasor, Phasor, Phasor] => [
  value(0),
  value(1),
  value(2),
];

/** Without a neutral a three-phase car's own return conductor is the third line. */
function pairsOf([first, second, third]: ProblemEvse['wiring']): Pair[] {
  if (first === undefined || second === undefined) return [];
  return third === undefined
    ? [[first, second]]
    : [
        [first, third],
        [second, third],
      ];
}

/** The voltage between two lines is 30 degrees ahead of or behind that of the first to earth. */
function onLine(line: Line, [from, to]: Pair): Phasor {
  if (line !== from && line !== to) return none;
  const other = line === from ? to : from;
  return unit((other - line + 3) % 3 === 1 ? 30 : -30);
}

/** Turns ratio of 480 V delta to 120 V wye. */
const turns = 4;

/**
 * Two of the three windings carry what flows between two lines, once in each direction, so that on the primary
 * side the line between them carries it twice.
 */
function onPrimary(line: Line, [from, to]: Pair): Phasor {
  const group = (to - from + 3) % 3 === 1 ? from : to;
  // Groups 0, 1, 2 sit between L1-L2, L2-L3, L3-L1. Line 0 carries group 2 twice, and so on round.
  const place = (group - line + 3) % 3;
  return times(place === 2 ? [2, 0] : unit(place === 0 ? 60 : -60), 1 / turns);
}

/**
 * Half-planes `cos * along + sin * across <= limit * shrink` whose common part lies inside the circle of that
 * limit and touches it nearly everywhere: the circle for linear programs, safe by construction.
 */
export interface Facet {
  readonly along: number;
  readonly across: number;
  readonly shrink: number;
}

const facetCount = 24;

/** The facets that currents within `reachDegrees` of the line's voltage, a multiple of 15, can meet. */
export function facets(reachDegrees: number): Facet[] {
  const step = 360 / facetCount;
  const shrink = Math.cos((step / 2) * degrees);
  return Array.from({ length: facetCount }, (_, index) => (index - facetCount / 2) * step)
    .filter((angle) => Math.abs(angle) <= reachDegrees)
    .map((angle) => ({ along: unit(angle)[0], across: unit(angle)[1], shrink }));
}

/** How far from the line's voltage currents of this supply can point. */
export const reachDegrees: Readonly<Record<Supply, number>> = { TN: 0, IT: 30, 'delta-wye primary': 60 };
