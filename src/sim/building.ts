import { type Phase, type PhaseAmps, perPhase } from '../domain/phases.ts';
import { randomAt, streamSeed } from './random.ts';

/** Background load per phase as a function of time: asked for the same instant, it gives the same answer. */
export type Background = (nowMs: number) => PhaseAmps;

export interface BuildingOptions {
  readonly seed: number;
  /** What always runs, per phase. */
  readonly baseAmps: PhaseAmps;
  /** How far the slow swell (minutes) may lift each phase above that. */
  readonly swellAmps: number;
  /** How far the quick flicker (seconds) may. */
  readonly noiseAmps: number;
  /** A machine on one phase that runs, or does not, for a while. */
  readonly step: { readonly amps: number; readonly everyMs: number; readonly chance: number };
}

const swellMs = 240_000;
const noiseMs = 3_000;

/** A building made of a base, a swell, noise, and machines that switch on and off. */
export function building(options: BuildingOptions): Background {
  const { seed, baseAmps, swellAmps, noiseAmps, step } = options;
  const streamsOf = (phase: Phase) => ({
    swell: streamSeed(seed, `swell ${phase}`),
    noise: streamSeed(seed, `noise ${phase}`),
    machine: streamSeed(seed, `machine ${phase}`),
  });
  const streams = [streamsOf(0), streamsOf(1), streamsOf(2)] as const;
  return (nowMs) =>
    perPhase((phase) => {
      const { swell, noise, machine } = streams[phase];
      // Each phase's machine has its own rhythm, so that steps do not come together.
      const slot = Math.floor(nowMs / step.everyMs + randomAt(machine, 0));
      const isOn = randomAt(machine, slot) < step.chance;
      return (
        baseAmps[phase] +
        swellAmps * smoothNoise(swell, nowMs / swellMs) +
        noiseAmps * smoothNoise(noise, nowMs / noiseMs) +
        (isOn ? step.amps : 0)
      );
    });
}

/** Values in [0, 1) at whole positions, a smooth path between them. */
function smoothNoise(seed: number, position: number): number {
  const index = Math.floor(position);
  const share = position - index;
  const smooth = share * share * (3 - 2 * share);
  return randomAt(seed, index) * (1 - smooth) + randomAt(seed, index + 1) * smooth;
}
