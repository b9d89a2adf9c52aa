import { describe, expect, it } from 'vitest';
import { phases } from '../../src/domain/phases.ts';
import { type BuildingOptions, building } from '../../src/sim/building.ts';
import { demoBackground } from '../../src/sim/demoSite.ts';

const given = (change: Partial<BuildingOptions> = {}): BuildingOptions => ({
  seed: 1,
  baseAmps: [10, 12, 14],
  swellAmps: 0,
  noiseAmps: 0,
  step: { amps: 0, everyMs: 60_000, chance: 0.5 },
  ...change,
});

const day = Array.from({ length: 2_880 }, (_, index) => index * 30_000);

describe('a simulated building', () => {
  it('draws its base on each phase', () => {
    expect(building(given())(123_456)).toEqual([10, 12, 14]);
  });

  it('answers the same for the same instant, in any order', () => {
    const load = building(given({ swellAmps: 5, noiseAmps: 2 }));
    const forwards = day.map((ms) => load(ms));
    expect(day.toReversed().map((ms) => load(ms))).toEqual(forwards.toReversed());
    expect(building(given({ swellAmps: 5, noiseAmps: 2, seed: 2 }))(60_000)).not.toEqual(load(60_000));
  });

  it('changes smoothly but for its machines', () => {
    const load = building(given({ swellAmps: 5, noiseAmps: 2 }));
    const steps = day.map((ms) => Math.abs(load(ms + 50)[0] - load(ms)[0]));
    expect(Math.max(...steps)).toBeLessThan(0.1);
  });

  it('has machines that are on and off, each phase at its own time', () => {
    const load = building(given({ step: { amps: 8, everyMs: 60_000, chance: 0.5 } }));
    expect(new Set(day.map((ms) => load(ms)[0]))).toEqual(new Set([10, 18]));
    expect(day.some((ms) => load(ms)[0] - 10 !== load(ms)[1] - 12)).toBe(true);
  });

  it('draws between 10 and 25 A per phase in the demo', () => {
    const load = demoBackground(1);
    const values = day.flatMap((ms) => phases.map((phase) => load(ms)[phase]));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...values)).toBeLessThanOrEqual(25);
  });
});
