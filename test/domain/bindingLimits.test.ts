import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindingLimits, foreseeableLimits, type HeardGridLimit } from '../../src/domain/bindingLimits.ts';
import type { ConnectionPhase, GridConnection } from '../../src/domain/gridConnection.ts';
import { caps } from '../../src/domain/gridLimit.ts';
import { circuitId } from '../../src/domain/ids.ts';
import { givenConnection, givenHeard } from '../control/givenConnection.ts';

const node = circuitId('grid');

const binding = (
  limits: readonly HeardGridLimit[],
  change: Partial<GridConnection> = {},
  phase: ConnectionPhase = 'limited',
) => bindingLimits(givenConnection(change), phase, node, limits, 1_000).map(({ value }) => value);

const watts = (value: number, change = {}, terms = {}) =>
  givenHeard({ value: { watts: value }, ...change }, terms);

describe('the limits of one connection', () => {
  it('all bind where its rule is the lowest', () => {
    expect(binding([watts(3), watts(2)])).toEqual([{ watts: 3 }, { watts: 2 }]);
  });

  it('yield to the one of the highest priority, and of equals the lowest binds', () => {
    const low = watts(9, {}, { priority: 0 });
    const equal = watts(7, {}, { priority: 0 });
    expect(binding([watts(1, {}, { priority: 1 }), low, equal], { supersede: 'priority' })).toEqual([
      { watts: 9 },
      { watts: 7 },
    ]);
  });

  it('yield to the one heard last', () => {
    expect(binding([watts(1), watts(9, { createdAtMs: 5 })], { supersede: 'latest' })).toEqual([
      { watts: 9 },
    ]);
  });

  it('yield to the highest version', () => {
    expect(binding([watts(1), watts(9, {}, { version: 2 })], { supersede: 'version' })).toEqual([
      { watts: 9 },
    ]);
  });

  it('supersede only what limits the same: amps do not lift watts, nor L1 L2', () => {
    const onL1 = givenHeard({ value: { phaseAmps: [5, Infinity, Infinity] } });
    const onL2 = givenHeard({ value: { phaseAmps: [Infinity, 6, Infinity] }, createdAtMs: 9 });
    expect(binding([watts(1), onL1, onL2], { supersede: 'latest' })).toHaveLength(3);
  });

  it('bind only while they are in force, and never on export or as a wish', () => {
    const over = watts(1, { untilMs: 1_000 });
    const early = watts(2, { fromMs: 1_001 });
    expect(
      binding([over, early, watts(3, {}, { direction: 'export' }), watts(4, {}, { kind: 'target' })]),
    ).toEqual([]);
  });

  it('leave the word to the default only when no event is in force on that boundary', () => {
    const byDefault = watts(5, {}, { role: 'default' });
    expect(binding([byDefault])).toEqual([{ watts: 5 }]);
    expect(binding([byDefault, watts(9)])).toEqual([{ watts: 9 }]);
    expect(binding([byDefault, watts(9, {}, { boundary: 'controllable' })])).toHaveLength(2);
  });
});

describe('a contract', () => {
  const baseline = watts(100, {}, { kind: 'baseline' });
  const reservations = [10, 5].map((value) => watts(value, {}, { kind: 'reservation' }));

  it('is its baseline and every reservation together', () => {
    expect(binding([baseline, ...reservations])).toEqual([{ watts: 115 }]);
  });

  it('is nothing without a baseline: a reservation adds to one', () => {
    expect(binding(reservations)).toEqual([]);
  });

  it('binds beside an event that allows more, unless the operator may raise above it', () => {
    expect(binding([baseline, watts(200)])).toEqual([{ watts: 200 }, { watts: 100 }]);
    expect(binding([baseline, watts(200)], { mayRaiseAboveContract: true })).toEqual([{ watts: 200 }]);
  });
});

describe('a failsafe limit', () => {
  it('holds from the start until the sender spoke, and while it is silent, beside what is scheduled', () => {
    for (const phase of ['init', 'failsafe'] as const) {
      expect(binding([watts(500)], {}, phase)).toEqual([{ watts: 500 }, { amps: 10 }]);
    }
    expect(binding([], {}, 'unlimited')).toEqual([]);
  });

  it('is the one the sender gave, where it gave one', () => {
    expect(binding([watts(4_200, {}, { role: 'failsafe' })], {}, 'failsafe')).toEqual([{ watts: 4_200 }]);
    expect(binding([watts(4_200, {}, { role: 'failsafe' })], {}, 'limited')).toEqual([]);
  });

  it('goes on, yields to the contract or ends, once it held long enough', () => {
    const limits = [watts(100, {}, { kind: 'baseline' }), watts(9, { untilMs: 2_000 })];
    expect(binding(limits, { afterMin: 'hold' }, 'autonomous')).toEqual([
      { watts: 9 },
      { watts: 100 },
      { amps: 10 },
    ]);
    expect(binding(limits, { afterMin: 'baseline' }, 'autonomous')).toEqual([{ watts: 9 }, { watts: 100 }]);
    expect(binding(limits, { afterMin: 'unlimited' }, 'autonomous')).toEqual([{ watts: 9 }]);
  });
});

describe('what may come of a connection', () => {
  const foreseen = (limits: readonly HeardGridLimit[], change: Partial<GridConnection> = {}) =>
    foreseeableLimits(givenConnection(change), 'limited', node, limits).map(({ value }) => value);

  it('holds every cap and the failsafe limit, whose silence nobody would tell', () => {
    expect(foreseen([watts(9, { fromMs: 99_000 })])).toEqual([{ watts: 9 }, { amps: 10 }]);
  });

  it('holds no failsafe limit where the sender need not be heard', () => {
    expect(foreseen([watts(9)], { heartbeatTimeoutMs: undefined })).toEqual([{ watts: 9 }]);
  });

  it('is never more than what binds at any moment, whatever the rule and the phase', () => {
    const arbitraryLimit = fc
      .record({
        watts: fc.integer({ min: 0, max: 100_000 }),
        kind: fc.constantFrom('cap', 'baseline', 'reservation', 'target'),
        role: fc.constantFrom('event', 'default', 'failsafe'),
        priority: fc.integer({ min: 0, max: 3 }),
        createdAtMs: fc.integer({ min: 0, max: 3 }),
        fromMs: fc.integer({ min: 0, max: 3_000 }),
        lastsMs: fc.integer({ min: 1, max: 3_000 }),
      })
      .map(({ watts: value, kind, role, priority, createdAtMs, fromMs, lastsMs }) =>
        watts(value, { fromMs, untilMs: fromMs + lastsMs, createdAtMs }, { kind, role, priority }),
      );
    const phases: ConnectionPhase[] = ['init', 'limited', 'failsafe', 'autonomous'];
    fc.assert(
      fc.property(
        fc.array(arbitraryLimit, { maxLength: 8 }),
        fc.constantFrom('lowest', 'priority', 'latest', 'version'),
        fc.constantFrom(...phases),
        fc.integer({ min: 0, max: 6_000 }),
        (limits, supersede, phase, nowMs) => {
          const connection = givenConnection({ supersede, targets: [] });
          const lowest = (found: readonly { value: HeardGridLimit['value'] }[]) =>
            Math.min(...found.map(({ value }) => caps(value).watts));
          const now = bindingLimits(connection, phase, node, limits, nowMs);
          // A failsafe limit of the config is none here, so only what was heard is compared.
          const known = foreseeableLimits(
            connection,
            phase,
            node,
            limits.filter(({ untilMs = 0 }) => nowMs < untilMs),
          );
          return lowest(known) <= lowest(now);
        },
      ),
    );
  });
});
