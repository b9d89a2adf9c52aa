import { describe, expect, it } from 'vitest';
import { areaId } from '../../src/domain/ids.ts';
import { minimumWatts14a } from '../../src/domain/minimumPower14a.ts';
import { understand } from '../../src/grid/intake/limitMessage.ts';
import { givenConnection } from '../control/givenConnection.ts';

const nowMs = Date.parse('2026-01-31T18:00:00Z');
const instant = (afterS: number) => new Date(nowMs + afterS * 1000).toISOString();

const limitOf = (body: object, connection = givenConnection()) => {
  const understood = understand(body, connection, nowMs);
  if (understood.status === 'refused') return `${understood.field} ${understood.why}`;
  return understood.change.kind === 'withdraw' ? understood.change : understood.change.limits[0];
};

describe('a message of a grid operator', () => {
  it('is one limit for its target, in force from now until it is ended, unless it says more', () => {
    expect(limitOf({ watts: 4_200 })).toEqual({
      externalId: 'limit-grid-event-cap',
      version: undefined,
      target: givenConnection().targets[0]?.target,
      direction: 'import',
      boundary: 'connection',
      kind: 'cap',
      role: 'event',
      value: { watts: 4_200 },
      averaging: { mode: 'instant' },
      fromMs: nowMs,
      untilMs: undefined,
      priority: 100,
      complyWithinS: 0,
      reason: 'limit of dso',
    });
  });

  it('may say everything itself', () => {
    const said = {
      externalId: 'event-1',
      version: 3,
      target: '735999',
      phaseAmps: { L1: 10, L3: 12 },
      from: instant(60),
      until: instant(960),
      boundary: 'controllable',
      kind: 'baseline',
      role: 'default',
      direction: 'export',
      averaging: { windowS: 900, isAligned: true },
      priority: 0,
      complyWithinS: 120,
      reason: 'congestion',
    };
    expect(limitOf(said)).toMatchObject({
      externalId: 'event-1',
      version: 3,
      value: { phaseAmps: { L1: 10, L3: 12 } },
      fromMs: nowMs + 60_000,
      untilMs: nowMs + 960_000,
      boundary: 'controllable',
      kind: 'baseline',
      role: 'default',
      direction: 'export',
      averaging: { mode: 'mean', windowS: 900, isAligned: true },
      priority: 0,
      complyWithinS: 120,
      reason: 'congestion',
    });
  });

  it('of LPC lasts for its duration, and ends when it is not active', () => {
    expect(limitOf({ watts: 4_200, durationS: 7_200 })).toMatchObject({ untilMs: nowMs + 7_200_000 });
    expect(limitOf({ watts: 4_200, isActive: false })).toEqual({
      kind: 'withdraw',
      externalIds: ['limit-grid-event-cap'],
    });
  });

  it('of a relay is the step of the table, and ends at a step that limits nothing', () => {
    const relay = givenConnection({ levelsWatts: [null, 10_000, 0] });
    expect(limitOf({ level: 1 }, relay)).toMatchObject({ value: { watts: 10_000 } });
    expect(limitOf({ level: 2 }, relay)).toMatchObject({ value: { watts: 0 } });
    expect(limitOf({ level: 0 }, relay)).toMatchObject({ kind: 'withdraw' });
    expect(limitOf({ level: 3 }, relay)).toBe('level 3 is not in levelsWatts of the config');
  });

  it('leaves controllable devices what the law gives them, but may lower a failsafe or a contract further', () => {
    const connection = givenConnection({ devices14a: 3 });
    expect(limitOf({ watts: 4_200 }, connection)).toMatchObject({ value: { watts: 10_500 } });
    expect(limitOf({ watts: 20_000 }, connection)).toMatchObject({ value: { watts: 20_000 } });
    expect(limitOf({ watts: 4_200, role: 'failsafe' }, connection)).toMatchObject({
      value: { watts: 4_200 },
    });
  });

  it('has an end where its sender need not be heard', () => {
    const quiet = givenConnection({ heartbeatTimeoutMs: undefined });
    expect(limitOf({ watts: 1 }, quiet)).toMatch(/^until is missing/);
    expect(limitOf({ watts: 1, standing: true }, quiet)).toMatchObject({ untilMs: undefined });
  });

  it('is refused when its sender and we do not agree what time it is', () => {
    expect(limitOf({ watts: 1, sentAt: instant(30) })).toMatchObject({ value: { watts: 1 } });
    expect(limitOf({ watts: 1, sentAt: instant(31) })).toMatch(/^sentAt is 31 s from our clock/);
    expect(limitOf({ watts: 1, sentAt: instant(-3_600) })).toMatch(/^sentAt is -3600 s/);
  });

  it.each([
    [{}, /^watts give one of/],
    [{ watts: 1, amps: 1 }, /^watts give one of/],
    [{ watts: -1 }, /^watts is -1, but a limit cannot be negative/],
    [{ phaseAmps: { L1: 5, L2: -1 } }, /^watts is -1/],
    [{ watts: 1, target: 'foreign' }, /^target "foreign" is no target of dso/],
    [{ watts: 1, until: '2026-01-31T19:00:00' }, /^until is not an instant/],
    [{ watts: 1, from: '31/1/2026' }, /^from is not an instant/],
    [{ watts: 1, until: instant(-1) }, /^until is not after from/],
    [{ watts: 1, from: instant(-9), until: instant(-1) }, /^until is in the past/],
    [{ watts: 1, until: instant(9), durationS: 9 }, /^durationS cannot stand beside until/],
    [{ watts: 1, until: instant(9), standing: true }, /^standing cannot stand/],
    [{ watts: 'much' }, /^watts must be number/],
    [{ watts: 1, unknown: 1 }, /unknown key "unknown"/],
    ['text', /^body must be object/],
    [null, /^body must be object/],
  ])('is refused as %j', (body, why) => {
    expect(limitOf(body as object)).toMatch(why);
  });

  it('names its target where there are several', () => {
    const area = {
      target: { kind: 'area', areaId: areaId('feeder') },
      externalIds: ['F1'],
      failsafe: { watts: 1 },
    } as const;
    const [first] = givenConnection().targets;
    const several = givenConnection({ targets: first === undefined ? [] : [first, area] });
    expect(limitOf({ watts: 1 }, several)).toBe('target is missing: dso has 2 targets');
    expect(limitOf({ watts: 1, target: 'F1' }, several)).toMatchObject({
      target: { kind: 'area', areaId: 'feeder' },
    });
  });
});

describe('the least power of controllable devices', () => {
  it('is 4.2 kW for one, and less for each more by the factor of simultaneity', () => {
    expect([0, 1, 2, 3, 4, 8, 9, 20].map(minimumWatts14a)).toEqual([
      0, 4_200, 7_560, 10_500, 13_020, 18_900, 19_320, 40_110,
    ]);
  });
});
