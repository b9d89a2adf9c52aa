import { describe, expect, it } from 'vitest';
import { heardSeries } from '../../src/domain/heardPrices.ts';
import { areaId, circuitId, siteId } from '../../src/domain/ids.ts';

const nowMs = Date.parse('2026-01-31T12:00:00Z');
const hourMs = 3_600_000;
const garage = { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId('grid') } as const;
const price = (fromHour: number, untilHour: number, change: object = {}) => ({
  target: garage,
  fromMs: nowMs + fromHour * hourMs,
  untilMs: nowMs + untilHour * hourMs,
  perKwh: 1,
  currency: 'SEK',
  ...change,
});
const spans = (heard: Parameters<typeof heardSeries>[0]) =>
  heardSeries(heard, nowMs).map(({ target, periods }) => [
    target.kind,
    ...periods.map(({ fromMs, untilMs }) => [(fromMs - nowMs) / hourMs, (untilMs - nowMs) / hourMs]),
  ]);

describe('prices that a grid protocol tells', () => {
  it('are a series in order for each site and area', () => {
    const area = { kind: 'area', areaId: areaId('feeder') } as const;
    expect(spans([price(1, 2), price(0, 1), price(0, 4, { target: area })])).toEqual([
      ['site', [0, 1], [1, 2]],
      ['area', [0, 4]],
    ]);
  });

  it('leave out what overlaps, is over, too far ahead, in another currency, or no number', () => {
    const odd = [price(0.5, 2), price(-2, 0), price(2, 15 * 24), price(2, 3, { currency: 'EUR' })];
    expect(spans([price(0, 1), ...odd, price(2, 3, { perKwh: Number.NaN })])).toEqual([['site', [0, 1]]]);
  });

  it('are no more than a series holds', () => {
    const many = Array.from({ length: 700 }, (_, index) => price(index / 4, (index + 1) / 4));
    expect(heardSeries(many, nowMs)[0]?.periods).toHaveLength(672);
  });
});
