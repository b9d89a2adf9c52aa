/**
 * Forecast of a circuit's background load, for the plan only: what the same time of the week has seen, moved by
 * how far the last hours were off. Every hour of the week keeps its latest values, so quantiles come from what
 * was measured and no distribution is assumed.
 */
export interface ForecastState {
  /** Per hour of the week (0 is Monday 00:00 UTC): the latest hourly means, oldest first. */
  readonly hours: readonly (readonly number[])[];
  /** Mean of the last hours' differences from the forecast, newest heaviest. */
  readonly bias: number;
  readonly lastHourMs: number;
}

/** Eight weeks: long enough for a quantile, short enough to follow the season. */
const weeksMax = 8;
/** Weight of the newest difference. */
const biasShare = 0.3;
/** The bias halves in this time ahead: tomorrow has its own weather. */
const biasHalfLifeHours = 6;

const hourMs = 3_600_000;
const hoursPerWeek = 168;
/** 1970-01-01 was a Thursday. */
const firstHourOfWeek = 3 * 24;

export const hourOfWeek = (atMs: number): number =>
  (Math.floor(atMs / hourMs) + firstHourOfWeek) % hoursPerWeek;

export const emptyForecast: ForecastState = {
  hours: Array.from({ length: hoursPerWeek }, () => []),
  bias: 0,
  lastHourMs: -Infinity,
};

/** The state with one more hourly mean. Values that are no numbers and hours out of order change nothing. */
export function learn(state: ForecastState, hourStartMs: number, mean: number): ForecastState {
  if (!Number.isFinite(mean) || !(hourStartMs > state.lastHourMs)) return state;
  const hour = hourOfWeek(hourStartMs);
  const seen = state.hours[hour] ?? [];
  const expected = quantileOf(seen, 0.5);
  const difference = expected === undefined ? 0 : mean - expected;
  return {
    hours: state.hours.with(hour, [...seen, mean].slice(-weeksMax)),
    bias: state.bias + biasShare * (difference - state.bias),
    lastHourMs: hourStartMs,
  };
}

/**
 * The value that the load at an instant stays below with the given probability; undefined while that hour of the
 * week has never been seen. Never below zero.
 */
export function forecast(state: ForecastState, atMs: number, quantile: number): number | undefined {
  const usual = quantileOf(state.hours[hourOfWeek(atMs)] ?? [], quantile);
  if (usual === undefined) return undefined;
  const aheadHours = Math.max(0, (atMs - state.lastHourMs) / hourMs);
  return Math.max(0, usual + state.bias * 0.5 ** (aheadHours / biasHalfLifeHours));
}

/** Between the two nearest values, in proportion. */
function quantileOf(values: readonly number[], quantile: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const place = Math.min(1, Math.max(0, quantile)) * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}
