import { describe, expect, it } from 'vitest';
import {
  dueRung,
  type Escalation,
  measured,
  type Obedience,
  obedient,
  type Rung,
} from '../../src/control/escalation.ts';

/** What an EVSE that may have 10 A was measured to draw, every 10 s. */
function sampled(draws: readonly number[], exposureAmps = 10): Obedience {
  return draws.reduce<Obedience>(
    (before, drawAmps, index) => measured(before, { drawAmps, exposureAmps, atMs: 10_000 * index }),
    obedient,
  );
}
const given = (...done: readonly Rung[]): Escalation => ({ sinceMs: 0, done, drawAmps: 16 });

describe('a station that is measured above what it may', () => {
  it('does not obey from the second measurement on', () => {
    expect(sampled([16]).escalation).toBeUndefined();
    expect(sampled([16, 17]).escalation).toEqual({ sinceMs: 10_000, done: [], drawAmps: 17 });
  });

  it.each([
    ['an ampere', 6, 7],
    ['a tenth', 20, 22],
  ])('obeys when it is above by no more than %s', (_what, exposureAmps, drawAmps) => {
    expect(sampled([drawAmps, drawAmps], exposureAmps).escalation).toBeUndefined();
    expect(sampled([drawAmps + 0.1, drawAmps + 0.1], exposureAmps).escalation).toBeDefined();
  });

  it('obeys again after two measurements within it, not one', () => {
    expect(sampled([16, 16, 10]).escalation).toBeDefined();
    expect(sampled([16, 16, 10, 10]).escalation).toBeUndefined();
    expect(sampled([16, 16, 10, 16, 10]).escalation).toBeDefined();
  });
});

describe('the rungs', () => {
  it.each<[number, readonly Rung[], Rung | undefined]>([
    [0, [], 'repeat'],
    [14_999, ['repeat'], undefined],
    [15_000, ['repeat'], 'station maximum'],
    [29_999, ['repeat', 'station maximum'], undefined],
    [30_000, ['repeat', 'station maximum'], 'remote stop'],
    [44_999, ['repeat', 'station maximum', 'remote stop'], undefined],
    [45_000, ['repeat', 'station maximum', 'remote stop'], 'alarm'],
  ])('after %d ms with %j done is %s', (atMs, done, rung) => {
    const stopped = done.includes('remote stop') ? { stopAskedAtMs: 30_000 } : {};
    expect(dueRung({ ...given(...done), ...stopped }, { atMs, isOver: true })).toBe(rung);
  });

  it.each<[number, boolean, Rung | undefined]>([
    [59_999, true, undefined],
    [60_000, true, 'remote stop'],
    [60_000, false, undefined],
  ])('ask again to end a session that goes on: after %d ms, over %s, is %s', (atMs, isOver, rung) => {
    const done = given('repeat', 'station maximum', 'remote stop', 'alarm');
    expect(dueRung({ ...done, stopAskedAtMs: 30_000 }, { atMs, isOver })).toBe(rung);
  });

  it('leave the session running while nothing is over its limit, and call somebody', () => {
    const done = given('repeat', 'station maximum');
    expect(dueRung(done, { atMs: 44_999, isOver: false })).toBeUndefined();
    expect(dueRung(done, { atMs: 45_000, isOver: false })).toBe('alarm');
  });

  it('stop the session even after the alarm, once something is over', () => {
    const done = given('repeat', 'station maximum', 'alarm');
    expect(dueRung(done, { atMs: 900_000, isOver: true })).toBe('remote stop');
  });

  it('do not wait for what could not be sent before', () => {
    expect(dueRung(given(), { atMs: 30_000, isOver: true })).toBe('remote stop');
    expect(dueRung(given('alarm'), { atMs: 900_000, isOver: true })).toBe('remote stop');
    expect(dueRung(given('alarm'), { atMs: 900_000, isOver: false })).toBe('station maximum');
  });
});
