import { describe, expect, it } from 'vitest';
import { energyBook } from '../../src/control/energyBook.ts';
import { circuitId } from '../../src/domain/ids.ts';

const node = circuitId('grid');
const minute = 60_000;

/** Power of `watts` at each of the minutes given, told once a minute; `aheadMs` sets the wall clock. */
function given(watts: readonly number[], aheadMs = 0) {
  const energy = energyBook();
  watts.forEach((each, index) => {
    const ahead = index >= 5 ? aheadMs : 0;
    energy.add(
      node,
      { connection: each, controllable: each / 2 },
      { nowMs: index * minute + ahead, monotonicMs: index * minute },
    );
  });
  return energy;
}
const used = (energy: ReturnType<typeof energyBook>, fromMinute: number, toMinute: number) =>
  energy.usedWh(node, 'connection', {
    fromMs: fromMinute * minute,
    nowMs: toMinute * minute,
    unseenWatts: 6_000,
  });

describe('the energy at a node', () => {
  it('is the power over the time since an instant, between two readings too', () => {
    const energy = given([600, 600, 1_200, 1_200]);
    expect(used(energy, 0, 3)).toBeCloseTo(40);
    expect(used(energy, 1.5, 3)).toBeCloseTo(25);
    expect(used(energy, 3, 3.5)).toBeCloseTo(10);
  });

  it('of the cars is counted beside that of the connection', () => {
    const since = { fromMs: 0, nowMs: 2 * minute, unseenWatts: 0 };
    expect(given([600, 600]).usedWh(node, 'controllable', since)).toBeCloseTo(10);
  });

  it('counts what nobody saw as if it had been at the limit', () => {
    expect(used(energyBook(), 0, 10)).toBeCloseTo(1_000);
    expect(used(given([600, 600]), -10, 1)).toBeCloseTo(1_000 + 10);
  });

  it('begins anew for means when the wall clock is set, and its register goes on', () => {
    const energy = given([600, 600, 600, 600, 600, 600, 600], 3_600_000);
    expect(energy.register(node, 6 * minute + 3_600_000).connection).toBeCloseTo(50);
    const since = { fromMs: 3_600_000 + 4 * minute, nowMs: 3_600_000 + 6 * minute, unseenWatts: 6_000 };
    expect(energy.usedWh(node, 'connection', since)).toBeCloseTo(100 + 10);
  });

  it('is kept for an hour and no longer', () => {
    const energy = given(Array.from({ length: 200 }, () => 600));
    expect(used(energy, 139, 199)).toBeCloseTo(600);
    expect(used(energy, 100, 199)).toBeGreaterThan(1_500);
  });
});
