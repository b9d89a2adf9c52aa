import { describe, expect, it, vi } from 'vitest';
import type { ControlParts } from '../../src/app/control.ts';
import type { GridBook } from '../../src/control/gridBook.ts';
import { SiteState } from '../../src/control/siteState.ts';
import { lineFaults } from '../../src/sim/twin/lines/lineFaults.ts';
import { Silence } from '../../src/sim/twin/lines/silence.ts';
import { realParts } from './twinParts.ts';
import { givenRun } from './twinPlace.ts';

vi.setConfig({ testTimeout: 120_000 });

const names = lineFaults.map(({ name }) => name);
const isSilence = (name: string): boolean => /silent|heartbeat|token|failsafe|will/.test(name);
const short = { hours: 0.4, rate: 20 };

describe('grid operators on their connections', () => {
  it.each([
    ['when they fall silent', names.filter(isSilence)],
    ['whatever they say', names.filter((name) => !isSilence(name))],
  ])('are neither exceeded nor forgotten %s', async (_when, faults) => {
    const result = await givenRun({ site: 'dso', seed: 5, ...short, faults });
    expect(result.faultCount).toBeGreaterThan(3);
    expect(result.violations).toEqual([]);
    expect(result.unlimited).toEqual([]);
    expect(result.broken).toEqual([]);
    expect(result.deliveredWh).toBeGreaterThan(0);
  });

  it('cost nobody anything two leases after their last fault', async () => {
    const { recoveriesS, isUnrecovered } = await givenRun({
      site: 'dso',
      seed: 2,
      hours: 0.6,
      rate: 5,
      faults: names,
    });
    expect(recoveriesS.length).toBeGreaterThan(2);
    expect(Math.max(...recoveriesS)).toBeLessThanOrEqual(240);
    expect(isUnrecovered).toBe(false);
  });

  it('leave no trace where the config has none', async () => {
    const run = (faults: readonly string[]) =>
      givenRun({ site: 'one', seed: 2, hours: 0.2, faults, rate: 20 });
    expect(await run(names)).toEqual(await run([]));
  });
});

/** The real state with another grid book in the place of its own. */
const withBook = (change: (book: GridBook) => Partial<GridBook>): ControlParts => ({
  ...realParts,
  state: (...input) => {
    const state = new SiteState(...input);
    return Object.assign(state, { grid: { ...state.grid, ...change(state.grid) } });
  },
});

describe('a planted bug', () => {
  it.each<[name: string, parts: ControlParts, faults: readonly string[]]>([
    ['silence is never noticed', withBook(() => ({ followTime: () => {} })), names.filter(isSilence)],
    [
      'a heartbeat lifts the failsafe limit',
      withBook((book) => ({
        note: (id, event) => book.note(id, event.kind === 'heartbeat' ? { kind: 'resynchronised' } : event),
      })),
      ['line-silent', 'line-last-will'],
    ],
  ])('is found within 10 seeds: %s', async (_name, parts, faults) => {
    let count = 0;
    for (let seed = 1; seed <= 10 && count === 0; seed += 1) {
      const result = await givenRun({ site: 'dso', seed, ...short, faults, parts });
      count += result.p5Violations;
    }
    expect(count).toBeGreaterThan(0);
  });
});

describe('the silence of a grid operator, as its agreement has it', () => {
  const given = (change: Partial<ConstructorParameters<typeof Silence>[0]> = {}): Silence =>
    new Silence({
      profile: 'generic',
      heartbeatTimeoutMs: 60_000,
      minDurationMs: 600_000,
      afterMin: 'hold',
      ...change,
    });

  it('begins one millisecond after its heartbeat is overdue, and ends with a limit', () => {
    const silence = given();
    expect(silence.isHeld(0)).toBe(true);
    silence.heard('limit', 1_000);
    silence.look(61_000, false);
    expect(silence.isHeld(61_000)).toBe(false);
    silence.look(61_001, false);
    expect(silence.isHeld(61_001)).toBe(true);
    silence.heard('limit', 70_000);
    expect(silence.isHeld(70_000)).toBe(false);
  });

  it('ends with heartbeats for 120 s, with LPC by a limit after one of them, else by hearing everything', () => {
    const silent = (profile: 'generic' | 'lpc' | 'oscp' | 'openadr3'): Silence => {
      const silence = given({ profile });
      silence.heard('everything', 0);
      silence.look(60_001, false);
      return silence;
    };
    for (const profile of ['generic', 'lpc', 'oscp', 'openadr3'] as const) {
      const beaten = silent(profile);
      for (let atMs = 70_000; atMs <= 190_000; atMs += 20_000) {
        beaten.heard('heartbeat', atMs);
        beaten.look(atMs, false);
      }
      expect([profile, beaten.isSilent]).toEqual([profile, profile === 'oscp' || profile === 'openadr3']);
      const told = silent(profile);
      told.heard('limit', 70_000);
      expect([profile, told.isSilent]).toEqual([profile, profile !== 'generic']);
      told.heard('heartbeat', 71_000);
      told.heard('limit', 72_000);
      expect([profile, told.isSilent]).toEqual([profile, profile === 'oscp' || profile === 'openadr3']);
      told.heard('everything', 73_000);
      expect(told.isSilent).toBe(false);
    }
  });

  it('of OpenADR waits for what was announced, and holds no longer than was agreed', () => {
    const silence = given({ profile: 'openadr3', afterMin: 'baseline' });
    silence.heard('everything', 0);
    silence.look(100_000, true);
    expect(silence.isSilent).toBe(false);
    silence.look(101_000, false);
    expect(silence.isHeld(101_000)).toBe(true);
    expect(silence.isHeld(700_999)).toBe(true);
    expect(silence.isHeld(701_000)).toBe(false);
  });
});
