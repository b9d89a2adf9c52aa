import { type Phase, type PhaseAmps, perPhase } from '../domain/phases.ts';
import type { Supply } from '../domain/supply.ts';
import { onPhases } from './meter.ts';

/**
 * What the loads of an EVSE draw, in parts that add up as numbers: on each phase of a star, between L1 and L2, L2 and
 * L3, L3 and L1 of a delta. There the last conductor is the return of the others; loads are resistive.
 */
export function flowParts(
  { system }: Supply,
  wiring: readonly Phase[],
  conductors: readonly number[],
): PhaseAmps {
  if (system === 'TN') return onPhases(wiring, conductors);
  const back = wiring.at(-1);
  return perPhase((pair) =>
    wiring
      .slice(0, -1)
      .reduce<number>(
        (sum, line, load) => sum + (between(line, back) === pair ? (conductors[load] ?? 0) : 0),
        0,
      ),
  );
}

function between(a: Phase, b: Phase | undefined): Phase | undefined {
  if (b === undefined) return undefined;
  const missing = 3 - a - b;
  return missing === 2 ? 0 : missing === 0 ? 1 : 2;
}

/** The current of each line. On a delta the two parts that meet on one are 60 degrees apart. */
export function lineAmps({ system }: Supply, parts: PhaseAmps): PhaseAmps {
  if (system === 'TN') return parts;
  const [ab, bc, ca] = parts;
  const meet = (x: number, y: number): number => Math.sqrt(x * x + y * y + x * y);
  return [meet(ab, ca), meet(ab, bc), meet(bc, ca)];
}
