import { describe, expect, it } from 'vitest';
import { evseId, sessionId, stationId } from '../../src/domain/ids.ts';
import { fraction } from '../../src/domain/pricing/fraction.ts';
import type { Reservation } from '../../src/domain/reservation.ts';
import type { Tariff } from '../../src/domain/roaming/tariff.ts';
import { recordOf, type SessionRecord, withFact } from '../../src/domain/sessionRecord.ts';
import type { Told } from '../../src/ocpi/partners/tell.ts';
import { ReservedDesk } from '../../src/ocpi/sessions/reservedDesk.ts';
import { SessionDesk } from '../../src/ocpi/sessions/sessionDesk.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenPlace, givenToken } from './givenCharge.ts';
import { registered } from './givenServer.ts';
import { MemoryObjects } from './memoryObjects.ts';

const startMs = Date.parse('2026-01-31T12:00:00Z');
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** As the specification's example of a price for reservations that expire: 3 an hour, 6 where nobody came; 0.25 a kWh. */
const tariff: Tariff = {
  ...{ countryCode: 'SE', partyId: 'GRG', id: 'T1', currency: 'EUR', taxIncluded: 'NO', altText: [] },
  elements: (
    [
      ['TIME', 6, 'RESERVATION_EXPIRES'],
      ['TIME', 3, 'RESERVATION'],
      ['ENERGY', 0.25, undefined],
    ] as const
  ).map(([dimension, price, reservation]) => ({
    components: [{ dimension, price: fraction(price), stepSize: 1 }],
    ...(reservation !== undefined && { restrictions: { reservation, daysOfWeek: [] } }),
  })),
  lastUpdatedMs: 0,
};

/** A partner's reservations and sessions at a garage, whose desks come and go. */
function given(tariffs: readonly Tariff[] = [tariff]) {
  const clock = new VirtualClock(startMs);
  const objects = new MemoryObjects();
  const reservations = new Map<number, Reservation>();
  const records = new Map<string, SessionRecord>();
  // biome-ignore lint/suspicious/noExplicitAny: bodies of sessions and CDRs, as a partner reads them.
  const told: any[] = [];
  const started = () => {
    const store = objects.opened(() => false);
    const shared = {
      ...{ clock, log: recordedLog().log, objects: store, book: { owners: () => [registered('roam')] } },
      pushes: {
        to: (_partner: string, _module: string, _key: string, tell: (version: '2.3.0') => Told) =>
          told.push(tell('2.3.0').body),
      },
      placeOf: () => ({ ...givenPlace, tariffs }),
      onCdr: () => undefined,
    };
    const reserved = new ReservedDesk({ ...shared, reservationOf: async (id) => reservations.get(id) });
    const sessions = new SessionDesk({
      bookings: { claim: async () => undefined },
      ...{ ...shared, reserved },
      tokens: {
        ownerOf: async () => ({ partnerId: 'roam', token: givenToken, method: 'WHITELIST' }),
        spent: () => undefined,
      },
      recordOf: async (id) => records.get(id),
      recentSessions: async () => [...records.keys()].map(sessionId),
      signedValuesOf: async () => [],
      isOurs: () => false,
    });
    return { reserved, sessions, ready: reserved.start().then(() => sessions.start()) };
  };
  let desks = started();
  const pass = async (ms: number) => {
    for (let step = 0; step < 10; step += 1) {
      clock.advance(ms / 10);
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    told,
    pass,
    cdrs: () => objects.rows().flatMap(({ kind, document }) => (kind === 'cdr' ? [Object(document)] : [])),
    async reserve(number: number, { before, evse = 'A1' }: { before?: number; evse?: string } = {}) {
      reservations.set(number, {
        ...{ id: number, stationId: stationId('CP-A1'), evseNumber: 1, tokenId: 'CAFE', madeBy: 'roam' },
        ...{ groupTokenId: undefined, expiresAtMs: startMs + 2 * hourMs, madeAtMs: clock.nowMs() },
        ...{ state: 'active', endedAtMs: undefined },
      });
      const asked = { partnerId: 'roam', number, before, evse: evseId(evse), token: givenToken };
      await desks.reserved.begin({ ...asked, reference: 'REF-1' });
    },
    become(number: number, state: Reservation['state']) {
      const before = reservations.get(number);
      if (before === undefined) throw new Error('it was never made');
      reservations.set(number, { ...before, state, endedAtMs: clock.nowMs() });
      desks.reserved.take(number);
    },
    charge(registerWh: number, ends = false) {
      const at = { atMs: clock.nowMs(), clock: 'right', aheadMs: 0 } as const;
      const fact = { stationId: stationId('CP-A1'), transactionId: '1', evseNumber: 1, at, tokenId: 'CAFE' };
      const known = records.get('CP-A1~1');
      const next = {
        ...{ ...fact, state: 'charging' as const, registerWh },
        ...(ends && { ends: { reason: 'Local', isPresumed: false } }),
      };
      const record =
        known === undefined ? recordOf({ ...next, begins: true }, evseId('A1')) : withFact(known, next);
      records.set(record.session.id, record);
      desks.sessions.take(record.session.id);
    },
    async restart() {
      desks.reserved.stop();
      desks.sessions.stop();
      desks = started();
      await desks.ready;
    },
  };
}

const reserved = (volume: number) => [{ type: 'RESERVATION_TIME', volume }];

describe('a reservation of a partner', () => {
  it('is told as a session that has not begun, and becomes the one that its driver charges in', async () => {
    const world = given();
    await world.reserve(1);
    expect(world.told).toMatchObject([
      {
        ...{ status: 'RESERVATION', kwh: 0, evse_uid: 'A1', auth_method: 'COMMAND' },
        ...{ authorization_reference: 'REF-1', start_date_time: '2026-01-31T12:00:00Z' },
      },
    ]);
    await world.pass(hourMs);
    // The station tells the begin of the session before or after it tells that the reservation was used.
    world.charge(0);
    await world.pass(1_000);
    world.become(1, 'used');
    await world.pass(hourMs - 1_000);
    world.charge(8_000, true);
    await world.pass(10 * minuteMs);
    expect([...new Set(world.told.map(({ status }) => status))]).toEqual([
      ...['RESERVATION', 'ACTIVE', 'COMPLETED'],
    ]);
    expect(new Set(world.told.map(({ id }) => id)).size).toBe(1);
    const [cdr, ...others] = world.cdrs();
    expect(others).toEqual([]);
    // An hour at 3, and 8 kWh at 0.25.
    expect(cdr).toMatchObject({
      ...{ session_id: world.told[0].id, auth_method: 'WHITELIST', authorization_reference: 'REF-1' },
      ...{ start_date_time: '2026-01-31T12:00:00Z', total_energy: 8, total_time: 1 },
      ...{ total_cost: { before_taxes: 5 }, total_reservation_cost: { before_taxes: 3 } },
    });
    expect(cdr.charging_periods[0]).toMatchObject({ dimensions: reserved(1), tariff_id: 'T1' });
  });

  it.each([
    ['cancelled', 1.5],
    ['removed', 1.5],
    ['expired', 3],
  ] as const)('that is %s has a CDR of its own, over what it took', async (state, cost) => {
    const world = given();
    await world.reserve(1);
    await world.pass(30 * minuteMs);
    world.become(1, state);
    await world.pass(10 * minuteMs);
    expect(world.told.at(-1)).toMatchObject({ status: 'COMPLETED', end_date_time: '2026-01-31T12:30:00Z' });
    expect(world.cdrs()).toMatchObject([
      {
        charging_periods: [{ dimensions: reserved(0.5) }],
        ...{ total_cost: { before_taxes: cost }, total_reservation_cost: { before_taxes: cost } },
        ...{ total_energy: 0, total_time: 0 },
      },
    ]);
  });

  it('has no CDR where nobody came and it costs nothing', async () => {
    const world = given([]);
    await world.reserve(1);
    world.become(1, 'expired');
    await world.pass(minuteMs);
    expect([world.told.at(-1).status, world.cdrs()]).toEqual(['COMPLETED', []]);
  });

  it('stays the same session at another EVSE, and after a restart', async () => {
    const world = given();
    await world.reserve(1);
    await world.pass(10 * minuteMs);
    await world.reserve(2, { before: 1, evse: 'A2' });
    world.become(1, 'cancelled');
    await world.restart();
    await world.pass(20 * minuteMs);
    world.become(2, 'cancelled');
    await world.pass(minuteMs);
    expect(new Set(world.told.map(({ id }) => id)).size).toBe(1);
    expect(world.cdrs()).toMatchObject([{ total_cost: { before_taxes: 1.5 } }]);
  });

  it('ends while no process ran', async () => {
    const world = given();
    await world.reserve(1);
    await world.pass(hourMs);
    world.become(1, 'expired');
    await world.restart();
    await world.pass(minuteMs);
    expect(world.cdrs()).toMatchObject([{ total_cost: { before_taxes: 6 } }]);
  });

  it('is no other driver’s: who charges after it expired has a session of his own', async () => {
    const world = given();
    await world.reserve(1);
    await world.pass(2 * hourMs);
    world.charge(0);
    world.become(1, 'expired');
    await world.pass(minuteMs);
    expect(new Set(world.told.map(({ id }) => id)).size).toBe(2);
  });

  it('is billed by itself where its station tells that it was used, and never of a session', async () => {
    const world = given();
    await world.reserve(1);
    await world.pass(hourMs);
    world.become(1, 'used');
    await world.pass(minuteMs);
    expect(world.cdrs()).toEqual([]);
    await world.pass(10 * minuteMs);
    expect(world.cdrs()).toMatchObject([{ total_cost: { before_taxes: 3 } }]);
  });
});
