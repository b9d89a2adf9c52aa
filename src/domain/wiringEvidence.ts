import type { KnownAmps } from './meterQuality.ts';
import { type Phase, type PhaseAmps, perPhase, phases } from './phases.ts';

/** Where each conductor of the config really is: `[1, 2, 0]` shows on L2 what the config has on L1. */
type Turn = readonly [Phase, Phase, Phase];

/** Every way to connect three conductors: as the config has it, turned round, and with two of them exchanged. */
const turns: readonly Turn[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [0, 2, 1],
  [2, 1, 0],
  [1, 0, 2],
];

/**
 * Before anything was measured. Electricians turn the phases from one station to the next, which keeps their order; an
 * exchange of two is a mistake, and seldom.
 */
const priors: readonly number[] = [0.3, 0.3, 0.3, 1 / 30, 1 / 30, 1 / 30].map(Math.log);

/** What steps of an EVSE told of how it is wired. */
export interface WiringEvidence {
  /** Logarithm of the weight of each turn, the best 0. */
  readonly scores: readonly number[];
  /** Steps that could tell anything. */
  readonly steps: number;
}

export const noEvidence: WiringEvidence = { scores: priors, steps: 0 };

/** A change and its variance, per phase of the circuit. */
export interface Spread {
  readonly amps: PhaseAmps;
  readonly variance: PhaseAmps;
}

/** What an EVSE changed between two readings of a meter, and what the meter showed. */
export interface WiringStep {
  /** On the phases that the config says. */
  readonly ownAmps: PhaseAmps;
  /** What the meter changed by; undefined on a phase it does not tell. */
  readonly meteredAmps: KnownAmps;
  /** What all other EVSEs below the meter changed. */
  readonly others: Spread;
}

/** The same current on all conductors looks the same however they are turned. */
const unevenAmps = 4;
/** What a building does by itself within seconds, and what two meters may differ by. */
const noiseAmps = 1.5;
/** Student's t: a kettle that is switched on at the same moment is unlikely, not impossible, and must not decide. */
const freedom = 2;
/** What was measured long ago weighs less: somebody may have been at the terminals since. */
const kept = 0.95;

/** Whether a step can tell how the EVSE is wired. */
export const isTelling = (ownAmps: PhaseAmps): boolean =>
  Math.max(...ownAmps) - Math.min(...ownAmps) >= unevenAmps;

/** The evidence after another step: each turn is weighed by how well it explains what the meter showed. */
export function withStep(evidence: WiringEvidence, step: WiringStep): WiringEvidence {
  const scores = turns.map(
    (turn, index) => kept * (evidence.scores[index] ?? 0) + likelihood(turned(step.ownAmps, turn), step),
  );
  const best = Math.max(...scores);
  return { scores: scores.map((score) => score - best), steps: evidence.steps + 1 };
}

function likelihood(ownAmps: PhaseAmps, { meteredAmps, others }: WiringStep): number {
  return phases.reduce<number>((sum, phase) => {
    const metered = meteredAmps[phase];
    if (metered === undefined) return sum;
    const missAmps = metered - ownAmps[phase] - others.amps[phase];
    const variance = noiseAmps * noiseAmps + others.variance[phase];
    const t = (-(freedom + 1) / 2) * Math.log(1 + (missAmps * missAmps) / (freedom * variance));
    return sum + t - Math.log(variance) / 2;
  }, 0);
}

const turned = (amps: PhaseAmps, turn: Turn): PhaseAmps =>
  perPhase((phase) => amps[phases.find((from) => turn[from] === phase) ?? phase]);

/** What an EVSE changed, on the phases it really has, as far as these are known. */
export function spreadOf(evidence: WiringEvidence, ownAmps: PhaseAmps, ownVariance: PhaseAmps): Spread {
  const weights = weightsOf(evidence);
  const mean = (of: (turn: Turn) => PhaseAmps): PhaseAmps =>
    perPhase((phase) => turns.reduce((sum, turn, index) => sum + (weights[index] ?? 0) * of(turn)[phase], 0));
  const amps = mean((turn) => turned(ownAmps, turn));
  const squares = mean((turn) => {
    const here = turned(ownAmps, turn);
    const unsure = turned(ownVariance, turn);
    return perPhase((phase) => here[phase] * here[phase] + unsure[phase]);
  });
  return { amps, variance: perPhase((phase) => Math.max(0, squares[phase] - amps[phase] * amps[phase])) };
}

function weightsOf({ scores }: WiringEvidence): readonly number[] {
  const raw = scores.map(Math.exp);
  const sum = raw.reduce((total, each) => total + each, 0);
  return raw.map((each) => each / sum);
}

/** What the steps say about an EVSE's wiring. */
export interface WiringFinding {
  /** The likeliest, as `Evse.wiring` has it. */
  readonly wiring: readonly Phase[];
  /** How likely the whole of it is, 0 to 1. */
  readonly confidence: number;
  /** The same for each of its conductors. */
  readonly conductors: readonly number[];
  readonly steps: number;
  /** Enough steps agree, and nothing else explains them. */
  readonly isSure: boolean;
}

const sureConfidence = 0.99;
const sureSteps = 3;

/** undefined as long as no step could tell anything. */
export function findingOf(evidence: WiringEvidence, wiring: readonly Phase[]): WiringFinding | undefined {
  if (evidence.steps === 0) return undefined;
  const weights = weightsOf(evidence);
  const wirings = turns.map((turn) => wiring.map((phase) => turn[phase]));
  const weightWhere = (fits: (candidate: readonly Phase[]) => boolean): number =>
    wirings.reduce((sum, each, index) => sum + (fits(each) ? (weights[index] ?? 0) : 0), 0);
  const likely = wirings[evidence.scores.indexOf(0)] ?? wiring;
  const confidence = weightWhere((each) => each.join() === likely.join());
  return {
    wiring: likely,
    confidence,
    conductors: likely.map((phase, conductor) => weightWhere((each) => each[conductor] === phase)),
    steps: evidence.steps,
    isSure: confidence >= sureConfidence && evidence.steps >= sureSteps,
  };
}
