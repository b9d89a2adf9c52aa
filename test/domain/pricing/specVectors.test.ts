import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BilledPeriod, PeriodDimension } from '../../../src/domain/pricing/billedPeriod.ts';
import { decimalText, fraction } from '../../../src/domain/pricing/fraction.ts';
import { priceSession } from '../../../src/domain/pricing/sessionPrice.ts';
import type { PriceRules } from '../../../src/domain/pricing/tariff.ts';
import { decoder } from '../../../src/ocpi/codec.ts';
import { tariff } from '../../../src/ocpi/v221/tariff.ts';
import { sharedFolder } from '../../servers.ts';

interface Vector {
  readonly id: string;
  readonly tariff: string;
  readonly tariff_inline: object | null;
  readonly time_zone: string;
  readonly start_date_time: string;
  readonly charging_periods: readonly {
    readonly start_date_time: string;
    readonly dimensions: readonly { readonly type: PeriodDimension; readonly volume: number }[];
  }[];
  readonly expected: { readonly excl_vat: string; readonly incl_vat: string | null };
}

const folder = `${sharedFolder}/data/ocpi`;
const isThere = existsSync(folder);
const vectors: readonly Vector[] = isThere
  ? JSON.parse(readFileSync(`${folder}/tariff-vectors-from-spec-text.json`, 'utf8'))
  : [];

const readTariff = decoder(tariff);

function rulesOf(vector: Vector): PriceRules {
  const wire =
    vector.tariff_inline === null
      ? JSON.parse(readFileSync(`${folder}/spec-examples/2.2.1-examples/${vector.tariff}.json`, 'utf8'))
      : {
          ...{ country_code: 'DE', party_id: 'ALL', id: '1', last_updated: '2019-01-01T00:00:00Z' },
          ...vector.tariff_inline,
        };
  const read = readTariff(wire);
  if (read.status === 'refused') throw new Error(JSON.stringify(read.faults));
  return read.value;
}

const periodsOf = (vector: Vector): readonly BilledPeriod[] =>
  vector.charging_periods.map(({ start_date_time, dimensions }) => ({
    startMs: Date.parse(start_date_time),
    volumes: dimensions.map(({ type, volume }) => ({ dimension: type, volume: fraction(volume) })),
  }));

/** Every decimal that is told, also beyond the cent. */
const decimalsOf = (amount: string): number => amount.split('.')[1]?.length ?? 0;

describe.skipIf(!isThere)("a worked price of the specification's text", () => {
  it('is one of 22', () => {
    expect(vectors).toHaveLength(22);
  });

  it.each(vectors)('comes out to the cent: $id', (vector) => {
    const pricing = priceSession({
      startMs: Date.parse(vector.start_date_time),
      endMs: undefined,
      timeZone: vector.time_zone,
      periods: periodsOf(vector),
      tariffs: [rulesOf(vector)],
      reservationExpired: false,
    });
    if (pricing.status === 'refused') throw new Error(pricing.reason);
    const { beforeTaxes, afterTaxes } = pricing.price.total;
    const { excl_vat, incl_vat } = vector.expected;
    expect(beforeTaxes && decimalText(beforeTaxes, decimalsOf(excl_vat))).toBe(excl_vat);
    if (incl_vat !== null) expect(afterTaxes && decimalText(afterTaxes, decimalsOf(incl_vat))).toBe(incl_vat);
    expect(pricing.price.notes).toEqual([]);
  });
});
