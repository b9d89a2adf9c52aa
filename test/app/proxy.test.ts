import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { givenCsms, stopCsms } from '../ocpp/proxy/testCsms.ts';
import { connectRaw } from '../ocpp/sockets.ts';
import { type GivenApp, givenApp } from './givenApp.ts';

const apps: GivenApp[] = [];
afterEach(async () => {
  for (const { app } of apps.splice(0)) await app.stop();
  await stopCsms();
});

interface SetPayload {
  readonly csChargingProfiles?: {
    readonly chargingProfilePurpose: string;
    readonly chargingSchedule: { readonly chargingSchedulePeriod: readonly { readonly limit: number }[] };
  };
}

/** One car that wants all it can get, at a station whose own CSMS is behind us. */
async function givenProxiedCar() {
  const csms = await givenCsms({
    BootNotification: () => ({ status: 'Accepted', currentTime: new Date().toISOString(), interval: 300 }),
    StatusNotification: () => ({}),
    StartTransaction: () => ({ idTagInfo: { status: 'Accepted' }, transactionId: 41 }),
  });
  const given = await givenApp(`
http: { port: 0 }
ocpp: { port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite::memory:" }
control: { tickMs: 100, raiseDelayS: 0 }
stations: [{ id: CP-A1, upstream: { url: "${csms.url}" } }]
sites:
  - id: garage
    circuit: { id: grid, breakerAmps: 63, evses: [{ id: A1, station: CP-A1 }] }
`);
  apps.push(given);
  const station = await connectRaw({ port: given.app.ocppPort });
  let offeredAmps = 0;
  const respond = (frame: readonly unknown[]): void => {
    const [type, messageId, , payload] = frame as readonly [number, string, string, SetPayload];
    if (type !== 2) return;
    const profile = payload.csChargingProfiles;
    if (profile?.chargingProfilePurpose === 'TxProfile')
      offeredAmps = profile.chargingSchedule.chargingSchedulePeriod[0]?.limit ?? 0;
    station.send(JSON.stringify([3, messageId, { status: 'Accepted' }]));
  };
  // It is told its standing profile as soon as it is connected.
  for (const frame of station.received) respond(frame);
  station.socket.on('message', (data) => respond(JSON.parse(data.toString())));
  await station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
  const timestamp = new Date().toISOString();
  await station.call('StartTransaction', { connectorId: 1, idTag: 'T', meterStart: 0, timestamp });
  const isOffered = (amps: number) => eventually(() => expect(offeredAmps).toBe(amps));
  return { csms, isOffered, api: given.api };
}

let messages = 0;
const profile = (limit: number) => ({
  connectorId: 1,
  csChargingProfiles: {
    chargingProfileId: 7,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      startSchedule: '2026-01-01T00:00:00Z',
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit }],
    },
  },
});

describe('a car at a station with a CSMS of its own', () => {
  it('is held under the limit of that CSMS and under ours, whichever is lower, also while it is away', async () => {
    const { csms, isOffered, api } = await givenProxiedCar();
    const bound = (amps: number) => {
      messages += 1;
      return csms.call(`bound-${messages}`, 'SetChargingProfile', profile(amps));
    };
    await isOffered(32);
    await bound(10);
    await isOffered(10);

    const until = new Date(Date.now() + 600_000).toISOString();
    const limit = await fetch(`${api}/api/v1/limits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ site: 'garage', amps: 8, until, reason: 'feeder at its limit' }),
    });
    expect(limit.status).toBe(201);
    await isOffered(8);
    await bound(20);
    await csms.die();
    const { id } = (await limit.json()) as { id: string };
    await fetch(`${api}/api/v1/limits/${id}`, { method: 'DELETE' });
    await isOffered(20);
  });

  it('is paused by a limit of that CSMS that is below what a car needs', async () => {
    const { csms, isOffered } = await givenProxiedCar();
    await isOffered(32);
    await csms.call('bound-low', 'SetChargingProfile', profile(4));
    await isOffered(0);
  });
});
