import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { siteState, siteStates } from '../../src/control/siteStates.ts';
import type { SiteState, SiteView } from '../../src/control/siteView.ts';
import { siteId } from '../../src/domain/ids.ts';
import type { SiteStop } from '../../src/domain/siteStop.ts';

const stop: SiteStop = { siteId: siteId('garage'), atMs: 0, by: 'office', reason: 'smoke' };
const nothing = { stop: undefined, failure: undefined, isStarting: false, circuits: [] };

describe('the state of a site', () => {
  it.each<[SiteState, Partial<Parameters<typeof siteState>[0]>]>([
    ['normal', { circuits: [{ basis: 'measured' }, { basis: 'unmetered' }] }],
    ['assumed', { circuits: [{ basis: 'measured' }, { basis: 'assumed' }] }],
    ['starting', { isStarting: true, circuits: [{ basis: 'assumed' }] }],
    ['failsafe', { isStarting: true, failure: 'the allocation exceeds grid' }],
    ['stopped', { stop, failure: 'the allocation exceeds grid' }],
  ])('is %s', (state, change) => {
    expect(siteState({ ...nothing, ...change })).toBe(state);
  });

  it('is logged once for each change, with what led to it', () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const states = siteStates(log);
    const view = (state: SiteState): Pick<SiteView, 'siteId' | 'state' | 'stop' | 'circuits'> => ({
      siteId: siteId('garage'),
      state,
      stop: state === 'stopped' ? stop : undefined,
      circuits: [],
    });
    for (const state of ['starting', 'starting', 'normal', 'normal', 'stopped', 'stopped'] as const) {
      states.follow([view(state)]);
    }
    expect(lines).toMatchObject([
      { level: 30, to: 'starting' },
      { level: 30, from: 'starting', to: 'normal', msg: 'site changed its state' },
      { level: 40, from: 'normal', to: 'stopped', by: 'office', reason: 'smoke' },
    ]);
    expect(states.transitions().map(({ to, count }) => [to, count])).toEqual([
      ['starting', 1],
      ['normal', 1],
      ['stopped', 1],
    ]);
  });
});
