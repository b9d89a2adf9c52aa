import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitRating, effectiveLimit, lowestKnownLimit } from '../../src/domain/effectiveLimit.ts';
import { type GridLimit, isInForce, limitedNode } from '../../src/domain/gridLimit.ts';
import { areaId, circuitId, limitId, siteId } from '../../src/domain/ids.ts';
import { givenCircuit } from '../control/givenSite.ts';

/** 40 A from 1 000 ms up to 2 000 ms. */
const given = (change: Partial<GridLimit> = {}): GridLimit => ({
  id: limitId('L1'),
  target: { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId('grid') },
  value: { amps: 40 },
  source: 'grid-operator',
  setBy: 'dso',
  reason: 'cold evening',
  fromMs: 1_000,
  untilMs: 2_000,
  createdAtMs: 0,
  ...change,
});

const rating = circuitRating(givenCircuit({ ratedWatts: 40_000 }));

describe('a limit', () => {
  it('is in force from its first instant up to, not including, its last', () => {
    expect([999, 1_000, 1_999, 2_000].map((nowMs) => isInForce(given(), nowMs))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('without an end stays in force', () => {
    expect(isInForce(given({ untilMs: undefined }), Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  it('is set on a circuit or an area', () => {
    expect(limitedNode(given().target)).toBe('grid');
    expect(limitedNode({ kind: 'area', areaId: areaId('feeder') })).toBe('feeder');
  });
});

describe('the limit in force', () => {
  it('is the breaker and the rating when nobody set a limit', () => {
    expect(effectiveLimit(rating, [], 0)).toEqual({
      amps: [63, 63, 63],
      watts: 40_000,
      ampsOrigin: { kind: 'breaker' },
      wattsOrigin: { kind: 'rating' },
    });
  });

  it('has no watts where nothing limits power', () => {
    expect(effectiveLimit(circuitRating(givenCircuit()), [], 0).watts).toBe(Number.POSITIVE_INFINITY);
  });

  it('is the lowest of all sources, and names it', () => {
    const lower = given({ id: limitId('L2'), value: { amps: 30 }, source: 'site-operator' });
    const { amps, ampsOrigin } = effectiveLimit(rating, [given(), lower], 1_500);
    expect(amps).toEqual([30, 30, 30]);
    expect(ampsOrigin).toEqual({ kind: 'limit', limit: lower });
  });

  it('takes amps and watts apart', () => {
    const watts = given({ id: limitId('L2'), value: { watts: 10_000 } });
    const limit = effectiveLimit(rating, [given(), watts], 1_500);
    expect([limit.amps[0], limit.watts]).toEqual([40, 10_000]);
    expect(limit.wattsOrigin).toEqual({ kind: 'limit', limit: watts });
  });

  it('is the wiring where a limit is as high or higher', () => {
    expect(effectiveLimit(rating, [given({ value: { amps: 63 } })], 1_500).ampsOrigin).toEqual({
      kind: 'breaker',
    });
    expect(effectiveLimit(rating, [given({ value: { amps: 500 } })], 1_500).amps).toEqual([63, 63, 63]);
  });

  it('may be zero', () => {
    expect(effectiveLimit(rating, [given({ value: { amps: 0 } })], 1_500).amps).toEqual([0, 0, 0]);
  });

  it('does not count a limit to come or one that has ended', () => {
    expect(effectiveLimit(rating, [given()], 999).amps).toEqual([63, 63, 63]);
    expect(effectiveLimit(rating, [given()], 2_000).amps).toEqual([63, 63, 63]);
  });

  it('is never above the wiring and never rises with another limit', () => {
    const anyLimit = fc
      .record({
        amps: fc.integer({ min: 0, max: 100 }),
        fromMs: fc.nat(10),
        lastsMs: fc.integer({ min: 1, max: 10 }),
      })
      .map(({ amps, fromMs, lastsMs }) => given({ value: { amps }, fromMs, untilMs: fromMs + lastsMs }));
    fc.assert(
      fc.property(fc.array(anyLimit), anyLimit, fc.nat(20), (limits, another, nowMs) => {
        const before = effectiveLimit(rating, limits, nowMs).amps[0];
        const after = effectiveLimit(rating, [...limits, another], nowMs).amps[0];
        expect(before).toBeLessThanOrEqual(63);
        expect(after).toBeLessThanOrEqual(before);
      }),
    );
  });
});

describe('the lowest limit known', () => {
  it('counts the limits to come: whoever never hears from us again must obey them too', () => {
    expect(lowestKnownLimit(rating, [given()], 0).amps).toEqual([40, 40, 40]);
  });

  it('does not count what has ended', () => {
    expect(lowestKnownLimit(rating, [given()], 1_999).amps).toEqual([40, 40, 40]);
    expect(lowestKnownLimit(rating, [given()], 2_000).amps).toEqual([63, 63, 63]);
  });
});
