import { isDeepStrictEqual } from 'node:util';
import { createAllocator } from '../../solver/allocate.ts';
import { startPlanThread } from '../../solver/plan.ts';
import type { LoadedConfig } from '../config/config.ts';
import { HorizonLoop } from '../control/horizonLoop.ts';
import { horizonMemory } from '../control/horizonMemory.ts';
import { type PriceBook, priceBook } from '../control/priceBook.ts';
import { priceDesk, sitesOf } from '../control/priceDesk.ts';
import type { SiteState } from '../control/siteState.ts';
import type { Topology } from '../control/topology.ts';
import { heardSeries } from '../domain/heardPrices.ts';
import type { SiteId } from '../domain/ids.ts';
import type { Refusal } from '../domain/limitRequest.ts';
import { type PriceRequest, pricesFromRequest } from '../domain/priceRequest.ts';
import type { PriceSeries } from '../domain/prices.ts';
import type { HeardPrice } from '../grid/gridPorts.ts';
import type { Figure } from '../http/ports.ts';
import type { Store } from '../store/openStore.ts';
import type { AppPorts, Running } from './app.ts';

/**
 * A plan that took longer would be about another time; the tick goes on without it meanwhile. A thread needs a few
 * seconds to start on a busy machine.
 */
const deadlineMinMs = 10_000;
const deadlineMaxMs = 50_000;
/** Changes that come together share a plan. */
const settleMs = 1_000;

/** The plan over the coming hours in a thread of its own, starting from what the store remembers. */
export async function startHorizon(
  { config, sites }: LoadedConfig,
  { clock, log }: AppPorts,
  { store, state, topologies }: { store: Store; state: SiteState; topologies: readonly Topology[] },
): Promise<{ horizon: HorizonLoop; prices: PriceBook }> {
  const prices = priceBook(sites, await store.prices());
  const memory = horizonMemory(sites, await store.planMemory(), {
    keep: (key, value) => store.keepPlanMemory(key, value),
  });
  const planEveryMs = config.control.planEveryS * 1000;
  const deadlineMs = Math.max(deadlineMinMs, Math.min(planEveryMs, deadlineMaxMs));
  const horizon = new HorizonLoop(
    topologies,
    { clock, log, state, prices, memory, allocate: createAllocator(), startThread: startPlanThread },
    { planEveryMs, deadlineMs, settleMs },
  );
  return { horizon, prices };
}

type PriceNeeds = Pick<Running, 'loaded' | 'ports' | 'store' | 'prices'>;

/** Prices that a person tells; resolves when they are durable and planned on. */
export async function setPrices(
  { loaded, ports, store, prices }: PriceNeeds,
  { siteId, body, setBy }: { readonly siteId: SiteId; readonly body: PriceRequest; readonly setBy: string },
): Promise<{ readonly status: 'accepted'; readonly series: PriceSeries } | Refusal> {
  const currencyBefore = currencyOf(loaded, siteId);
  const outcome = pricesFromRequest(body, { setBy, nowMs: ports.clock.nowMs(), currencyBefore });
  if (outcome.status === 'accepted') {
    const desk = priceDesk({ prices, areas: loaded.areas, book: store });
    await desk.setPrices({ kind: 'site', siteId }, outcome.series);
  }
  return outcome;
}

/** Prices that a connection of a grid operator heard, for its site or for all sites of its area. Neither waits nor throws. */
export function setHeardPrices(
  { loaded, ports, store, prices }: PriceNeeds,
  connectionId: string,
  heard: readonly HeardPrice[],
): void {
  const { clock, log } = ports;
  const desk = priceDesk({ prices, areas: loaded.areas, book: store });
  for (const { target, currency, periods } of heardSeries(heard, clock.nowMs())) {
    const sites = sitesOf(target, loaded.areas);
    if (sites.some((siteId) => (currencyOf(loaded, siteId) ?? currency) !== currency)) {
      log.warn({ connectionId, target, currency }, 'prices refused, the site counts in another currency');
      continue;
    }
    // Protocols tell the same again and again.
    const isKnown = (siteId: SiteId): boolean =>
      isDeepStrictEqual(prices.of(siteId).series?.periods, periods);
    if (sites.every(isKnown)) continue;
    const series = { currency, periods, setBy: connectionId, setAtMs: clock.nowMs() };
    desk.setPrices(target, series).catch((error: unknown) => {
      log.error({ connectionId, target, err: error }, 'prices could not be kept, those before stay in force');
    });
  }
}

function currencyOf({ sites }: LoadedConfig, siteId: SiteId): string | undefined {
  const site = sites.find(({ id }) => id === siteId);
  return site?.prices?.currency ?? site?.peakTariff?.currency;
}

/** What the plan shows of itself, by site. */
export function planFigures({ horizon }: Running): readonly Figure[] {
  const figures = horizon.figures();
  const gauge = (
    name: string,
    help: string,
    value: (each: (typeof figures)[number]) => number | undefined,
  ): Figure => ({
    name,
    help,
    kind: 'gauge',
    samples: figures.flatMap((each) => {
      const found = value(each);
      return found === undefined ? [] : [{ labels: { site: each.siteId }, value: found }];
    }),
  });
  return [
    gauge('plan_in_force', '1 while a plan over the coming hours is in force', ({ ageMs }) =>
      ageMs === undefined ? 0 : 1,
    ),
    gauge('plan_age_seconds', 'Age of the plan in force', ({ ageMs }) => ageMs && ageMs / 1000),
    gauge(
      'plan_duration_seconds',
      'How long the last plan took',
      ({ durationMs }) => durationMs && durationMs / 1000,
    ),
    {
      name: 'plans_total',
      help: 'Plans asked for, by what became of them',
      kind: 'counter',
      samples: figures.flatMap(({ siteId, planned, failed }) => [
        { labels: { site: siteId, outcome: 'planned' }, value: planned },
        { labels: { site: siteId, outcome: 'failed' }, value: failed },
      ]),
    },
    {
      name: 'plan_missing',
      help: '1 for the reason why no plan is in force',
      kind: 'gauge',
      samples: figures.flatMap(({ siteId, missing }) =>
        missing === undefined ? [] : [{ labels: { site: siteId, reason: missing }, value: 1 }],
      ),
    },
  ];
}
