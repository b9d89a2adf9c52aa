import { describe, expect, it } from 'vitest';
import type { NodeFlow } from '../../src/control/nodePower.ts';
import { circuitId } from '../../src/domain/ids.ts';
import type { Evidence } from '../../src/grid/evidenceQueue.ts';
import { exportLimits } from '../../src/grid/exportLimits.ts';
import type { GridProgress } from '../../src/grid/gridPorts.ts';
import { givenDesk, heard } from './givenDesk.ts';

const flow = (watts: number, change: Partial<NodeFlow> = {}): NodeFlow => ({
  watts,
  amps: [0, 0, 0],
  carWatts: 0,
  carAmps: [0, 0, 0],
  exposureWatts: 0,
  quality: 'measured',
  activeSessions: 0,
  limitWatts: 43_000,
  carLimitWatts: undefined,
  phaseVolts: 230,
  ...change,
});

describe('a limit on what is fed in', () => {
  it('is taken, told to be beyond control, and binds no car', async () => {
    const given = await givenDesk();
    const verdicts = await given.desk.hear(
      'dso',
      { kind: 'update', limits: [heard('E', { direction: 'export' })] },
      '',
    );
    expect(verdicts).toMatchObject([
      { outcome: 'accepted', why: expect.stringContaining('cannot be controlled') },
    ]);
    expect(given.grid.state('dso').phase).toBe('unlimited');
    expect(given.held()).toHaveLength(1);
  });

  it('that is exceeded is told once, on record too, and again after it was kept for a while', async () => {
    const given = await givenDesk();
    const evidence: Evidence[] = [];
    const progress: GridProgress[] = [];
    const limits = exportLimits(given.grid, (entry) => evidence.push(entry));
    limits.onProgress((each) => progress.push(each));
    await given.desk.hear('dso', { kind: 'update', limits: [heard('E', { direction: 'export' })] }, '');
    const feeds = (watts: number, change: Partial<NodeFlow> = {}): number => {
      given.grid.rememberFlow(circuitId('grid'), flow(-watts, change));
      limits.follow(given.clock.nowMs());
      return progress.length;
    };
    expect(feeds(20_200)).toBe(0);
    expect(feeds(20_300, { quality: 'assumed' })).toBe(0);
    expect(feeds(20_300)).toBe(1);
    expect(feeds(25_000)).toBe(1);
    expect(feeds(-5_000)).toBe(1);
    expect(feeds(25_000)).toBe(2);
    expect(progress[0]).toMatchObject({ phase: 'infeasible', externalId: 'E', measuredWatts: -20_300 });
    expect(evidence.map(({ kind }) => kind)).toEqual(['progress', 'progress']);
  });
});
