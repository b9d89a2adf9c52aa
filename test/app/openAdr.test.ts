import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startVtn } from '../../src/sim/vtn/vtnServer.ts';
import { givenApp } from './givenApp.ts';
import { eventually, freePort } from './givenService.ts';

const token = 'a-callback-token-of-some-length';

it('a limit from a VTN is acknowledged and in force, and a notification changes it at once', async () => {
  const vtn = await startVtn({ version: '3.1', clock: systemClock(), challengesCallbacks: true });
  onTestFinished(() => vtn.stop());
  const program = vtn.store.create('programs', { programName: 'limits' });
  const programID = program === 'conflict' ? '' : program.id;
  const limit = (kw: number) => ({
    programID,
    targets: ['871234567890123456'],
    intervalPeriod: { start: new Date(Date.now() - 60_000).toISOString(), duration: 'PT1H' },
    reportDescriptors: [{ payloadType: 'POWER_LIMIT_ACKNOWLEDGEMENT', startInterval: 0, historical: false }],
    intervals: [{ id: 0, payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [kw] }] }],
  });
  const event = vtn.store.create('events', limit(12));

  const httpPort = await freePort();
  const { app, api } = await givenApp(`
http: { host: 127.0.0.1, port: ${httpPort} }
ocpp: { host: 127.0.0.1, port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite::memory:" }
grid:
  connections:
    - id: dso
      profile: openadr3
      targets: [{ site: garage, externalIds: ["871234567890123456"], failsafeWatts: 11000 }]
      openadr:
        url: ${vtn.url}
        venName: garage-ven
        webhook: { callbackUrl: "http://127.0.0.1:${httpPort}/openadr/dso", bearerToken: "${token}" }
        allowPrivateAddresses: true
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      evses: [{ id: A1, station: CP-1 }]
`);
  onTestFinished(() => app.stop());

  const inForce = async (watts: number): Promise<true | undefined> => {
    const body = await (await fetch(`${api}/api/v1/limits`)).text();
    return body.includes(`"watts":${watts}`) ? true : undefined;
  };
  await eventually(() => inForce(12_000));
  await eventually(() => vtn.store.all('reports')[0]);
  expect(JSON.stringify(vtn.store.all('reports')[0])).toContain('"resourceName":"871234567890123456"');
  expect(vtn.store.all('resources').map((each) => each['resourceName'])).toEqual(['871234567890123456']);

  await eventually(() => vtn.store.all('subscriptions')[0]);
  vtn.store.update('events', event === 'conflict' ? '' : event.id, limit(5));
  await eventually(() => inForce(5_000), 5_000);
  const told = await eventually(() => vtn.notices[0]);
  expect(told.status).toBe(204);

  // A hundred changes at once, as by a sender that repeats itself: each is answered, and the last one holds.
  const eventId = event === 'conflict' ? '' : event.id;
  const before = vtn.notices.length;
  for (let change = 1; change <= 100; change += 1)
    vtn.store.update('events', eventId, limit(change === 100 ? 7 : 20));
  await eventually(() => (vtn.notices.length >= before + 100 ? true : undefined));
  expect(vtn.notices.slice(before).filter(({ status }) => status !== 204 && status !== 503)).toEqual([]);
  await eventually(() => inForce(7_000));

  const stranger = await fetch(`${api}/openadr/dso`, { method: 'POST', body: '{}' });
  expect(stranger.status).toBe(401);
  expect((await fetch(`${api}/openadr/nobody?echo=x`)).status).toBe(404);
});
