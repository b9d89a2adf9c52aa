import { describe, expect, it } from 'vitest';
import { emptyForecast, type ForecastState, forecast, hourOfWeek, learn } from '../../solver/forecast.ts';

const hourMs = 3_600_000;
/** A Monday, 00:00 UTC. */
const mondayMs = Date.UTC(2026, 10, 2);

const learned = (weeks: number, load: (hour: number, week: number) => number): ForecastState => {
  let state = emptyForecast;
  for (let hour = 0; hour < weeks * 168; hour++) {
    state = learn(state, mondayMs + hour * hourMs, load(hour % 168, Math.floor(hour / 168)));
  }
  return state;
};

describe('the forecast of background load', () => {
  it('counts the hours of the week from Monday', () => {
    expect(hourOfWeek(mondayMs)).toBe(0);
    expect(hourOfWeek(mondayMs - 1)).toBe(167);
  });

  it('knows nothing of an hour it has never seen', () => {
    expect(forecast(emptyForecast, mondayMs, 0.5)).toBeUndefined();
  });

  it('repeats what the same hour of the week has seen', () => {
    const state = learned(4, (hour) => hour);
    expect(forecast(state, mondayMs + (4 * 168 + 30) * hourMs, 0.5)).toBeCloseTo(30);
  });

  it('spreads as the weeks did', () => {
    const state = learned(5, (_hour, week) => 10 * week);
    const at = mondayMs + (5 * 168 + 160) * hourMs;
    expect(forecast({ ...state, bias: 0 }, at, 0)).toBeCloseTo(0);
    expect(forecast({ ...state, bias: 0 }, at, 0.5)).toBeCloseTo(20);
    expect(forecast({ ...state, bias: 0 }, at, 0.9)).toBeCloseTo(36);
  });

  it('follows a load that has been higher in the last hours, less so further ahead', () => {
    let state = learned(4, () => 20);
    const now = mondayMs + 4 * 168 * hourMs;
    for (let hour = 0; hour < 12; hour++) state = learn(state, now + hour * hourMs, 30);
    const soon = forecast(state, now + 12 * hourMs, 0.5) ?? 0;
    const tomorrow = forecast(state, now + 60 * hourMs, 0.5) ?? 0;
    expect(soon).toBeGreaterThan(28);
    expect(tomorrow).toBeLessThan(21);
  });

  it('forgets what is older than eight weeks', () => {
    const state = learned(12, (_hour, week) => (week < 4 ? 100 : 10));
    expect(forecast({ ...state, bias: 0 }, mondayMs + 12 * 168 * hourMs, 1)).toBe(10);
  });

  it('takes no notice of values that are none, and of hours out of order', () => {
    const state = learned(1, () => 5);
    expect(learn(state, mondayMs + 168 * hourMs, Number.NaN)).toBe(state);
    expect(learn(state, mondayMs, 5)).toBe(state);
  });
});
