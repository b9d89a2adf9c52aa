import type { KnownAmps, MeterVerdict } from './meterQuality.ts';
import type { MeteredCurrent } from './meterState.ts';
import { type PhaseAmps, perPhase, phaseName, phases } from './phases.ts';
import type { CircuitMeter } from './site.ts';
import type { Comparison, SureDraw } from './sureDraw.ts';

/** What is held of a meter's readings to compare them with what our own EVSEs surely drew. */
export interface MeterWatch {
  /** The newest reading, and since when and how often it was the same to the last bit. */
  readonly atMs: number;
  readonly amps: KnownAmps;
  readonly sameSinceMs: number;
  readonly sameCount: number;
  /** The most and the least that our EVSEs provably drew since; undefined before the first comparison. */
  readonly sureHighAmps: PhaseAmps | undefined;
  readonly sureLowAmps: PhaseAmps | undefined;
  /** Comparisons in a row that contradicted the meter, or did not. */
  readonly frozenCount: number;
  readonly lessCount: number;
  readonly soundCount: number;
  /** Stands until the meter was sound for a while. */
  readonly verdict: MeterVerdict | undefined;
}

/** Noise alone changes the last digit of any real meter within this many readings. */
const sameReadingsMin = 5;
/** A contradiction counts when so many comparisons in a row show it, and ends when as many show none. */
const confirmations = 2;
/** Our EVSEs' draw moved by so much without the meter moving at all. */
const movedAmps = 3;
/** What meters and stations may differ by: a class-2 meter and a cheap station together. */
const toleranceAmps = 2;
const toleranceShare = 0.1;

/**
 * The watch after a tick. `comparison` is there when there is one to judge; `partsFactor` is how much more than the
 * meter shows our EVSEs may add up to: 1 on star supply.
 */
export function watchMeter(
  watch: MeterWatch | undefined,
  meter: CircuitMeter,
  metered: MeteredCurrent,
  comparison: Comparison | undefined,
  partsFactor: number,
): MeterWatch | undefined {
  const next = withReading(watch, metered);
  return next === undefined || comparison === undefined
    ? next
    : judged(next, { meter, comparison, partsFactor });
}

function withReading(watch: MeterWatch | undefined, { amps, atMs }: MeteredCurrent): MeterWatch | undefined {
  if (atMs === undefined || atMs === watch?.atMs) return watch;
  if (watch !== undefined && phases.every((phase) => watch.amps[phase] === amps[phase])) {
    return { ...watch, atMs, sameCount: watch.sameCount + 1 };
  }
  return {
    atMs,
    amps,
    sameSinceMs: atMs,
    sameCount: 1,
    sureHighAmps: undefined,
    sureLowAmps: undefined,
    frozenCount: 0,
    lessCount: watch?.lessCount ?? 0,
    soundCount: watch?.soundCount ?? 0,
    verdict: watch?.verdict,
  };
}

interface Judged {
  readonly meter: CircuitMeter;
  readonly comparison: Comparison;
  readonly partsFactor: number;
}

function judged(held: MeterWatch, { meter, comparison, partsFactor }: Judged): MeterWatch {
  const { atMs, amps, drawn } = comparison;
  const watch = atMs < held.sameSinceMs ? held : withSureDraw(held, drawn.lowAmps, drawn.highAmps);
  const { sureHighAmps, sureLowAmps, sameCount } = watch;
  const hasMoved = phases.some(
    (phase) =>
      watch.amps[phase] !== undefined &&
      (sureHighAmps?.[phase] ?? 0) - (sureLowAmps?.[phase] ?? 0) > movedAmps,
  );
  const isFrozen = hasMoved && sameCount >= sameReadingsMin;
  const lessOn = phases.find((phase) => {
    const shown = amps[phase];
    const low = drawn.lowAmps[phase] / partsFactor;
    const least = low - Math.max(toleranceAmps, toleranceShare * low);
    return meter.hasGeneration !== true && shown !== undefined && shown < least;
  });
  const isAgainst = isFrozen || lessOn !== undefined;
  if (!isAgainst && !isTelling(drawn)) return watch;
  const frozenCount = isFrozen ? watch.frozenCount + 1 : 0;
  const lessCount = lessOn === undefined ? 0 : watch.lessCount + 1;
  const soundCount = isAgainst ? 0 : watch.soundCount + 1;
  const counted = { ...watch, frozenCount, lessCount, soundCount };
  if (frozenCount >= confirmations) return { ...counted, verdict: frozen(sameCount) };
  if (lessCount >= confirmations && lessOn !== undefined) {
    const why = `${phaseName(lessOn)} showed ${tenth(amps[lessOn] ?? 0)} A while our EVSEs drew at least ${tenth(drawn.lowAmps[lessOn])} A: is the meter on this circuit, and are its phases right? With solar or a battery behind it set meter.hasGeneration`;
    return { ...counted, verdict: { kind: 'less than our charging', why, isUsed: false } };
  }
  return soundCount >= confirmations ? { ...counted, verdict: undefined } : counted;
}

/** Whether a comparison could have found a fault: cars draw, and how much is known. */
const isTelling = ({ lowAmps, highAmps }: SureDraw): boolean =>
  Math.max(...lowAmps) > 2 * toleranceAmps &&
  phases.every(
    (phase) => highAmps[phase] - lowAmps[phase] <= Math.max(movedAmps, toleranceShare * highAmps[phase]),
  );

function withSureDraw(watch: MeterWatch, lowAmps: PhaseAmps, highAmps: PhaseAmps): MeterWatch {
  const { sureHighAmps = lowAmps, sureLowAmps = highAmps } = watch;
  return {
    ...watch,
    sureHighAmps: perPhase((phase) => Math.max(sureHighAmps[phase], lowAmps[phase])),
    sureLowAmps: perPhase((phase) => Math.min(sureLowAmps[phase], highAmps[phase])),
  };
}

const frozen = (sameCount: number): MeterVerdict => ({
  kind: 'frozen',
  why: `the last ${sameCount} readings are the same to the last digit, while our EVSEs' draw changed by more than ${movedAmps} A`,
  isUsed: false,
});

const tenth = (amps: number): number => Math.round(amps * 10) / 10;
