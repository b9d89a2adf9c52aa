import { describe, expect, it } from 'vitest';
import { BookedEvses } from '../../src/control/bookedEvses.ts';
import { evseId, sessionId, stationId } from '../../src/domain/ids.ts';
import type { BookingOption, BookingRequest } from '../../src/domain/roaming/booking.ts';
import { termsOf } from '../../src/domain/roaming/bookingRules.ts';
import type { ParkingPlace } from '../../src/domain/roaming/location.ts';
import { type ClosedTimes, closedTimes } from '../../src/domain/roaming/openingTimes.ts';
import type { Session } from '../../src/domain/session.ts';
import { createLogger } from '../../src/log.ts';
import type { BookablePlace } from '../../src/ocpi/bookings/bookablePlaces.ts';
import { BookingBook } from '../../src/ocpi/bookings/bookingBook.ts';
import { BookingDesk } from '../../src/ocpi/bookings/bookingDesk.ts';
import { BookingWatch } from '../../src/ocpi/bookings/bookingWatch.ts';
import { isRegistered } from '../../src/ocpi/partners/partnerBook.ts';
import { eventually } from '../eventually.ts';
import { VirtualClock } from '../virtualClock.ts';
import { registered } from './givenServer.ts';
import { MemoryObjects } from './memoryObjects.ts';

const minuteMs = 60_000;
const noonMs = Date.UTC(2026, 0, 31, 12);
const [roam] = [registered('roam')].filter(isRegistered);

const policy = {
  ...{ stepMinutes: 15, minMinutes: 15, maxMinutes: 120, daysAhead: 7, holdMinutes: 10, noShowMinutes: 20 },
  ...{ changeUntilMinutes: 30, cancelUntilMinutes: 60, perPartner: 3, guaranteedWatts: 11_000 },
};
const lorries: ParkingPlace = {
  ...{
    id: 'A4',
    vehicleTypes: ['SEMI_TRACTOR', 'TRUCK_WITH_TRAILER'],
    maxVehicleHeightCm: 400,
    isDriveThrough: false,
  },
  ...{ isRestrictedToType: true, needsReservation: false, standards: [], images: [] },
};
/** A4 is a place for lorries; of the others nothing is told. */
const place = (id: string, closed: ClosedTimes = () => []): BookablePlace => ({
  ...{
    countryCode: 'SE',
    partyId: 'GRG',
    evseId: evseId(id),
    stationId: stationId(`CP-${id}`),
    evseNumber: 1,
  },
  connector: {
    ...{ id: '1', standard: 'IEC_62196_T2', format: 'SOCKET', powerType: 'AC_3_PHASE', maxVolts: 230 },
    ...{ maxAmps: 32, maxWatts: 22_080, tariffIds: ['T1'], capabilities: [], lastUpdatedMs: 0 },
  },
  ...{
    locationId: 'garage',
    policy,
    closed,
    terms: termsOf(policy, true),
    isReservable: true,
    parking: id === 'A4' ? lorries : undefined,
    hasGreenEnergy: undefined,
  },
});

const noWish: BookingOption = {
  ...{ evsePositions: [], vehicleTypes: [], connectorFormats: [], connectorTypes: [], powerTypes: [] },
};
const card = { countryCode: 'DE', partyId: 'MSP', uid: 'CAFE', type: 'RFID', contractId: 'C1' };
const request = (change: Partial<BookingRequest> = {}): BookingRequest => ({
  ...{ countryCode: 'DE', partyId: 'MSP', requestId: 'R1', locationId: 'garage', tokens: [card], access: [] },
  period: { startMs: noonMs + 120 * minuteMs, endMs: noonMs + 180 * minuteMs },
  ...{ authorizationReference: 'REF-1', ...change },
});
const charging = (change: Partial<Session> = {}): Session => ({
  ...{ id: sessionId('S1'), evseId: evseId('A1'), stationId: stationId('CP-A1'), transactionId: '1' },
  ...{ tokenId: 'CAFE', state: 'charging', startedAtMs: noonMs + 115 * minuteMs, endedAtMs: undefined },
  ...{ endReason: undefined, energyWh: 0, wantedEnergyWh: undefined, departureAtMs: undefined },
  ...{ priority: undefined, ...change },
});

/** A garage of one or two EVSEs at noon, all of whose time is a test's to move. */
function given({
  evses = ['A1'],
  rows = new MemoryObjects(),
  startMs = noonMs,
  isLate = false,
  closed = () => [],
}: {
  evses?: readonly string[];
  rows?: MemoryObjects;
  startMs?: number;
  /** Its station does not answer before `answer`. */
  isLate?: boolean;
  closed?: ClosedTimes;
} = {}) {
  const clock = new VirtualClock(startMs);
  const log = createLogger('silent');
  const objects = rows.opened(() => false);
  const told: string[] = [];
  const asked: string[] = [];
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const guarantees = new Set<string>();
  const is = { partners: [registered('roam')], running: undefined as Session | undefined, broken: false };
  const partners = {
    owners: () => is.partners,
    find: (id: string) => is.partners.find((each) => each.id === id),
  };
  const booked = new BookedEvses();
  const book = new BookingBook({
    ...{ clock, objects, partners, booked, places: evses.map((id) => place(id, closed)) },
    store: {
      keepBooking: async (object) => {
        await objects.saveRoamingObject(object);
        return 'kept';
      },
      freeBookings: async () => undefined,
    },
    pushes: {
      to: (partnerId, _module, _key, tell) => {
        const { reservation_status: status, canceled } = Object(tell('2.3.0').body);
        told.push([partnerId, status, canceled?.cancellation_reason].filter(Boolean).join(' '));
      },
      toAll: () => undefined,
    },
  });
  let count = 0;
  const desk = new BookingDesk({ clock, log, book, newId: () => `B${++count}` });
  const watch = new BookingWatch({
    ...{ clock, log, book, desk, partners },
    stations: {
      reserve: async ({ evse, token, expiresAtMs }) => {
        asked.push(
          `keep ${evse} for ${token.uid} until ${new Date(expiresAtMs).toISOString().slice(11, 16)}`,
        );
        if (isLate) await answered;
        return { outcome: 'accepted', reason: '', number: 7 };
      },
      cancel: async ({ evse, number }) => {
        asked.push(`give up ${number} at ${evse}`);
        return undefined;
      },
    },
    runningAt: () => is.running,
    isBroken: () => is.broken,
    guarantee: async (evse, session, { minWatts }) => {
      if (minWatts !== undefined) guarantees.add(`${minWatts} W for ${session} at ${evse}`);
    },
  });
  const ask = (change: Partial<BookingRequest> = {}) => {
    if (roam === undefined) throw new Error('nobody is registered');
    return desk.request(roam, request(change));
  };
  /** Until a minute of the afternoon, one after the other: what is looked at has time to be. */
  const until = async (minute: number): Promise<void> => {
    while (clock.nowMs() < noonMs + minute * minuteMs) {
      clock.advance(30_000);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    }
  };
  const status = () => book.find('roam', 'R1').then((found) => found?.booking.status);
  return { clock, book, desk, watch, booked, ask, until, status, told, asked, guarantees, is, rows, answer };
}

describe('a booking, as time goes by', () => {
  it('keeps its EVSE at the station shortly before, and is a no-show when nobody comes', async () => {
    const { ask, until, watch, status, told, asked, booked, book } = given();
    await ask();
    watch.start();
    const verdict = (tokenId: string, minute: number) =>
      booked.verdict({ stationId: stationId('CP-A1'), evseNumber: 1, tokenId }, noonMs + minute * minuteMs);
    expect([verdict('OTHER', 109), verdict('OTHER', 110), verdict('cafe', 110)]).toEqual([
      undefined,
      'kept',
      'theirs',
    ]);
    await until(109);
    expect(asked).toEqual([]);
    await until(115);
    expect(asked).toEqual(['keep A1 for CAFE until 14:20']);
    await until(139);
    expect(await status()).toBe('RESERVED');
    await until(142);
    await eventually(async () => expect(await status()).toBe('NO_SHOW'));
    expect(told).toEqual(['roam NO_SHOW']);
    expect(verdict('OTHER', 145)).toBeUndefined();
    expect(book.open()).toEqual([]);
  });

  it.each([
    [
      'somebody else stays',
      { running: charging({ id: sessionId('S9'), tokenId: 'OTHER' }) },
      'roam CANCELED FULL',
    ],
    ['the EVSE is broken', { broken: true }, 'roam CANCELED BROKEN_CHARGER'],
    [
      'its driver has been there all the time',
      { running: charging({ startedAtMs: noonMs }) },
      'roam FULFILLED',
    ],
  ])('is told how it ends where %s', async (_what, change, expected) => {
    const { ask, until, watch, told, is } = given();
    await ask();
    watch.start();
    Object.assign(is, change);
    await until(142);
    await eventually(() => expect(told).toEqual([expected]));
  });

  it('is fulfilled by the session of its driver, also when an earlier process took it', async () => {
    const before = given();
    await before.ask();
    const { book, desk, watch, is, until, status, told } = given({
      rows: before.rows,
      startMs: noonMs + 114 * minuteMs,
    });
    await book.load();
    watch.start();
    expect(await desk.claim(charging({ tokenId: 'OTHER' }))).toBeUndefined();
    expect(await desk.claim(charging({ startedAtMs: noonMs + 100 * minuteMs }))).toBeUndefined();
    const session = charging();
    is.running = session;
    const claimed = { partnerId: 'roam', reference: 'REF-1', bookingId: 'B1', token: { uid: 'CAFE' } };
    expect(await desk.claim(session)).toMatchObject(claimed);
    expect(await desk.claim(session)).toMatchObject(claimed);
    expect([await status(), told]).toEqual(['FULFILLED', ['roam FULFILLED']]);
    await until(150);
    expect(book.open()).toHaveLength(1);
    is.running = undefined;
    await until(151);
    await eventually(() => expect(book.open()).toEqual([]));
  });

  it('has its power guaranteed once its driver charges, and no more than he needs', async () => {
    const { ask, until, watch, desk, guarantees, is } = given();
    const { booking } = await ask({ powerKw: 7 });
    expect(booking.period).toMatchObject({ minWatts: 7_000, maxWatts: 7_000 });
    watch.start();
    is.running = charging();
    await until(115);
    expect(guarantees).toEqual(new Set());
    await desk.claim(charging());
    await until(121);
    await eventually(() => expect(guarantees).toEqual(new Set(['7000 W for S1 at A1'])));
  });

  it('gives up what its station keeps when it is cancelled', async () => {
    const { ask, until, watch, asked, desk } = given();
    const { booking } = await ask();
    watch.start();
    await until(112);
    await desk.cancel(booking.id, 'POWER_OUTAGE');
    await until(113);
    await eventually(() => expect(asked).toEqual(['keep A1 for CAFE until 14:20', 'give up 7 at A1']));
  });

  it('gives it up too when its station answers late', async () => {
    const { ask, until, watch, asked, desk, answer } = given({ isLate: true });
    const { booking } = await ask();
    watch.start();
    await until(112);
    // Nobody waits for the station.
    const later = { startMs: noonMs + 300 * minuteMs, endMs: noonMs + 360 * minuteMs };
    expect((await ask({ requestId: 'R2', period: later })).booking.status).toBe('RESERVED');
    await desk.cancel(booking.id, 'POWER_OUTAGE');
    await until(113);
    answer();
    await eventually(() => expect(asked).toEqual(['keep A1 for CAFE until 14:20', 'give up 7 at A1']));
  });

  it('goes with its partner', async () => {
    const { ask, until, watch, book, is } = given();
    await ask();
    watch.start();
    is.partners = [];
    await until(1);
    await eventually(() => expect(book.open()).toEqual([]));
  });
});

describe('a place with opening hours', () => {
  const minutes = (fromMinute: number, untilMinute: number) => ({
    startMs: noonMs + fromMinute * minuteMs,
    endMs: noonMs + untilMinute * minuteMs,
  });
  // The 31st is a Saturday, and its noon in UTC is 13:00 in Stockholm.
  const weekend = closedTimes(
    {
      isAlwaysOpen: false,
      regularHours: [{ weekday: 6, from: '08:00', until: '16:00' }],
      exceptionalOpenings: [{ fromMs: noonMs + 180 * minuteMs, untilMs: noonMs + 240 * minuteMs }],
      exceptionalClosings: [{ fromMs: noonMs + 60 * minuteMs, untilMs: noonMs + 90 * minuteMs }],
    },
    'Europe/Stockholm',
  );

  it('is booked while it is open, which exceptions say before the regular hours', async () => {
    const { ask } = given({ closed: weekend });
    const why = async (requestId: string, from: number, until: number) =>
      (await ask({ requestId, period: minutes(from, until) })).why;
    expect(await why('R1', 15, 60)).toBeUndefined();
    expect(await why('R2', 45, 75)).toContain('closed');
    expect(await why('R3', 90, 180)).toBeUndefined();
    expect(await why('R5', 240, 255)).toContain('closed');
    expect(await why('R4', 180, 240)).toBeUndefined();
  });

  it('is offered then alone', () => {
    const { desk } = given({ closed: weekend });
    const [calendar] = desk.locations().flatMap(({ calendars }) => calendars);
    expect(calendar?.free.map(({ startMs, endMs }) => ({ startMs, endMs }))).toEqual([
      minutes(0, 60),
      minutes(90, 240),
      // The next Saturday.
      minutes(7 * 1440 - 300, 7 * 1440 + 180),
    ]);
  });
});

describe('a request for a booking', () => {
  it('is for any EVSE of the place that is free, where it names none', async () => {
    const { ask } = given({ evses: ['A1', 'A2'] });
    const taken = await Promise.all(['R1', 'R2', 'R3'].map((requestId) => ask({ requestId })));
    expect(taken.map(({ booking }) => booking.status)).toEqual(['RESERVED', 'RESERVED', 'REJECTED']);
    expect(new Set(taken.slice(0, 2).map(({ booking }) => booking.option?.evseUid))).toEqual(
      new Set(['A1', 'A2']),
    );
    expect(taken[2]?.why).toContain('somebody else');
  });

  it.each([
    ['vehicleTypes', { vehicleTypes: ['MOTORCYCLE'] }, 'no such vehicles: MOTORCYCLE'],
    ['height', { maxVehicleHeight: 401 }, 'room for 400 cm of height'],
    ['driving through', { isDriveThrough: true }, 'not for driving through'],
    ['connector', { connectorTypes: ['CHADEMO'] }, 'no such connectors: CHADEMO'],
    ['power', { powerTypes: ['DC'] }, 'no such power: DC'],
  ])('that wishes for what its place has not is told so: %s', async (_what, wish, why) => {
    const { ask } = given({ evses: ['A4'] });
    const { booking, why: told } = await ask({ option: { ...noWish, ...wish } });
    expect([booking.status, told]).toEqual(['REJECTED', expect.stringContaining(why)]);
  });

  it('gets a place that has what it wishes for, and none where nobody tells it is judged', async () => {
    const { ask } = given({ evses: ['A4', 'A1'] });
    const option = { ...noWish, vehicleTypes: ['MOTORCYCLE'], isDriveThrough: true, maxVehicleHeight: 900 };
    expect((await ask({ option })).booking.option?.evseUid).toBe('A1');
    const lorry = { ...noWish, vehicleTypes: ['SEMI_TRACTOR'], maxVehicleHeight: 400 };
    const { booking } = await ask({ requestId: 'R2', option: { ...lorry, evseUid: 'A4' } });
    expect(booking).toMatchObject({ status: 'RESERVED', option: { parkingId: 'A4', maxVehicleHeight: 400 } });
    const third = await ask({ requestId: 'R3', option });
    expect(third.booking.status).toBe('REJECTED');
  });

  it('comes too late for a change half an hour before, and for an end an hour before', async () => {
    const { ask, clock } = given();
    await ask();
    const canceled = { reason: 'TRAFFIC', by: 'EMSP' } as const;
    clock.advance(61 * minuteMs);
    expect(await ask({ canceled })).toMatchObject({ why: expect.stringContaining('too late for a cancel') });
    expect((await ask({ authorizationReference: 'REF-2' })).booking.authorizationReference).toBe('REF-2');
    clock.advance(30 * minuteMs);
    expect((await ask({ authorizationReference: 'REF-3' })).why).toContain('too late for a change');
  });

  it('is one too many past so many of one partner', async () => {
    const { ask } = given();
    const at = (hours: number) => ({
      startMs: noonMs + hours * 60 * minuteMs,
      endMs: noonMs + (hours + 1) * 60 * minuteMs,
    });
    const all = [];
    for (const hours of [1, 2, 3, 4]) all.push(await ask({ requestId: `R${hours}`, period: at(hours) }));
    expect(all.map(({ booking }) => booking.status)).toEqual([
      'RESERVED',
      'RESERVED',
      'RESERVED',
      'REJECTED',
    ]);
    expect(all[3]?.why).toContain('you have 3 bookings');
  });
});
