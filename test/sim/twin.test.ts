import { describe, expect, it, vi } from 'vitest';
import { allFaults } from '../../src/sim/twin/faults.ts';
import { shapes } from '../../src/sim/twin/shapes.ts';
import { givenRun } from './twinPlace.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The world runs on its own clock: minutes of it take a moment. */
const short = { hours: 0.3, rate: 30 };

describe('the twin', () => {
  it('lives through the same seed the same way, and through another one otherwise', async () => {
    const run = (seed: number) => givenRun({ site: 'it', seed, ...short });
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect((await run(2)).traceHash).not.toBe(first.traceHash);
  });

  it.each(Object.keys(shapes))(
    'without a fault exceeds nothing for longer than a reaction: %s',
    async (site) => {
      const result = await givenRun({ site, seed: 3, hours: site === 'large' ? 0.1 : 0.3, faults: [] });
      expect(result.p1Violations).toBe(0);
      expect(result.worstExcessAmps).toBe(0);
      expect(result.broken).toEqual([]);
      expect(result.deliveredWh).toBeGreaterThan(0);
    },
  );
});

/** Faults by what they happen to: the first word of their names. */
const kinds = [...new Set(allFaults.map(({ name }) => name.split('-')[0] ?? name))];

describe('what may be in force stays under every limit', () => {
  it.each(kinds)('whatever happens to a %s', async (kind) => {
    const faults = allFaults.map(({ name }) => name).filter((name) => name.startsWith(`${kind}-`));
    const result = await givenRun({ site: kind === 'line' ? 'dso' : 'area', seed: 7, faults, ...short });
    expect(result.violations).toEqual([]);
    expect(result.broken).toEqual([]);
    expect(result.faultCount).toBeGreaterThan(0);
  });

  it.each([1, 2, 5])('when the meter fell silent while the process stood still: seed %i', async (seed) => {
    const faults = ['process-stop', 'meter-silent'];
    const result = await givenRun({ site: 'one', seed, hours: 0.7, faults, rate: 30 });
    expect(result.violations).toEqual([]);
  });

  it.each(['one', 'it', 'tree'])('when everything happens at once: %s', async (site) => {
    const result = await givenRun({ site, seed: 11, ...short });
    expect(result.violations).toEqual([]);
    expect(result.broken).toEqual([]);
  });
});
