import { describe, expect, it } from 'vitest';
import type { KnownAmps } from '../../src/domain/meterQuality.ts';
import { type PhaseSwapWatch, phaseSuspicion, watchPhases } from '../../src/domain/phaseSwap.ts';
import type { PhaseAmps } from '../../src/domain/phases.ts';
import type { SureDraw } from '../../src/domain/sureDraw.ts';

const drawing = (amps: PhaseAmps): SureDraw => ({ lowAmps: amps, highAmps: amps, isTold: true });

/** One comparison every 10 s: what our EVSEs draw, and what the meter shows. */
function compared(
  steps: readonly (readonly [ours: PhaseAmps, shown: KnownAmps])[],
): PhaseSwapWatch | undefined {
  let watch: PhaseSwapWatch | undefined;
  steps.forEach(([ours, amps], index) => {
    watch = watchPhases(watch, { atMs: 10_000 * (index + 1), amps, drawn: drawing(ours) });
  });
  return watch;
}

const idle = [
  [0, 0, 0],
  [10, 10, 10],
] as const;
const onOther = [
  [16, 0, 0],
  [10, 26, 10],
] as const;
const onOwn = [
  [16, 0, 0],
  [26, 10, 10],
] as const;

describe('a step of ours that shows on another phase', () => {
  it('three times makes the phases suspect, and only shows it', () => {
    expect(phaseSuspicion(compared([idle, onOther, idle]))).toBeUndefined();
    expect(phaseSuspicion(compared([idle, onOther, idle, onOther]))).toEqual({
      kind: 'phases swapped',
      why: 'what our EVSEs changed on L1 showed on L2 of the meter 3 times: compare the wiring of the meter and of the EVSEs with the config',
      isUsed: true,
    });
  });

  it('is forgotten once one shows on its own', () => {
    expect(phaseSuspicion(compared([idle, onOther, idle, onOther, idle, onOwn]))).toBeUndefined();
  });

  it('says nothing when it is not sure that we changed anything', () => {
    const unsure: SureDraw = { ...drawing([0, 0, 0]), highAmps: [16, 0, 0] };
    let watch: PhaseSwapWatch | undefined;
    for (let index = 1; index < 9; index++) {
      watch = watchPhases(watch, {
        atMs: index,
        amps: [10, index % 2 === 0 ? 26 : 10, 10],
        drawn: unsure,
      });
    }
    expect(watch?.hints).toBe(0);
  });

  it('is not compared over more than a minute', () => {
    const first = watchPhases(undefined, { atMs: 0, amps: idle[1], drawn: drawing(idle[0]) });
    const later = watchPhases(first, { atMs: 60_001, amps: onOther[1], drawn: drawing(onOther[0]) });
    expect(later?.hints).toBe(0);
  });
});
