import type { StationNews } from './dialect.ts';
import type { StationClock } from './stationClock.ts';

/** What is long gone of a measurement that was queued while the station was offline. */
export const nothingLive = {
  amps: undefined,
  isPerPhase: false,
  powerWatts: undefined,
  offeredAmps: undefined,
  stateOfChargePercent: undefined,
};

/** News with what its instant tells: the station's clock, and whether its current still flows. 1.6 cannot say so itself. */
export function liveNews(news: StationNews, clock: StationClock, nowMs: number): StationNews {
  if (news.kind !== 'measured') return news;
  clock.heard(news.takenAtMs, nowMs);
  return clock.isPast(news.takenAtMs, nowMs) ? { ...news, ...nothingLive } : news;
}
