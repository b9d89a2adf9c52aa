import type { MeterVerdict } from './meterQuality.ts';
import { type Phase, phaseName, phases } from './phases.ts';
import type { Comparison } from './sureDraw.ts';

/** The comparison that the next ones are held against. */
export interface PhaseSwapWatch extends Comparison {
  /** How often a step of ours showed on another phase, since it last showed on its own. */
  readonly hints: number;
  readonly from: Phase | undefined;
  readonly to: Phase | undefined;
}

/** A step that stands out of a building's noise. */
const stepAmps = 5;
/** What a phase may move by and still count as standing still. */
const stillAmps = 1.5;
const hintsMin = 3;
/** A comparison over a longer time would say more about the building than about us. */
const comparedWithinMs = 60_000;

/**
 * Compares the steps of our own draw with those of the meter: one that shows on a phase where we did nothing, and
 * not on its own, hints at swapped phases. A suspicion only: to correct it by ourselves would be to guess.
 */
export function watchPhases(watch: PhaseSwapWatch | undefined, now: Comparison): PhaseSwapWatch {
  const fresh = { ...now, hints: watch?.hints ?? 0, from: watch?.from, to: watch?.to };
  if (watch === undefined || now.atMs - watch.atMs > comparedWithinMs) return fresh;

  const stepped = phases.find((phase) => Math.abs(sureStep(watch, now, phase)) >= stepAmps);
  if (stepped === undefined) return watch;
  const step = sureStep(watch, now, stepped);
  const shows = (phase: Phase): boolean => Math.abs(meteredStep(watch, now, phase) - step) <= stillAmps;
  if (shows(stepped)) return { ...fresh, hints: 0, from: undefined, to: undefined };
  const isStill = Math.abs(meteredStep(watch, now, stepped)) < stillAmps;
  const elsewhere = phases.find(
    (phase) => phase !== stepped && isUntouched(watch, now, phase) && shows(phase),
  );
  if (!isStill || elsewhere === undefined) return fresh;
  const isAgain = watch.from === stepped && watch.to === elsewhere;
  return { ...fresh, hints: isAgain ? fresh.hints + 1 : 1, from: stepped, to: elsewhere };
}

export function phaseSuspicion(watch: PhaseSwapWatch | undefined): MeterVerdict | undefined {
  if (watch?.from === undefined || watch.to === undefined || watch.hints < hintsMin) return undefined;
  const why = `what our EVSEs changed on ${phaseName(watch.from)} showed on ${phaseName(watch.to)} of the meter ${watch.hints} times: compare the wiring of the meter and of the EVSEs with the config`;
  return { kind: 'phases swapped', why, isUsed: true };
}

/** By how much our draw surely changed; 0 where that is not proven. */
function sureStep(before: Comparison, now: Comparison, phase: Phase): number {
  const roseBy = now.drawn.lowAmps[phase] - before.drawn.highAmps[phase];
  const fellBy = before.drawn.lowAmps[phase] - now.drawn.highAmps[phase];
  if (roseBy > 0) return roseBy;
  return fellBy > 0 ? -fellBy : 0;
}

const isUntouched = ({ drawn: before }: Comparison, { drawn: now }: Comparison, phase: Phase): boolean =>
  Math.max(now.highAmps[phase], before.highAmps[phase]) -
    Math.min(now.lowAmps[phase], before.lowAmps[phase]) <
  stillAmps;

const meteredStep = (before: Comparison, now: Comparison, phase: Phase): number =>
  (now.amps[phase] ?? 0) - (before.amps[phase] ?? 0);
