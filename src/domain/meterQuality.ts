import { type Phase, type PhaseName, phaseName, phases } from './phases.ts';
import type { Circuit } from './site.ts';

/** What is wrong with a meter, and in words why we think so. */
export interface MeterVerdict {
  readonly kind:
    | 'out of range'
    | 'unit changed'
    | 'sign changed'
    | 'frozen'
    | 'less than our charging'
    | 'phases swapped';
  readonly why: string;
  /** False: the meter is not used, as if it were silent. True: only shown, for a person to look into. */
  readonly isUsed: boolean;
}

/** Per phase, undefined where the reading tells nothing. */
export type KnownAmps = readonly [number | undefined, number | undefined, number | undefined];

export interface ReadingInput {
  readonly circuit: Circuit;
  /** The last current that was plausible, however old. */
  readonly plausible: KnownAmps;
  /** Why the reading before this one was refused. */
  readonly refusedFor: MeterVerdict['kind'] | undefined;
  readonly amps: KnownAmps;
}

/** No breaker lets so many times its rating through for longer than a fraction of a second [IEC 60898-1, type B: 5]. */
const breakerFactorMax = 5;
/** kW sent for W, give or take what the load moved meanwhile. */
const thousandth = { least: 1 / 1500, most: 1 / 700 } as const;
/** Once refused for its unit, a meter must show this part of what it showed before. */
const backFromUnitShare = 1 / 100;
/** Currents below say nothing about unit or sign. */
const tellingAmps = 3;
const sureAmps = 5;

/** Why a single reading cannot be right; undefined when nothing speaks against it. */
export function implausible(input: ReadingInput): MeterVerdict | undefined {
  return outOfRange(input) ?? unitChanged(input) ?? signChanged(input);
}

function outOfRange({ circuit, amps }: ReadingInput): MeterVerdict | undefined {
  const mostAmps = breakerFactorMax * circuit.breakerAmps;
  // Written so that what is no number is out of range too.
  const phase = phases.find((each) => !(Math.abs(amps[each] ?? 0) <= mostAmps));
  if (phase === undefined) return undefined;
  const why = `${shown(amps[phase])} on ${phaseName(phase)} is more than a breaker of ${circuit.breakerAmps} A lets through: is the unit right (W for kW)?`;
  return { kind: 'out of range', why, isUsed: false };
}

/** All phases fell to a thousandth at once: a building does not do that, a changed unit does. */
function unitChanged({ plausible, amps, refusedFor }: ReadingInput): MeterVerdict | undefined {
  const telling = comparable(plausible, amps);
  if (!telling.some(({ before }) => Math.abs(before) >= sureAmps)) return undefined;
  const fits = ({ before, now }: Comparable): boolean => {
    const share = Math.abs(now / before);
    return refusedFor === 'unit changed'
      ? share < backFromUnitShare
      : share >= thousandth.least && share <= thousandth.most;
  };
  const [first] = telling;
  if (first === undefined || !telling.every(fits)) return undefined;
  const why = `${first.name} fell from ${shown(first.before)} to ${shown(first.now)}, and every other phase to a thousandth too: is the unit right (kW for W)?`;
  return { kind: 'unit changed', why, isUsed: false };
}

/** Import became the same export from one reading to the next. With solar behind the meter that may be true. */
function signChanged({ circuit, plausible, amps, refusedFor }: ReadingInput): MeterVerdict | undefined {
  if (circuit.meter?.hasGeneration === true) return undefined;
  const telling = comparable(plausible, amps);
  if (!telling.some(({ before }) => before >= sureAmps)) return undefined;
  const fits = ({ before, now }: Comparable): boolean =>
    refusedFor === 'sign changed'
      ? now < 0
      : before * now < 0 && Math.abs(before + now) <= 0.5 + 0.1 * Math.abs(before);
  const [first] = telling;
  if (first === undefined || !telling.every(fits)) return undefined;
  const why = `${first.name} turned from ${shown(first.before)} to ${shown(first.now)} at once: is the sign right? With solar or a battery behind the meter set meter.hasGeneration`;
  return { kind: 'sign changed', why, isUsed: false };
}

interface Comparable {
  readonly name: PhaseName;
  readonly before: number;
  readonly now: number;
}

const comparable = (plausible: KnownAmps, amps: KnownAmps): readonly Comparable[] =>
  phases.flatMap((phase: Phase) => {
    const before = plausible[phase];
    const now = amps[phase];
    if (before === undefined || now === undefined || Math.abs(before) < tellingAmps) return [];
    return { name: phaseName(phase), before, now };
  });

const shown = (amps: number | undefined): string => `${Math.round((amps ?? 0) * 100) / 100} A`;
