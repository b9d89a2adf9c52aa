import { emptyForecast, type ForecastState, forecast, learn } from '../../solver/forecast.ts';
import type { CircuitId, SiteId } from '../domain/ids.ts';
import { isWithin, localTime } from '../domain/localTime.ts';
import { noAmps, type PhaseAmps, perPhase, phases } from '../domain/phases.ts';
import type { Site } from '../domain/site.ts';
import { hourMs, localHourStart } from './horizonSlots.ts';
import { wattsOf } from './nodePlan.ts';
import type { SiteView } from './siteView.ts';

/** What the plan must remember over a restart, by key: the values are JSON. */
export interface MemoryStore {
  /** Neither waits nor throws. */
  keep(key: string, value: string): void;
}

/** What was seen of hours past: the background by hour of the week, and the highest hour of each day of a month. */
export interface HorizonMemory {
  follow(views: readonly SiteView[], nowMs: number): void;
  /** Expected background with a probability of staying below it; undefined for an hour of the week never seen. */
  background(circuit: CircuitId, atMs: number, quantile: number): PhaseAmps | undefined;
  /** undefined at a site without a peak tariff, and before its first tick. */
  peaks(site: SiteId): Peaks | undefined;
}

export interface Peaks {
  /** The highest hour that counts of each earlier day of this month, highest first. */
  readonly pastKw: readonly number[];
  /** The highest one of today, before the present hour. */
  readonly todayKw: number;
  /** What came through the grid connection in the present hour so far. */
  readonly hourKwh: number;
}

/** An hour that was not seen for most of its time tells nothing. */
const seenShareMin = 0.75;
/** Ticks further apart than this saw nothing in between. */
const gapMaxMs = 60_000;

interface HourSeen {
  fromMs: number;
  seenMs: number;
  ampMs: [number, number, number];
}

interface PeakRecord {
  /** Number of the year and month. */
  month: number;
  /** Highest hour by local day. */
  readonly kwOfDay: Map<number, number>;
  hourFromMs: number;
  hourKwh: number;
}

const backgroundKey = (circuit: CircuitId): string => `background/${circuit}`;
const peakKey = (site: SiteId): string => `peak/${site}`;

/** `kept`: what the store holds from before; an entry that cannot be read is begun anew. */
export function horizonMemory(
  sites: readonly Site[],
  kept: ReadonlyMap<string, string>,
  store: MemoryStore,
): HorizonMemory {
  const forecasts = new Map<CircuitId, readonly ForecastState[]>();
  const hours = new Map<CircuitId, HourSeen>();
  const peaks = new Map<SiteId, PeakRecord>();
  const siteOf = new Map(sites.map((site) => [site.id, site]));
  for (const { circuits } of sites) {
    for (const { id, meter } of circuits)
      if (meter !== undefined) forecasts.set(id, forecastsFrom(kept.get(backgroundKey(id))));
  }
  let lastMs: number | undefined;

  const followCircuit = (id: CircuitId, amps: PhaseAmps, nowMs: number, sinceMs: number): void => {
    const fromMs = Math.floor(nowMs / hourMs) * hourMs;
    const seen = hours.get(id);
    if (seen !== undefined && seen.fromMs !== fromMs) learnHour(id, seen);
    const hour =
      seen?.fromMs === fromMs ? seen : { fromMs, seenMs: 0, ampMs: [0, 0, 0] as [number, number, number] };
    hours.set(id, hour);
    hour.seenMs += sinceMs;
    for (const phase of phases) hour.ampMs[phase] += amps[phase] * sinceMs;
  };

  const learnHour = (id: CircuitId, { fromMs, seenMs, ampMs }: HourSeen): void => {
    const states = forecasts.get(id);
    if (states === undefined || seenMs < seenShareMin * hourMs) return;
    const learnt = states.map((state, phase) => learn(state, fromMs, rounded((ampMs[phase] ?? 0) / seenMs)));
    forecasts.set(id, learnt);
    store.keep(backgroundKey(id), JSON.stringify(learnt));
  };

  const followPeak = (site: Site, kw: number, nowMs: number, sinceMs: number): void => {
    const { peakTariff, timeZone } = site;
    if (peakTariff === undefined) return;
    const local = localTime(timeZone, nowMs);
    const hourFromMs = localHourStart(timeZone, nowMs, local);
    const month = monthOf(local.day);
    const record = peaks.get(site.id) ?? peaksFrom(kept.get(peakKey(site.id)), month, hourFromMs);
    peaks.set(site.id, record);
    if (record.hourFromMs !== hourFromMs) {
      const before = localTime(timeZone, record.hourFromMs);
      if (isWithin(peakTariff, before))
        record.kwOfDay.set(
          before.day,
          Math.max(record.kwOfDay.get(before.day) ?? 0, rounded(record.hourKwh)),
        );
      Object.assign(record, { hourFromMs, hourKwh: 0 });
      if (record.month !== month) {
        record.kwOfDay.clear();
        record.month = month;
      }
      store.keep(peakKey(site.id), JSON.stringify({ month, days: [...record.kwOfDay] }));
    }
    record.hourKwh += (kw * sinceMs) / hourMs;
  };

  return {
    follow(views, nowMs) {
      const sinceMs = lastMs === undefined ? 0 : nowMs - lastMs;
      lastMs = nowMs;
      // The wall clock may have been set, or nobody looked for a while.
      if (!(sinceMs > 0 && sinceMs <= gapMaxMs)) return;
      for (const { siteId, circuits, state } of views) {
        const site = siteOf.get(siteId);
        if (site === undefined || state === 'starting') continue;
        for (const { id, basis, backgroundAmps } of circuits)
          if (basis === 'measured') followCircuit(id, backgroundAmps, nowMs, sinceMs);
        const [grid] = circuits;
        const kw = Math.max(0, wattsOf(grid?.drawAmps ?? noAmps, site.supply)) / 1000;
        followPeak(site, kw, nowMs, sinceMs);
      }
    },
    background(circuit, atMs, quantile) {
      const found = forecasts.get(circuit)?.map((state) => forecast(state, atMs, quantile));
      if (found === undefined || found.some((amps) => amps === undefined)) return undefined;
      return perPhase((phase) => found[phase] ?? 0);
    },
    peaks(siteId) {
      const record = peaks.get(siteId);
      const site = siteOf.get(siteId);
      if (record === undefined || site === undefined) return undefined;
      const today = localTime(site.timeZone, record.hourFromMs).day;
      const past = [...record.kwOfDay].filter(([day]) => day !== today).map(([, kw]) => kw);
      return {
        pastKw: past.sort((a, b) => b - a),
        todayKw: record.kwOfDay.get(today) ?? 0,
        hourKwh: record.hourKwh,
      };
    },
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

function monthOf(day: number): number {
  const date = new Date(day * 24 * hourMs);
  return 12 * date.getUTCFullYear() + date.getUTCMonth();
}

/** One state for each phase, from what was kept of them. */
function forecastsFrom(text: string | undefined): readonly ForecastState[] {
  const empty = phases.map(() => emptyForecast);
  const value = parsed(text);
  if (!Array.isArray(value) || value.length !== phases.length) return empty;
  const states = value.map(forecastFrom);
  return states.every((state) => state !== undefined) ? states : empty;
}

function forecastFrom(value: unknown): ForecastState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { hours, bias, lastHourMs }: { hours?: unknown; bias?: unknown; lastHourMs?: unknown } = value;
  const isFit =
    Array.isArray(hours) &&
    hours.length === emptyForecast.hours.length &&
    hours.every((means) => Array.isArray(means) && means.every(Number.isFinite));
  if (!isFit || typeof bias !== 'number') return undefined;
  // JSON has no -Infinity: null is a state that has learnt nothing yet.
  return { hours, bias, lastHourMs: typeof lastHourMs === 'number' ? lastHourMs : Number.NEGATIVE_INFINITY };
}

/** What an hour that began before a restart drew until then is not known any more. */
function peaksFrom(text: string | undefined, month: number, hourFromMs: number): PeakRecord {
  const value = parsed(text);
  const record = { month, kwOfDay: new Map<number, number>(), hourFromMs, hourKwh: 0 };
  if (typeof value !== 'object' || value === null) return record;
  const { month: keptMonth, days }: { month?: unknown; days?: unknown } = value;
  if (keptMonth !== month || !Array.isArray(days)) return record;
  for (const entry of days) {
    const [day, kw]: unknown[] = Array.isArray(entry) ? entry : [];
    if (Number.isFinite(day) && Number.isFinite(kw)) record.kwOfDay.set(Number(day), Number(kw));
  }
  return record;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
