import { describe, expect, it } from 'vitest';
import { evseId, stationId } from '../../../src/domain/ids.ts';
import { volumeOf } from '../../../src/domain/pricing/billedPeriod.ts';
import { fraction, shortText } from '../../../src/domain/pricing/fraction.ts';
import { cdrFrom, followed, type RoamingCharge } from '../../../src/domain/roaming/charge.ts';
import type { Tariff } from '../../../src/domain/roaming/tariff.ts';
import type { RunningState, SessionFact } from '../../../src/domain/sessionFact.ts';
import { recordOf, withFact } from '../../../src/domain/sessionRecord.ts';
import { givenCharge } from '../../ocpi/givenCharge.ts';

const startMs = Date.parse('2026-01-31T12:00:00Z');
const minuteMs = 60_000;

/** 1 EUR to start, 0.40 a kWh, 2 an hour, 6 an hour parked; VAT as told. */
const tariff = (change: Partial<Tariff> = {}, vat?: number): Tariff => ({
  ...{ countryCode: 'SE', partyId: 'GRG', id: 'T1', currency: 'EUR', taxIncluded: 'NO', altText: [] },
  elements: [
    {
      components: (
        [
          ['FLAT', 1],
          ['ENERGY', 0.4],
          ['TIME', 2],
          ['PARKING_TIME', 6],
        ] as const
      ).map(([dimension, price]) => ({
        ...{ dimension, price: fraction(price), stepSize: 1 },
        ...(vat !== undefined && { vatPercent: fraction(vat) }),
      })),
    },
  ],
  lastUpdatedMs: 0,
  ...change,
});

const charge = (tariffs: readonly Tariff[]): RoamingCharge =>
  givenCharge({ id: 'S1', startedAtMs: startMs }, tariffs);

/** A session told as `[minutes, state, register]`, and its end. */
function record(points: readonly (readonly [number, RunningState, number])[], endMinutes: number) {
  const fact = (minutes: number, change: Partial<SessionFact>): SessionFact => ({
    ...{ stationId: stationId('CP-A1'), transactionId: '1', evseNumber: 1, ...change },
    at: { atMs: startMs + minutes * minuteMs, clock: 'right', aheadMs: 0 },
  });
  const [first, ...more] = points.map(([minutes, state, registerWh], index) =>
    fact(minutes, { state, registerWh, ...(index === 0 && { begins: true }) }),
  );
  if (first === undefined) throw new Error('a session has a begin');
  const end = fact(endMinutes, { ends: { reason: 'Local', isPresumed: false } });
  return [...more, end].reduce(withFact, recordOf(first, evseId('A1')));
}

const completed = { status: 'COMPLETED', nowMs: startMs + 1_000 * minuteMs } as const;

function billOf(tariffs: readonly Tariff[], told: ReturnType<typeof record>) {
  const bill = cdrFrom(followed(charge(tariffs), told, completed), told);
  const amounts = [bill.totalCost, bill.totalTimeCost, bill.totalParkingCost].map(
    (price) => price && shortText(price.beforeTaxes),
  );
  return { bill, amounts };
}

describe('the bill of a charge', () => {
  const quarter = 15;
  const hours = [
    [0, 'charging', 0],
    [60, 'suspended-by-us', 10_000],
    [120, 'charging', 10_000],
    [180, 'suspended-by-ev', 20_000],
  ] as const;

  it('has no time in it in which the site gave nothing', () => {
    const { bill, amounts } = billOf([tariff()], record(hours, 180 + quarter));
    // 1 + 20 kWh at 0.40 + 2 h at 2 + a quarter at 6.
    expect(amounts).toEqual(['14.5', '4', '1.5']);
    const withheld = bill.periods.find(({ startMs: atMs }) => atMs === startMs + 60 * minuteMs);
    expect(withheld && [volumeOf(withheld, 'TIME'), volumeOf(withheld, 'PARKING_TIME')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(shortText(bill.totalTimeHours)).toBe('3.25');
  });

  it('tells no tax where none is told, and tells one of nothing at 0 %', () => {
    const told = record([[0, 'charging', 0]], 60);
    expect(billOf([tariff()], told).bill.totalCost.taxes).toEqual([]);
    expect(billOf([tariff({ taxIncluded: 'N/A' })], told).bill.totalCost.taxes).toEqual([]);
    const { taxes } = billOf([tariff({}, 0)], told).bill.totalCost;
    expect(taxes.map(({ amount }) => shortText(amount))).toEqual(['0']);
  });

  it('is free without a tariff, and of nothing where nothing happened', () => {
    const { bill, amounts } = billOf([], record([[0, 'authorised', 0]], 0));
    expect([amounts[0], bill.periods.length, bill.tariffs]).toEqual(['0', 1, []]);
  });

  it('never runs back in time for whoever asks what changed', () => {
    const told = record(hours, 200);
    const before = { ...charge([]), session: { ...charge([]).session, lastUpdatedMs: completed.nowMs + 5 } };
    expect(followed(before, told, completed).session.lastUpdatedMs).toBe(completed.nowMs + 6);
  });

  it('is of two tariffs where the driver came to prefer a profile on the way', () => {
    const regular = tariff();
    const fast = tariff({
      ...{ id: 'fast', type: 'PROFILE_FAST' },
      elements: [{ components: [{ dimension: 'ENERGY', price: fraction(1), stepSize: 1 }] }],
    });
    const told = record(
      [
        [0, 'charging', 0],
        [30, 'charging', 5_000],
        [60, 'charging', 10_000],
      ],
      60,
    );
    const wished = { ...told, session: { ...told.session, profile: 'FAST' } } as const;
    const halfway = { status: 'ACTIVE', nowMs: startMs + 30 * minuteMs } as const;
    const turned = followed(charge([regular, fast]), wished, halfway);
    // Told again it is no other wish.
    const running = followed(turned, wished, { ...halfway, nowMs: startMs + 40 * minuteMs });
    const bill = cdrFrom(followed(running, wished, completed), wished);
    expect(new Set(bill.periods.map(({ tariffId }) => tariffId))).toEqual(new Set([regular.id, 'fast']));
    expect(bill.periods.find(({ tariffId }) => tariffId === 'fast')?.startMs).toBe(halfway.nowMs);
    // 1 + 5 kWh at 0.40 + half an hour at 2, and then 5 kWh at 1.
    expect(shortText(bill.totalCost.beforeTaxes)).toBe('9');
    expect(bill.tariffs.map(({ id }) => id)).toEqual([regular.id, 'fast']);
    expect(billOf([regular, fast], told).bill.tariffs.map(({ id }) => id)).toEqual([regular.id]);
  });

  it('tells what a bill should not pass over', () => {
    const told = record([[0, 'charging', 5_000]], 60);
    const marked = { ...told, marks: ['stop missing', 'told late'] as const };
    expect(cdrFrom(followed(charge([]), marked, completed), marked).remark).toBe('stop missing, told late');
  });
});
