import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { startEmsp } from './emsp.ts';
import { givenParty, publicGarage } from './ocpiPeers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** EVSE A1 can be booked, from five minutes on, and is kept two hours before: a booking of soon is in force at once. */
const bookable = {
  ...publicGarage,
  site: `${publicGarage.site}
    bookings: { evses: [A1], daysAhead: 2, stepMinutes: 5, minMinutes: 10, maxMinutes: 60, holdMinutes: 120, guaranteedWatts: 11040 }`,
  evse: ', public: { evseId: SE*GRG*E1, tariffs: [T1], capabilities: [RESERVABLE] }',
};

async function given(version = '2.3.0') {
  const host = await givenParty('GRG', bookable);
  ends.push(() => host.end());
  const join = async (partyId: string, id: string) => {
    const emsp = await startEmsp(host, { version, partyId, id, hears: ['Booking'] });
    ends.push(() => emsp.stop());
    return emsp;
  };
  return { host, emsp: await join('MSP', 'roam'), join };
}

type Emsp = Awaited<ReturnType<typeof startEmsp>>;

const minuteMs = 60_000;
const wire = (atMs: number) => new Date(atMs).toISOString().replace('.000Z', 'Z');
const nextHourMs = (Math.floor(Date.now() / 3_600_000) + 1) * 3_600_000;
/** A whole hour that begins so many hours after the next one: of another day, too. */
const inHours = (hours: number) => nextHourMs + hours * 3_600_000;
const period = (fromMs: number, minutes = 60) => ({
  ...{ start_date_time: wire(fromMs), end_date_time: wire(fromMs + minutes * minuteMs) },
});

const card = (emsp: Emsp, uid = 'CAFE') => ({
  ...emsp.party,
  uid,
  type: 'RFID',
  contract_id: 'DE8ACC12E46L89',
});
const request = (emsp: Emsp, change: object = {}) => ({
  ...{ ...emsp.party, request_id: 'R1', location_id: 'garage', booking_location_id: 'A1' },
  ...{ tokens: [card(emsp)], authorization_reference: 'REF-1', period: period(inHours(2)), ...change },
});
const book = (emsp: Emsp, change: object = {}) => emsp.ask('/sender/Booking', 'POST', request(emsp, change));
const free = async (emsp: Emsp) =>
  (await emsp.ask('/sender/Booking/booking_locations/A1')).body.data.calendars[0].available_timeslots;

describe('what can be booked', () => {
  it('is offered with its terms and the times that are free', async () => {
    const { emsp } = await given();
    const { body, headers } = await emsp.ask('/sender/Booking/booking_locations');
    expect(headers.get('x-total-count')).toBe('1');
    expect(body.data).toMatchObject([
      {
        ...{ country_code: 'SE', party_id: 'GRG', id: 'A1', location_id: 'garage', tariff_ids: ['T1'] },
        booking_option: { evse_uid: 'A1', connector_id: '1', connector_types: ['IEC_62196_T2'] },
        booking_terms: {
          ...{ early_start_allowed: true, early_start_time: 120, noshow_timeout: 15, noshow_fee: false },
          ...{ min_booking_duration: 10, max_booking_duration: 60, supported_access_methods: ['OPEN'] },
        },
        calendars: [
          {
            id: 'A1',
            timeslot_increment: 5,
            available_timeslots: [{ min_power: 11_040, max_power: 22_080 }],
          },
        ],
      },
    ]);
    const [calendar] = body.data[0].calendars;
    const { id, end_before } = calendar;
    const { body: alone } = await emsp.ask('/sender/Booking/booking_locations/A1/A1');
    expect(alone.data).toMatchObject({ id, end_before });
    expect((await emsp.ask('/sender/Booking/booking_locations/A9')).status).toBe(404);
    const asked = async (fromHour: number) =>
      (await emsp.ask(`/sender/Booking/booking_locations?timeslot_from=${wire(inHours(fromHour))}`)).body
        .data;
    expect([(await asked(1)).length, (await asked(24 * 9)).length]).toEqual([1, 0]);
  });

  it('is told to whoever receives it when somebody books, and is not known in 2.2.1', async () => {
    const { emsp, join } = await given();
    const other = await join('OTH', 'other');
    await book(emsp);
    const told = await eventually(() => {
      const found = other.heard.find(({ path }) => path === '/Booking/SE/GRG/booking_locations/A1');
      if (found === undefined) throw new Error('nothing was told');
      return found;
    });
    expect(told.method).toBe('PUT');
    const endOf = ({ end_date_time }: { end_date_time: string }) => end_date_time;
    expect(told.body.calendars[0].available_timeslots.map(endOf)).toEqual((await free(other)).map(endOf));
    // Whose it is nobody else hears.
    expect(other.heard.filter(({ path }) => path.startsWith('/Booking/') && !path.endsWith('/A1'))).toEqual(
      [],
    );
    const { emsp: old } = await given('2.2.1');
    expect((await old.ask('/sender/Booking')).status).toBe(404);
  });
});

describe('a booking', () => {
  it('is made, changed and cancelled, and keeps every request', async () => {
    const { emsp } = await given();
    const made = await book(emsp, { power_required: 11 });
    expect(made).toMatchObject({ status: 201, body: { status_code: 1000 } });
    const { id } = made.body.data;
    expect(made.body.data).toMatchObject({
      ...{ request_id: 'R1', reservation_status: 'RESERVED', authorization_reference: 'REF-1' },
      ...{
        booking_option: { evse_uid: 'A1' },
        period: { ...period(inHours(2)), min_power: 11_000, max_power: 11_000 },
      },
      booking_requests: [{ request_status: 'ACCEPTED', booking_request: { power_required: 11 } }],
    });
    expect((await free(emsp))[0].end_date_time).toBe(wire(inHours(2)));

    // The answer was lost: it is the same booking, and no second request.
    expect((await book(emsp, { power_required: 11 })).body.data).toEqual(made.body.data);
    const later = await book(emsp, { period: period(inHours(3)) });
    expect(later).toMatchObject({ status: 200, body: { data: { id, period: period(inHours(3)) } } });
    expect((await free(emsp))[0].end_date_time).toBe(wire(inHours(3)));
    const tooLong = await book(emsp, { period: period(inHours(3), 120) });
    expect(tooLong.body).toMatchObject({
      status_message: 'a booking lasts 60 minutes at most',
      data: { reservation_status: 'RESERVED', period: period(inHours(3)) },
    });
    const canceled = { cancellation_reason: 'TRAFFIC', who_canceled: 'EMSP' };
    const ended = await book(emsp, { period: period(inHours(3)), canceled });
    expect(ended.body.data).toMatchObject({ id, reservation_status: 'CANCELED', canceled });
    expect(
      ended.body.data.booking_requests.map((each: { request_status: string }) => each.request_status),
    ).toEqual(['ACCEPTED', 'ACCEPTED', 'DECLINED', 'ACCEPTED']);
    expect(await free(emsp)).toHaveLength(1);
    const again = await book(emsp, { period: period(inHours(4)) });
    expect(again.body).toMatchObject({ status_message: 'the booking is CANCELED' });
    expect((await emsp.ask('/sender/Booking')).body.data).toEqual([again.body.data]);
  });

  it('is nobody else’s, and takes nothing from anybody', async () => {
    const { emsp, join } = await given();
    const other = await join('OTH', 'other');
    const [mine, theirs] = await Promise.all([book(emsp), book(other, { period: period(inHours(2), 30) })]);
    const statuses = [mine, theirs].map(({ body }) => body.data.reservation_status);
    expect(statuses.toSorted()).toEqual(['REJECTED', 'RESERVED']);
    for (const one of [emsp, other]) {
      const { data } = (await one.ask('/sender/Booking')).body;
      expect(data).toHaveLength(1);
      expect(data[0].booking_requests[0].booking_request.party_id).toBe(one.party.party_id);
    }
    const refused = async (change: object) => (await book(other, { request_id: 'R2', ...change })).body;
    expect(await refused({ party_id: 'MSP' })).toMatchObject({ status_code: 2004 });
    expect(await refused({ tokens: [card(emsp)] })).toMatchObject({ status_code: 2004 });
    expect(await refused({ location_id: 'depot' })).toMatchObject({ status_code: 2003 });
    expect(
      await refused({ canceled: { cancellation_reason: 'UNKNOWN', who_canceled: 'EMSP' } }),
    ).toMatchObject({
      status_code: 2001,
    });
  });

  it('that cannot be is rejected, and told why', async () => {
    const { emsp } = await given();
    const wrong: readonly (readonly [object, string])[] = [
      [{ period: period(inHours(-3)) }, 'in the past'],
      [{ period: period(inHours(2) + minuteMs) }, 'multiple of 5 minutes'],
      [{ period: period(inHours(2), 5) }, '10 minutes at least'],
      [{ period: period(inHours(24 * 300)) }, '2 days ahead'],
      [{ tokens: [] }, 'needs a token'],
      [{ power_required: 50 }, '22080 W'],
    ];
    for (const [index, [change, why]] of wrong.entries()) {
      const { body } = await book(emsp, { request_id: `R${index}`, ...change });
      expect(body).toMatchObject({ status_code: 1000, data: { reservation_status: 'REJECTED' } });
      expect(body.status_message).toContain(why);
    }
    expect(await free(emsp)).toHaveLength(1);
  });

  it('keeps its EVSE for its driver, whose session and CDR belong to it', async () => {
    const { host, emsp } = await given();
    const reserved: { idTag: string; connectorId: number }[] = [];
    const station = await host.connectStation({
      ReserveNow: (asked: { idTag: string; connectorId: number }) => {
        reserved.push(asked);
        return { status: 'Accepted' };
      },
    });
    await station.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
    const soonMs = Math.ceil(Date.now() / (5 * minuteMs)) * 5 * minuteMs + 5 * minuteMs;
    const { id } = (await book(emsp, { period: period(soonMs) })).body.data;
    await eventually(() => expect(reserved).toMatchObject([{ idTag: 'CAFE', connectorId: 1 }]));
    await eventually(async () => {
      const { body } = await emsp.ask('/sender/locations/garage/A1');
      expect(body.data.status).toBe('RESERVED');
    });
    const begin = (idTag: string) =>
      station.call('StartTransaction', {
        ...{ connectorId: 1, idTag, meterStart: 0, timestamp: new Date().toISOString() },
      }) as Promise<{ transactionId: number; idTagInfo: { status: string } }>;
    const stranger = await begin('STRANGER');
    expect(stranger.idTagInfo.status).toBe('Invalid');
    const end = (transactionId: number, idTag: string, meterStop: number) =>
      station.call('StopTransaction', {
        transactionId,
        idTag,
        meterStop,
        timestamp: new Date().toISOString(),
      });
    await end(stranger.transactionId, 'STRANGER', 0);
    const { transactionId, idTagInfo } = await begin('cafe');
    expect(idTagInfo.status).toBe('Accepted');
    const heard = (path: string, fits: (body: { readonly [name: string]: unknown }) => boolean) =>
      eventually(() => {
        const found = emsp.heard.findLast((one) => one.path.startsWith(path) && fits(one.body));
        if (found === undefined) throw new Error(`nothing of ${path} was told`);
        return found.body;
      });
    await heard(`/Booking/SE/GRG/${id}`, (body) => body['reservation_status'] === 'FULFILLED');
    await heard('/sessions/', (body) => body['authorization_reference'] === 'REF-1');
    const now = Object((await host.ask('GET', '/sites/garage/bookings')).body);
    expect(now).toMatchObject([{ id, partner: 'roam', evse: 'A1', status: 'FULFILLED' }]);
    const session = now[0].session;
    await eventually(async () => {
      const { body } = await host.ask('GET', '/audit?action=session%20changed');
      expect(JSON.stringify(body)).toContain('"guaranteedWatts":11040');
    });
    expect(typeof session).toBe('string');
    await end(transactionId, 'CAFE', 5_000);
    const cdr = await heard('/cdrs', () => true);
    expect(cdr).toMatchObject({ booking_id: id, authorization_reference: 'REF-1', total_energy: 5 });
    // Its time is free again for others.
    await eventually(async () => expect(await free(emsp)).toHaveLength(1));
  });

  it('is seen by operators, and cancelled by them', async () => {
    const { host, emsp } = await given();
    const { id } = (await book(emsp)).body.data;
    expect((await host.ask('GET', '/sites/garage/bookings')).body).toMatchObject([
      {
        id,
        partner: 'roam',
        evse: 'A1',
        status: 'RESERVED',
        startsAt: new Date(inHours(2)).toISOString(),
        session: null,
      },
    ]);
    const cancel = () =>
      host.ask('POST', `/sites/garage/bookings/${id}/cancel`, { reason: 'BROKEN_CHARGER' });
    expect((await cancel()).status).toBe(204);
    expect((await cancel()).status).toBe(404);
    expect((await host.ask('GET', '/sites/garage/bookings')).body).toEqual([]);
    expect((await host.ask('GET', '/sites/garage/bookings?state=ended')).body).toMatchObject([
      { id, status: 'CANCELED', canceled: { reason: 'BROKEN_CHARGER', by: 'CPO' }, guaranteedWatts: 11_040 },
    ]);
    await eventually(() =>
      expect(emsp.heard.find(({ path }) => path === `/Booking/SE/GRG/${id}`)?.body).toMatchObject({
        reservation_status: 'CANCELED',
        canceled: { cancellation_reason: 'BROKEN_CHARGER', who_canceled: 'CPO' },
      }),
    );
    expect(await free(emsp)).toHaveLength(1);
  });
});
