import { describe, expect, it } from 'vitest';
import { type PriceRequest, pricesFromRequest } from '../../src/domain/priceRequest.ts';
import { priceAt } from '../../src/domain/prices.ts';

const nowMs = Date.parse('2026-01-31T12:00:00Z');
const hourMs = 3_600_000;
const table = {
  currency: 'SEK',
  perKwh: 2,
  rules: [
    { months: [], weekdays: [6, 7], fromMinute: 0, untilMinute: 0, perKwh: 1 },
    { months: [], weekdays: [], fromMinute: 22 * 60, untilMinute: 6 * 60, perKwh: 0.5 },
  ],
};
const series = {
  currency: 'SEK',
  setBy: 'office',
  setAtMs: nowMs,
  periods: [{ fromMs: nowMs, untilMs: nowMs + hourMs, perKwh: -0.1 }],
};
const at = (text: string) => priceAt({ table, series }, 'Europe/Stockholm', Date.parse(text));

describe('the price of energy', () => {
  it('is what was told for the hour, up to its end', () => {
    expect(at('2026-01-31T12:59:59Z')).toBe(-0.1);
    expect(at('2026-01-31T13:00:00Z')).toBe(1);
  });

  it('is else that of the first rule that applies', () => {
    expect(at('2026-01-31T23:00:00+01:00')).toBe(1);
    expect(at('2026-02-02T23:00:00+01:00')).toBe(0.5);
    expect(at('2026-02-02T12:00:00+01:00')).toBe(2);
  });

  it('is not known where nobody told one', () => {
    expect(priceAt({ table: undefined, series }, 'UTC', nowMs + hourMs)).toBeUndefined();
  });
});

describe('prices from outside', () => {
  const given = (...prices: PriceRequest['prices']): PriceRequest => ({ currency: 'SEK', prices });
  const period = (fromHour: number, untilHour: number, perKwh = 1) => ({
    from: new Date(nowMs + fromHour * hourMs).toISOString(),
    until: new Date(nowMs + untilHour * hourMs).toISOString(),
    perKwh,
  });
  const judged = (request: PriceRequest, currencyBefore: string | undefined = undefined) =>
    pricesFromRequest(request, { setBy: 'office', nowMs, currencyBefore });

  it('are taken in order, with gaps', () => {
    expect(judged(given(period(0, 1), period(2, 3)))).toMatchObject({
      status: 'accepted',
      series: { periods: [{ fromMs: nowMs }, { fromMs: nowMs + 2 * hourMs }], setBy: 'office' },
    });
    expect(judged(given())).toMatchObject({ status: 'accepted', series: { periods: [] } });
  });

  it.each([
    ['overlap', given(period(0, 2), period(1, 3)), 'prices.1'],
    ['are out of order', given(period(2, 3), period(0, 1)), 'prices.1'],
    ['end before they begin', given(period(2, 2)), 'prices.0'],
    ['are two weeks ahead', given(period(0, 14 * 24 + 1)), 'prices.0'],
    ['have no instant', given({ ...period(0, 1), from: 'tomorrow' }), 'prices.0'],
  ])('are refused when they %s', (_why, request, field) => {
    expect(judged(request)).toMatchObject({ status: 'refused', field });
  });

  it('are refused in another currency than the config counts in', () => {
    expect(judged(given(), 'EUR')).toMatchObject({ status: 'refused', field: 'currency' });
  });
});
