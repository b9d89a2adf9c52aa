import { afterEach, describe, expect, it } from 'vitest';
import { startEmsp } from './emsp.ts';
import { eventually } from './givenService.ts';
import { givenParty, type PartyOptions, publicGarage } from './ocpiPeers.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const reservable = {
  ...publicGarage,
  evse: ', public: { evseId: SE*GRG*E1, tariffs: [T1], capabilities: [RESERVABLE] }',
  ocpp: ', unknownTokens: reject',
};

/** 2 EUR for a reservation, beside what the charge costs. */
const withFee = {
  ...reservable,
  ocpi: `${publicGarage.ocpi}
        - price_components: [{ type: FLAT, price: 2, step_size: 1 }]
          restrictions: { reservation: RESERVATION }`,
};

async function given({
  version = '2.2.1',
  options = reservable,
}: {
  version?: string;
  options?: PartyOptions;
} = {}) {
  const host = await givenParty('GRG', options);
  ends.push(() => host.end());
  const emsp = await startEmsp(host, { version });
  ends.push(() => emsp.stop());
  return { host, emsp };
}

type Emsp = Awaited<ReturnType<typeof startEmsp>>;

/** An app's token, too long for a card of OCPP 1.6. */
const appToken = (emsp: Emsp) => ({
  ...emsp.party,
  ...{ uid: '5e1d2c3b-9a87-4f65-b321-0fedcba98765', type: 'APP_USER', contract_id: 'C1', issuer: 'MSP' },
  ...{ valid: true, whitelist: 'NEVER', last_updated: '2026-01-31T18:00:00Z' },
});

let count = 0;

/** Sends a command; `result` waits for what came of it. */
async function command(emsp: Emsp, name: string, body: object) {
  count += 1;
  const path = `/commands/${name}/${count}`;
  const told = { response_url: `${emsp.origin}${path}`, ...body };
  const answer = await emsp.ask(`/receiver/commands/${name}`, 'POST', told);
  const result = async () =>
    (await eventually(() => emsp.heard.find((one) => one.path === path))).body.result;
  return { ...answer, result };
}

const garage = { location_id: 'garage', evse_uid: 'A1' };
const inAnHour = (hours = 1) => new Date(Date.now() + hours * 3_600_000).toISOString().replace(/\.\d+/, '');

describe('commands of an eMSP', () => {
  it.each(['2.2.1', '2.3.0'])('start a session for an app, and end it, in %s', async (version) => {
    const { host, emsp } = await given({ version });
    const asked: { idTag?: string; transactionId?: number }[] = [];
    const take = (request: object) => {
      asked.push(request);
      return { status: 'Accepted' };
    };
    const station = await host.connectStation({ RemoteStartTransaction: take, RemoteStopTransaction: take });
    const token = appToken(emsp);
    const start = await command(emsp, 'START_SESSION', {
      ...{ ...garage, token, authorization_reference: 'REF-1' },
    });
    expect(start.body).toMatchObject({ status_code: 1000, data: { result: 'ACCEPTED' } });
    expect(start.body.data.timeout).toBeGreaterThan(0);
    expect(await start.result()).toBe('ACCEPTED');
    const idTag = asked[0]?.idTag ?? '';
    expect(idTag.length).toBeLessThanOrEqual(20);

    const timestamp = new Date().toISOString();
    const started = await station.call('StartTransaction', {
      ...{ connectorId: 1, idTag, meterStart: 0, timestamp },
    });
    expect(started).toMatchObject({ idTagInfo: { status: 'Accepted' } });
    const session = await eventually(() => emsp.heard.find(({ path }) => path.startsWith('/sessions/')));
    expect(session.body).toMatchObject({
      cdr_token: { uid: token.uid, type: 'APP_USER' },
      ...{ auth_method: 'COMMAND', authorization_reference: 'REF-1', status: 'ACTIVE' },
    });
    const stop = await command(emsp, 'STOP_SESSION', { session_id: session.body.id });
    expect(await stop.result()).toBe('ACCEPTED');
    expect(asked[1]).toEqual({ transactionId: Object(started).transactionId });
  });

  it('keep an EVSE for a driver, longer when asked again, and let it go', async () => {
    const { host, emsp } = await given();
    const asked: { reservationId: number; expiryDate: string }[] = [];
    const cancelled: object[] = [];
    await host.connectStation({
      ReserveNow: (request: { reservationId: number; expiryDate: string }) => {
        asked.push(request);
        return { status: 'Accepted' };
      },
      CancelReservation: (request: object) => {
        cancelled.push(request);
        return { status: 'Accepted' };
      },
    });
    const reserve = (expiry_date: string) =>
      command(emsp, 'RESERVE_NOW', {
        ...{ ...garage, token: appToken(emsp), reservation_id: 'R1', expiry_date },
      });
    const [sooner, later] = [inAnHour(1), inAnHour(2)];
    expect(await (await reserve(sooner)).result()).toBe('ACCEPTED');
    expect(await (await reserve(later)).result()).toBe('ACCEPTED');
    expect(asked[1]?.reservationId).toBe(asked[0]?.reservationId);
    expect(asked.map(({ expiryDate }) => Date.parse(expiryDate))).toEqual([
      Date.parse(sooner),
      Date.parse(later),
    ]);

    // The same id of another partner is another reservation.
    const other = await startEmsp(host, { partyId: 'OTH', id: 'other' });
    ends.push(() => other.stop());
    const cancel = async (whose: Emsp) =>
      (await command(whose, 'CANCEL_RESERVATION', { reservation_id: 'R1' })).result();
    expect(await cancel(other)).toBe('UNKNOWN_RESERVATION');
    expect(await cancel(emsp)).toBe('ACCEPTED');
    expect(cancelled).toEqual([{ reservationId: asked[0]?.reservationId }]);
    expect(await cancel(emsp)).toBe('UNKNOWN_RESERVATION');
  });

  it.each(['2.2.1', '2.3.0'])(
    'tell a reservation as a session, and what it costs, in %s',
    async (version) => {
      const { host, emsp } = await given({ version, options: withFee });
      const asked: { reservationId: number }[] = [];
      const station = await host.connectStation({
        ReserveNow: (request: { reservationId: number }) => {
          asked.push(request);
          return { status: 'Accepted' };
        },
      });
      const token = { ...appToken(emsp), uid: 'CAFE', type: 'RFID', whitelist: 'ALLOWED' };
      await emsp.ask('/receiver/tokens/DE/MSP/CAFE', 'PUT', token);
      const reserve = (reservation_id: string) =>
        command(emsp, 'RESERVE_NOW', { ...garage, token, reservation_id, expiry_date: inAnHour() });
      const told = (status: string, id?: string) =>
        eventually(
          () =>
            emsp.heard.find(
              ({ path, body }) =>
                path.startsWith('/sessions/') && body.status === status && (id ?? body.id) === body.id,
            )?.body,
        );
      const bill = (id: string) =>
        eventually(
          () => emsp.heard.find(({ path, body }) => path === '/cdrs' && body.session_id === id)?.body,
        );

      expect(await (await reserve('R1')).result()).toBe('ACCEPTED');
      const { id } = await told('RESERVATION');
      await (await command(emsp, 'CANCEL_RESERVATION', { reservation_id: 'R1' })).result();
      await told('COMPLETED', id);
      const fee = version === '2.2.1' ? { excl_vat: 2 } : { before_taxes: 2 };
      expect(await bill(id)).toMatchObject({ total_cost: fee, total_reservation_cost: fee, total_energy: 0 });

      emsp.heard.length = 0;
      expect(await (await reserve('R2')).result()).toBe('ACCEPTED');
      const { id: second } = await told('RESERVATION');
      expect(second).not.toBe(id);
      const now = () => new Date().toISOString();
      const { transactionId } = (await station.call('StartTransaction', {
        ...{ connectorId: 1, idTag: 'CAFE', meterStart: 0, timestamp: now() },
        reservationId: asked[1]?.reservationId,
      })) as { transactionId: number };
      await told('ACTIVE', second);
      await station.call('StopTransaction', {
        transactionId,
        idTag: 'CAFE',
        meterStop: 5_000,
        timestamp: now(),
      });
      const cdr = await bill(second);
      expect(cdr).toMatchObject({ total_reservation_cost: fee, total_energy: 5, cdr_token: { uid: 'CAFE' } });
      expect(cdr.charging_periods[0].dimensions[0].type).toBe('RESERVATION_TIME');
    },
  );

  it.each([
    ['Occupied', 'EVSE_OCCUPIED'],
    ['Faulted', 'EVSE_INOPERATIVE'],
    ['Rejected', 'REJECTED'],
  ])('tell that a station finds itself %s', async (status, result) => {
    const { host, emsp } = await given();
    await host.connectStation({ ReserveNow: () => ({ status }) });
    const reserve = await command(emsp, 'RESERVE_NOW', {
      ...{ ...garage, token: appToken(emsp), reservation_id: 'R1', expiry_date: inAnHour() },
    });
    expect(await reserve.result()).toBe(result);
  });

  it('tell that a station is not connected', async () => {
    const { emsp } = await given();
    const start = await command(emsp, 'START_SESSION', { location_id: 'garage', token: appToken(emsp) });
    expect(await start.result()).toBe('EVSE_INOPERATIVE');
  });

  it('let go nobody else’s car', async () => {
    const { host, emsp } = await given({ options: { ...reservable, ocpp: '' } });
    const station = await host.connectStation({ UnlockConnector: () => ({ status: 'Unlocked' }) });
    const unlock = () => command(emsp, 'UNLOCK_CONNECTOR', { ...garage, connector_id: '1' });
    expect(await (await unlock()).result()).toBe('ACCEPTED');
    const timestamp = new Date().toISOString();
    await station.call('StartTransaction', { connectorId: 1, idTag: 'STRANGER', meterStart: 0, timestamp });
    await eventually(async () => ((await unlock()).body.data.result === 'REJECTED' ? true : undefined));
  });

  it('are refused where they are about nothing of ours, or none of the eMSP’s business', async () => {
    const { emsp } = await given({ options: { ...publicGarage } });
    const token = appToken(emsp);
    const refused = async (name: string, body: object) => (await command(emsp, name, body)).body;
    expect(await refused('START_SESSION', { location_id: 'depot', token })).toMatchObject({
      status_code: 2003,
    });
    expect(await refused('START_SESSION', { ...garage, token: { ...token, party_id: 'OTH' } })).toMatchObject(
      {
        status_code: 2004,
      },
    );
    const elsewhere = { ...garage, token, response_url: 'http://169.254.169.254/latest' };
    expect(await refused('START_SESSION', elsewhere)).toMatchObject({ status_code: 2001 });
    expect(await refused('STOP_SESSION', { session_id: 'nobody' })).toMatchObject({
      data: { result: 'UNKNOWN_SESSION' },
    });
    const reserve = { ...garage, token, reservation_id: 'R1', expiry_date: inAnHour() };
    expect(await refused('RESERVE_NOW', reserve)).toMatchObject({ data: { result: 'NOT_SUPPORTED' } });
    expect((await emsp.ask('/receiver/commands/SELF_DESTRUCT', 'POST', {})).status).toBe(404);
  });
});
