import { expect, it } from 'vitest';
import type { RoamingObject } from '../../src/domain/roaming/partner.ts';
import { describeOnBothDatabases } from './databases.ts';

const minuteMs = 60_000;
const noonMs = Date.parse('2026-01-31T12:00:00Z');

const booking = (id: string, change: Partial<RoamingObject> = {}): RoamingObject => ({
  ...{
    kind: 'booking',
    partnerId: 'roam',
    id,
    alias: `roam ${id}`,
    createdAtMs: noonMs,
    lastUpdatedMs: noonMs,
  },
  ...{ isDue: true, document: {}, ...change },
});
const span = (fromMinute: number, untilMinute: number, evseId = 'A1') => ({
  ...{ evseId, startMs: noonMs + fromMinute * minuteMs, endMs: noonMs + untilMinute * minuteMs },
});

describeOnBothDatabases('bookings in the store', (database) => {
  it('never overlap at one EVSE, also when two come at the same moment', async () => {
    const store = await database.open();
    const outcomes = await Promise.all([
      store.keepBooking(booking('B1'), span(0, 60)),
      store.keepBooking(booking('B2'), span(55, 120)),
    ]);
    expect(outcomes.toSorted()).toEqual(['kept', 'taken']);
    const lost = outcomes[0] === 'taken' ? 'B1' : 'B2';
    expect(await store.findRoamingObject({ kind: 'booking', partnerId: 'roam' }, lost)).toBeUndefined();
    expect(await store.keepBooking(booking('B3'), span(0, 120, 'A2'))).toBe('kept');
    expect(await store.keepBooking(booking('B4'), span(120, 180))).toBe('kept');
  });

  it('stay as they are where a change would take what somebody else has', async () => {
    const store = await database.open();
    await store.keepBooking(booking('B1'), span(0, 60));
    await store.keepBooking(booking('B2'), span(60, 120));
    expect(await store.keepBooking(booking('B1', { lastUpdatedMs: noonMs + 1 }), span(30, 90))).toBe('taken');
    const kept = await store.findRoamingObject({ kind: 'booking', partnerId: 'roam' }, 'B1');
    expect(kept?.lastUpdatedMs).toBe(noonMs);
    expect(await store.keepBooking(booking('B3'), span(0, 30))).toBe('taken');
    expect(await store.keepBooking(booking('B1'), span(-30, 30))).toBe('kept');
    expect(await store.keepBooking(booking('B3'), span(30, 60))).toBe('kept');
  });

  it('are listed by their site once they are over, page by page, those of a removed partner not among them', async () => {
    const store = await database.open();
    const ended = (id: string, minute: number, change: Partial<RoamingObject> = {}) =>
      store.keepBooking(
        booking(id, {
          ...{ isDue: false, site: { id: 'garage', startMs: noonMs + minute * minuteMs }, ...change },
        }),
        undefined,
      );
    await ended('B1', 0);
    await ended('B2', 60, { partnerId: 'other' });
    await ended('B3', 120);
    await ended('B4', 180, { site: { id: 'depot', startMs: noonMs } });
    await ended('B5', 240, { isDue: true });
    await ended('B6', 300, { partnerId: 'gone' });
    await store.moveRoamingObjects('gone', 'gone~1');
    const page = async (offset: number, partners = ['roam', 'other', 'gone']) => {
      const { items, total } = await store.endedBookings({ site: 'garage', partners, offset, limit: 2 });
      return [items.map(({ id }) => id), total];
    };
    expect(await page(0)).toEqual([['B3', 'B2'], 3]);
    expect(await page(2)).toEqual([['B1'], 3]);
    expect(await page(0, [])).toEqual([[], 0]);
  });

  it('leave their EVSE free once they are over, and when their partner is gone', async () => {
    const store = await database.open();
    await store.keepBooking(booking('B1'), span(0, 60));
    await store.keepBooking(booking('B1', { isDue: false }), undefined);
    expect(await store.keepBooking(booking('B2'), span(0, 60))).toBe('kept');
    await store.keepBooking(booking('B3', { partnerId: 'other' }), span(60, 120));
    await store.moveRoamingObjects('other', 'other~removed');
    await store.freeBookings();
    expect(await store.keepBooking(booking('B4'), span(60, 120))).toBe('kept');
    expect(await store.keepBooking(booking('B5'), span(0, 60))).toBe('taken');
  });
});
