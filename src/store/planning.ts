import type { Kysely } from 'kysely';
import { type SiteId, siteId } from '../domain/ids.ts';
import type { PricePeriod, PriceSeries } from '../domain/prices.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

export interface PlanningStore {
  /** Durable once it resolves. Takes the place of what was stored for the site. */
  replacePrices(site: SiteId, series: PriceSeries): Promise<void>;
  prices(): Promise<ReadonlyMap<SiteId, PriceSeries>>;
  /** Queued. */
  keepPlanMemory(key: string, value: string): void;
  planMemory(): Promise<ReadonlyMap<string, string>>;
}

export function planningStore(db: Kysely<Tables>, queue: WriteBehind): PlanningStore {
  return {
    replacePrices: (site, { currency, setBy, setAtMs, periods }) =>
      inStore(`store the prices of site ${site}`, async () => {
        const row = { currency, set_by: setBy, set_at_ms: setAtMs, periods: textOf(periods) };
        await db
          .insertInto('price_series')
          .values({ site_id: site, ...row })
          .onConflict((conflict) => conflict.column('site_id').doUpdateSet(row))
          .execute();
      }),

    prices: () =>
      inStore('read the prices', async () => {
        const rows = await db.selectFrom('price_series').selectAll().execute();
        return new Map(
          rows.map((row): [SiteId, PriceSeries] => [
            siteId(row.site_id),
            {
              currency: row.currency,
              setBy: row.set_by,
              setAtMs: row.set_at_ms,
              periods: periodsOf(row.periods),
            },
          ]),
        );
      }),

    keepPlanMemory: (key, value) =>
      queue.put(`plan memory ${key}`, async (transaction) => {
        await transaction
          .insertInto('plan_memory')
          .values({ key, value })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
          .execute();
      }),

    planMemory: () =>
      inStore('read what the plan remembers', async () => {
        const rows = await db.selectFrom('plan_memory').selectAll().execute();
        return new Map(rows.map(({ key, value }) => [key, value]));
      }),
  };
}

type StoredPeriod = readonly [fromMs: number, untilMs: number, perKwh: string];

/** Money as decimal text. */
const textOf = (periods: readonly PricePeriod[]): string =>
  JSON.stringify(
    periods.map(({ fromMs, untilMs, perKwh }): StoredPeriod => [fromMs, untilMs, String(perKwh)]),
  );

// What is read was written by `textOf`: the column is nobody else's.
const periodsOf = (text: string): readonly PricePeriod[] =>
  (JSON.parse(text) as readonly StoredPeriod[]).map(([fromMs, untilMs, perKwh]) => ({
    fromMs,
    untilMs,
    perKwh: Number(perKwh),
  }));
