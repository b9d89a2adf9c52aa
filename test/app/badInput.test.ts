import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { sha256 } from '../../src/credentials.ts';
import { type GivenApp, givenApp } from './givenApp.ts';
import { eventually } from './givenService.ts';

// What each part says to each bad input is told by its own tests. Here everything comes at once, at the whole
// service, which goes on ticking, measuring and answering.

const keys = { office: 'office-key', neighbour: 'neighbour-key', viewer: 'viewer-key', grid: 'grid-key' };

const configText = `
http: { port: 0 }
ocpp: { port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite::memory:" }
control: { tickMs: 100 }
access:
  keys:
    - { name: office, role: site-operator, sha256: "${sha256(keys.office)}", sites: [garage] }
    - { name: neighbour, role: site-operator, sha256: "${sha256(keys.neighbour)}", sites: [yard] }
    - { name: guest, role: viewer, sha256: "${sha256(keys.viewer)}", sites: [garage] }
    - { name: dso, role: grid-operator, sha256: "${sha256(keys.grid)}", sites: [garage] }
stations:
  - { id: CP-A1, passwordSha256: "${sha256('right')}" }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 20
      meter: { topic: meters/grid, maxAgeS: 10 }
      evses: [ { id: A1, station: CP-A1 } ]
  - id: yard
    circuit: { id: yard-grid, breakerAmps: 63 }
`;

let given: GivenApp;
let meter: Awaited<ReturnType<typeof connectAsync>>;
beforeAll(async () => {
  given = await givenApp(configText);
  meter = await connectAsync(`mqtt://127.0.0.1:${given.app.mqttPort}`);
  // The service subscribes in its own time: until then what is published goes nowhere.
  await eventually(async () => {
    await meter.publishAsync('meters/grid', JSON.stringify({ amps: [10, 10, 10] }));
    return given.app.views()[0]?.circuits[0]?.drawAmps[0] === 10 ? true : undefined;
  });
});
afterAll(async () => {
  await meter.endAsync(true);
  await given.app.stop();
});

/** A reading goes in and is seen by a later tick: broker, meters, loop and views all work. */
async function stillMeasures(amps: number): Promise<void> {
  await meter.publishAsync('meters/grid', JSON.stringify({ amps: [amps, amps, amps] }));
  await eventually(() => {
    const grid = given.app.views()[0]?.circuits[0];
    return grid?.drawAmps[0] === amps ? true : undefined;
  }, 5_000);
}

const grid = () => given.app.views()[0]?.circuits[0];

describe('bad meter payloads', () => {
  it.each([
    ['not JSON', '{"amps": ['],
    ['NaN', '{"amps": [NaN, 1, 1]}'],
    ['a string', '{"amps": ["unavailable", "unavailable", "unavailable"]}'],
    ['null', '{"amps": [null, null, null]}'],
    ['huge numbers', '{"amps": [1e9, 1e9, 1e9]}'],
    ['a time in the future', JSON.stringify({ t: Date.now() + 3_600_000, amps: [1, 1, 1] })],
    ['nothing', ''],
    ['a long text', 'x'.repeat(100_000)],
  ])('of %s change nothing', async (_what, payload) => {
    await stillMeasures(11);
    await meter.publishAsync('meters/grid', payload);
    await meter.publishAsync('meters/none', payload);
    const ticks = given.app.views()[0]?.tick.number ?? 0;
    await eventually(() => ((given.app.views()[0]?.tick.number ?? 0) > ticks + 2 ? true : undefined));
    expect(grid()?.drawAmps).toEqual([11, 11, 11]);
    await stillMeasures(12);
  });

  it('of one missing phase count the assumed background there once the old value is too old, never 0', async () => {
    await stillMeasures(13);
    await meter.publishAsync('meters/grid', '{"amps": [14, 14]}');
    await eventually(() => (grid()?.drawAmps[2] === 13 ? true : undefined));
  });
});

describe('bad connections of stations', () => {
  const ends = (path: string, password: string | undefined, protocols: string[]): Promise<number> =>
    new Promise((resolve) => {
      const options = password === undefined ? {} : { auth: `CP-A1:${password}` };
      const socket = new WebSocket(`${given.ocppUrl}${path}`, protocols, options);
      socket.on('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
      socket.on('close', (code) => resolve(code));
      socket.on('error', () => {});
    });

  it.each([
    ['with a wrong password', '/CP-A1', 'wrong', ['ocpp1.6'], 401],
    ['without a password', '/CP-A1', undefined, ['ocpp1.6'], 401],
    ['of an unknown station', '/CP-X', 'right', ['ocpp1.6'], 401],
    ['on another path', '/../other', 'right', ['ocpp1.6'], 404],
    // The client itself hangs up on a server that agrees to none of its subprotocols.
    ['of an unknown subprotocol', '/CP-A1', 'right', ['ocpp0.9'], 1006],
  ])('%s are refused', async (_what, path, password, protocols, code) => {
    expect(await ends(path, password, protocols)).toBe(code);
    await stillMeasures(15);
  });

  it.each([
    ['that is not JSON', 'hello', undefined],
    ['that is no array', '{"a":1}', undefined],
    ['of an unknown action', '[2,"1","Fly",{}]', 'NotImplemented'],
    ['of a wrong schema', '[2,"1","BootNotification",{"chargePointVendor":5}]', 'Violation'],
    ['of 2 MB', `[2,"1","DataTransfer",{"vendorId":"x","data":"${'x'.repeat(2_000_000)}"}]`, undefined],
  ])('a frame %s is answered or ends that connection alone', async (_what, frame, error) => {
    const socket = new WebSocket(`${given.ocppUrl}/CP-A1`, ['ocpp1.6'], { auth: 'CP-A1:right' });
    const heard: string[] = [];
    let isClosed = false;
    socket.on('message', (data) => heard.push(data.toString()));
    socket.on('close', () => {
      isClosed = true;
    });
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(frame);
    socket.send('[2,"9","Heartbeat",{}]');
    await eventually(() => (isClosed || heard.some((text) => text.startsWith('[3,"9"')) ? true : undefined));
    if (error !== undefined) expect(heard.join()).toContain(error);
    socket.terminate();
    await stillMeasures(16);
  });
});

describe('bad limits', () => {
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
  const post = (key: string, body: string): Promise<Response> =>
    fetch(`${given.api}/api/v1/limits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body,
    });
  const limit = (change: object): string =>
    JSON.stringify({
      site: 'garage',
      circuit: 'grid',
      amps: 20,
      until: inAnHour(),
      reason: 'test',
      ...change,
    });

  it.each([
    ['an unknown circuit', keys.office, limit({ circuit: 'hall-z' }), 422, '"hall-z" is not a circuit'],
    ['negative amps', keys.office, limit({ amps: -1 }), 422, 'cannot be negative'],
    ['an expiry in the past', keys.office, limit({ until: '2020-01-01T00:00:00Z' }), 422, 'is in the past'],
    ['no expiry', keys.office, limit({ until: undefined }), 422, 'until is missing'],
    ['no zone', keys.office, limit({ until: '2030-01-01T00:00:00' }), 422, 'is not an instant'],
    ['the wrong role', keys.viewer, limit({}), 403, 'may not set limits'],
    ["another site's key", keys.neighbour, limit({}), 403, 'may not set limits'],
    ['an unknown key', 'nobody', limit({}), 401, 'key'],
    ['1 MB', keys.office, limit({ reason: 'x'.repeat(1_000_000) }), 413, 'larger than'],
    ['no JSON', keys.office, '{', 400, 'JSON'],
  ])('with %s are refused and say why', async (_what, key, body, status, why) => {
    const answer = await post(key, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(((await answer.json()) as { detail: string }).detail).toContain(why);
    expect(grid()?.limitAmps).toEqual([63, 63, 63]);
    await stillMeasures(17);
  });

  it('do not keep a good one from being in force at once', async () => {
    const answer = await post(keys.grid, limit({ amps: 30 }));
    expect(answer.status).toBe(201);
    await eventually(() => (grid()?.limitAmps[0] === 30 ? true : undefined), 1_000);
  });
});
