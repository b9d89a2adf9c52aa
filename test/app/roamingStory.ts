import { expect } from 'vitest';
import { eventually } from '../eventually.ts';
import { connect, type PartyOptions, publicGarage, type RoamingParty } from './ocpiPeers.ts';

/** A garage that lets itself be reserved, and takes nobody it does not know. */
export const storyHost: PartyOptions = {
  ...publicGarage,
  evse: ', public: { evseId: SE*GRG*E1, tariffs: [T1], capabilities: [RESERVABLE] }',
  ocpp: ', unknownTokens: reject',
};

interface Asked {
  readonly action: string;
  readonly request: {
    readonly reservationId?: number;
    readonly expiryDate?: string;
    readonly idTag?: string;
    readonly csChargingProfiles?: {
      readonly chargingSchedule: { readonly chargingSchedulePeriod: readonly { readonly limit: number }[] };
    };
  };
}

/**
 * A driver of the guest, a retailer, charges at the station of the host: everything from the search for a place to the line on
 * the electricity bill, as it is seen from outside.
 */
export async function chargesAndIsBilled(
  host: RoamingParty,
  guest: RoamingParty,
  version: string,
  { partner = 'host', join = connect }: { readonly partner?: string; readonly join?: typeof connect } = {},
) {
  await join(host, guest, version);
  const asked: Asked[] = [];
  const take = (action: string) => (request: never) => {
    asked.push({ action, request });
    return { status: 'Accepted' };
  };
  const actions = ['ReserveNow', 'CancelReservation', 'RemoteStartTransaction', 'RemoteStopTransaction'];
  const station = await host.connectStation(
    Object.fromEntries([...actions, 'SetChargingProfile'].map((action) => [action, take(action)])),
  );
  const heard = (action: string) =>
    asked.filter((one) => one.action === action).map(({ request }) => request);
  const told = async (list: string): Promise<readonly unknown[]> => {
    const { body } = await guest.ask('GET', `/retail/partners/${partner}/${list}`);
    return Array.isArray(body) ? body : [];
  };
  const command = async (name: string, body: object) => {
    const answer = await guest.ask('POST', `/retail/partners/${partner}/commands`, {
      command: name,
      ...body,
    });
    expect(answer).toMatchObject({ status: 200, body: { response: 'ACCEPTED', result: 'ACCEPTED' } });
  };
  const now = () => new Date().toISOString();
  const notify = (status: string, errorCode = 'NoError') =>
    station.call('StatusNotification', { connectorId: 1, status, errorCode, timestamp: now() });
  await notify('Available');

  // He finds a place, and what it costs.
  await eventually(async () => {
    expect(await told('locations')).toMatchObject([
      { id: 'garage', city: 'Lund', evses: [{ uid: 'A1', status: 'AVAILABLE' }] },
    ]);
    expect(await told('tariffs')).toMatchObject([{ id: 'T1', currency: 'EUR' }]);
  });

  // His app reserves it, for longer, and not at all.
  const token = { uid: 'APP-1', type: 'APP_USER' };
  const issued = await guest.ask('POST', '/retail/tokens', {
    ...{ ...token, contractId: 'SE-KRA-C1', whitelist: 'NEVER' },
    energyContract: { supplierName: 'Kraft AB', contractId: 'EL-77' },
  });
  expect(issued.status).toBe(201);
  const until = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const reservation = { ...token, location: 'garage', evse: 'A1', reservation: 'R1' };
  await command('RESERVE_NOW', { ...reservation, expiresAt: until(30) });
  await command('RESERVE_NOW', { ...reservation, expiresAt: until(60) });
  const reserved = await eventually(async () => {
    const [kept] = await told('sessions');
    expect(kept).toMatchObject({ status: 'RESERVATION', evse_uid: 'A1' });
    return Object(kept);
  });
  await command('CANCEL_RESERVATION', { reservation: 'R1' });
  await eventually(async () =>
    expect(await told('sessions')).toMatchObject([{ id: reserved.id, status: 'COMPLETED' }]),
  );
  const [first, second] = heard('ReserveNow');
  expect(second?.reservationId).toBe(first?.reservationId);
  expect(Date.parse(second?.expiryDate ?? '')).toBeGreaterThan(Date.parse(first?.expiryDate ?? ''));
  expect(heard('CancelReservation')).toMatchObject([{ reservationId: first?.reservationId }]);

  // He starts with the app, and is asked for nothing more.
  await command('START_SESSION', { ...token, location: 'garage', evse: 'A1' });
  const idTag = heard('RemoteStartTransaction')[0]?.idTag ?? '';
  await notify('Preparing');
  const started = await station.call('StartTransaction', {
    ...{ connectorId: 1, idTag, meterStart: 1_000, timestamp: now() },
  });
  expect(started).toMatchObject({ idTagInfo: { status: 'Accepted' } });
  const { transactionId } = Object(started);
  await notify('Charging');
  const session = await eventually(async () => {
    const running = (await told('sessions')).map(Object).find(({ id }) => id !== reserved.id);
    expect(running).toMatchObject({ status: 'ACTIVE', evse_uid: 'A1', auth_method: 'COMMAND' });
    return running;
  });

  // The grid is short of power: he gets less, and goes on.
  const limits = () =>
    heard('SetChargingProfile').map(
      ({ csChargingProfiles }) => csChargingProfiles?.chargingSchedule.chargingSchedulePeriod[0]?.limit ?? 0,
    );
  await eventually(() => expect(Math.max(...limits())).toBeGreaterThan(10));
  const limit = { site: 'garage', circuit: 'grid', amps: 10, reason: 'cold evening', standing: true };
  expect((await host.ask('POST', '/limits', limit)).status).toBe(201);
  await eventually(() => expect(limits().at(-1)).toBeLessThanOrEqual(10));

  // He ends it with the app; the bill comes.
  await command('STOP_SESSION', { session: session.id });
  await station.call('StopTransaction', { transactionId, idTag, meterStop: 21_000, timestamp: now() });
  const cdr = await eventually(async () => {
    const [bill] = await told('cdrs');
    expect(bill).toMatchObject({
      ...{ session_id: session.id, total_energy: 20, currency: 'EUR', cdr_token: { uid: 'APP-1' } },
      total_cost: { before_taxes: 8.5, taxes: [{ name: 'VAT', amount: 2.13 }] },
    });
    return Object(bill);
  });
  await eventually(async () => {
    const ended = (await told('sessions')).map(Object).find(({ id }) => id === session.id);
    expect(ended).toMatchObject({ status: 'COMPLETED', kwh: 20 });
  });

  // It is on the electricity bill of that month, once.
  const month = new Intl.DateTimeFormat('sv', {
    timeZone: 'Europe/Stockholm',
    year: 'numeric',
    month: '2-digit',
  }).format(new Date(cdr.end_date_time));
  const { body: bills } = await guest.ask('GET', `/retail/invoices/${month}`);
  expect(bills).toMatchObject({
    month,
    held: [],
    invoices: [
      {
        ...{ contract: 'EL-77', currency: 'EUR', beforeTaxes: '8.50', afterTaxes: '10.63' },
        lines: [{ cdr: cdr.id, place: 'Garage Lund, Lund', evseId: 'SE*GRG*E1', energyKwh: '20' }],
      },
    ],
  });
  const fileOf = async (form: string) =>
    (await fetch(`${guest.api}/api/v1/retail/invoices/${month}?form=${form}&contract=EL-77`)).text();
  expect((await fileOf('csv')).trim().split('\r\n')).toHaveLength(2);
  expect(await fileOf('html')).toContain('10.63 EUR');

  // The station breaks, and whoever looks for a place sees it.
  await notify('Faulted', 'GroundFailure');
  await eventually(async () =>
    expect(await told('locations')).toMatchObject([{ evses: [{ uid: 'A1', status: 'OUTOFORDER' }] }]),
  );
}
