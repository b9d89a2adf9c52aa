import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/credentials.ts';
import { type GivenApp, givenApp } from './givenApp.ts';
import { eventually } from './givenService.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const key = 'grid-key';

/** A garage that a grid operator may limit by REST and another by MQTT; released at once, 100 ms a tick. */
const configText = (database: string): string => `
http: { port: 0 }
ocpp: { port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite:${database}" }
control: { tickMs: 100 }
access:
  keys:
    - { name: dso, role: grid-operator, sha256: "${sha256(key)}", sites: [garage] }
    - { name: root, role: admin, sha256: "${sha256('root-key')}" }
grid:
  connections:
    - id: dso
      targets: [ { site: garage, externalIds: ["735999"], failsafeAmps: 20 } ]
      heartbeatTimeoutS: 300
      release: { randomS: 0, rampS: 0 }
    - id: bridge
      profile: lpc
      boundary: controllable
      devices14a: 2
      targets: [ { site: garage, failsafeWatts: 4200 } ]
      release: { randomS: 0, rampS: 0 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 5
      evses: [ { id: A1, station: CP-A1 }, { id: A2, station: CP-A2 } ]
`;

function databaseFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-grid-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'lastvakt.db');
}

async function started(database: string): Promise<GivenApp> {
  const given = await givenApp(configText(database));
  ends.push(() => given.app.stop());
  return given;
}

async function ask({ api }: GivenApp, method: string, path: string, body?: unknown, secret = key) {
  const isText = typeof body === 'string';
  const answer = await fetch(`${api}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${secret}`,
      ...(body !== undefined && { 'content-type': isText ? 'text/csv' : 'application/json' }),
    },
    ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

const limitAmps = ({ app }: GivenApp): number | undefined => app.views()[0]?.circuits[0]?.limitAmps[0];
const untilLimit = (given: GivenApp, amps: number) =>
  eventually(() => (Math.abs((limitAmps(given) ?? 0) - amps) < 0.01 ? true : undefined));
const phase = async (given: GivenApp, id: string): Promise<string> => {
  const { body } = await ask(given, 'GET', '/grid');
  return body.find((each: { id: string }) => each.id === id).phase;
};

describe('a grid operator over REST', () => {
  it('is nobody without its key, and changes nothing with the key of another', async () => {
    const given = await started(databaseFile());
    const limit = { externalId: 'event-1', amps: 10, durationS: 3_600 };
    for (const secret of ['', 'another-key', `${key}x`, sha256(key)]) {
      expect((await ask(given, 'POST', '/grid/dso/limits', limit, secret)).status).toBe(401);
      expect((await ask(given, 'POST', '/grid/dso/heartbeat', undefined, secret)).status).toBe(401);
    }
    expect((await ask(given, 'GET', '/limits')).body).toEqual([]);
    expect(await phase(given, 'dso')).toBe('init');
  });

  it('limits, changes, repeats, ends, and reads the evidence of it', async () => {
    const given = await started(databaseFile());
    await ask(given, 'POST', '/grid/bridge/limits', { isActive: false });
    await untilLimit(given, 20);
    expect(await phase(given, 'dso')).toBe('init');

    const event = { externalId: 'event-1', version: 1, amps: 40, durationS: 3_600 };
    expect(await ask(given, 'POST', '/grid/dso/limits', event)).toMatchObject({
      status: 201,
      body: { outcome: 'accepted' },
    });
    await untilLimit(given, 40);
    expect(await phase(given, 'dso')).toBe('limited');
    expect((await ask(given, 'POST', '/grid/dso/limits', { ...event, version: 0 })).body.outcome).toBe(
      'outdated',
    );
    expect((await ask(given, 'POST', '/grid/dso/limits', { ...event, version: 2, amps: 30 })).status).toBe(
      201,
    );
    await untilLimit(given, 30);
    expect((await ask(given, 'GET', '/limits')).body).toMatchObject([
      { connection: 'dso', externalId: 'event-1', version: 2, amps: 30, boundary: 'connection', kind: 'cap' },
    ]);

    expect((await ask(given, 'DELETE', '/grid/dso/limits/event-1')).status).toBe(204);
    await untilLimit(given, 63);
    const kinds = await eventually(async () => {
      const { body } = await ask(given, 'GET', '/evidence?connection=dso');
      const found = body.records.map(({ kind }: { kind: string }) => kind);
      return found.includes('curtailment') ? (found as string[]) : undefined;
    });
    expect(new Set(kinds)).toEqual(new Set(['heard', 'acknowledged', 'phase', 'progress', 'curtailment']));
    expect((await ask(given, 'GET', '/evidence/verification')).body).toMatchObject({ isWhole: true });
  });

  it('sends a month of quarter hours, or hears which line is wrong', async () => {
    const given = await started(databaseFile());
    const line = (index: number, watts: string) => {
      const at = (quarters: number) => new Date(Date.UTC(2099, 0, 1) + quarters * 900_000).toISOString();
      return `${at(index)},${at(index + 1)},${watts}`;
    };
    const month = Array.from({ length: 2_976 }, (_, index) => line(index, '30000')).join('\n');
    expect(await ask(given, 'POST', '/grid/dso/schedules/january', month)).toMatchObject({
      status: 200,
      body: { accepted: 2_976, unchanged: 0 },
    });
    const wrong = await ask(
      given,
      'POST',
      '/grid/dso/schedules/february',
      `${line(0, '1')}\n${line(1, 'much')}`,
    );
    expect(wrong.body.detail).toContain('line 2: "much" is not a power in watts');
  });

  it.each<[string, string, unknown, number]>([
    ['a connection that is not there', '/grid/other/limits', { amps: 1 }, 403],
    ['a foreign target', '/grid/dso/limits', { amps: 1, target: '999' }, 422],
    ['negative power', '/grid/dso/limits', { watts: -1 }, 422],
    ['a time without a zone', '/grid/dso/limits', { amps: 1, until: '2099-01-01T00:00:00' }, 422],
    ['a clock that is an hour off', '/grid/dso/limits', { amps: 1, sentAt: '2026-01-01T00:00:00Z' }, 422],
    ['no limit at all', '/grid/dso/limits', {}, 422],
    ['a key too many', '/grid/dso/limits', { amps: 1, watt: 1 }, 400],
    ['a level without a table', '/grid/dso/limits', { level: 1 }, 422],
  ])('is told what is wrong with %s, and nothing changes', async (_what, path, body, status) => {
    const given = await started(databaseFile());
    expect((await ask(given, 'POST', path, body)).status).toBe(status);
    expect((await ask(given, 'GET', '/limits')).body).toEqual([]);
    expect(await phase(given, 'dso')).toBe('init');
  });

  it('may send a hundred changes at once: the last one holds', async () => {
    const given = await started(databaseFile());
    await ask(given, 'POST', '/grid/bridge/limits', { isActive: false });
    const changes = Array.from({ length: 100 }, (_, index) =>
      ask(given, 'POST', '/grid/dso/limits', {
        externalId: 'busy',
        version: index,
        amps: index === 99 ? 33 : 20,
      }),
    );
    expect((await Promise.all(changes)).every(({ status }) => status === 201 || status === 200)).toBe(true);
    await untilLimit(given, 33);
    expect((await ask(given, 'GET', '/limits')).body).toHaveLength(1);
  });
});

/** What is wrong with it, in a word. */
const hostile: readonly (readonly [text: string, why: string])[] = [
  ['{"amps": ', 'JSON'],
  ['{"amps": 1, "target": "999"}', 'is no target'],
  ['{"watts": -1}', 'cannot be negative'],
  ['{"amps": 1, "until": "2099-01-01T00:00:00"}', 'is not an instant'],
  ['{"amps": 1, "sentAt": "2026-01-01T00:00:00Z"}', 'set the clocks'],
  ['{"amps": 1, "watt": 1}', 'watt'],
  ['{"level": 1}', 'is not in levelsWatts'],
];

describe('a grid operator over MQTT', () => {
  it('limits controllable load by a bridge, is answered, and is silent at once when its last will comes', async () => {
    const database = databaseFile();
    const given = await started(database);
    await ask(given, 'POST', '/grid/dso/limits', { amps: 63 });
    const bridge = await connectAsync(`mqtt://127.0.0.1:${given.app.mqttPort}`, {
      will: { topic: 'lastvakt/grid/bridge/status', payload: Buffer.from('offline'), qos: 1, retain: false },
      reconnectPeriod: 0,
    });
    ends.push(() => bridge.endAsync(true));
    const answers: unknown[] = [];
    bridge.on('message', (_topic, payload) => answers.push(JSON.parse(payload.toString())));
    await bridge.subscribeAsync('lastvakt/grid/bridge/limit/answer');
    // The service subscribes in its own time: until then what is published goes nowhere.
    await eventually(async () => {
      await bridge.publishAsync('lastvakt/grid/bridge/heartbeat', '');
      await bridge.publishAsync('lastvakt/grid/bridge/limit', '{"watts": 4200, "durationS": 7200}', {
        qos: 1,
      });
      return answers.length > 0 ? true : undefined;
    });
    expect(answers[0]).toEqual({ status: 'accepted', id: 'limit-grid-event-cap' });
    // Two devices are left 7 560 W beside the 5 A of the building.
    await untilLimit(given, 5 + 7_560 / 690);
    expect(await phase(given, 'bridge')).toBe('limited');

    bridge.stream.destroy();
    await untilLimit(given, 5 + 4_200 / 690);
    expect(await phase(given, 'bridge')).toBe('failsafe');

    // Whoever is silent stays silent over a restart, and the limit it set is still there too.
    await eventually(async () => {
      const { body } = await ask(
        given,
        'GET',
        '/evidence?kind=phase&connection=bridge',
        undefined,
        'root-key',
      );
      return body.records.some((each: { body: { to: string } }) => each.body.to === 'failsafe')
        ? true
        : undefined;
    });
    await given.app.stop();
    const again = await started(database);
    expect(await phase(again, 'bridge')).toBe('failsafe');
    await untilLimit(again, 5 + 4_200 / 690);
    expect((await ask(again, 'GET', '/evidence/verification')).body).toMatchObject({ isWhole: true });
  });

  it('is told what is wrong, and a hundred changes a second end with the last one', async () => {
    const given = await started(databaseFile());
    await ask(given, 'POST', '/grid/bridge/limits', { isActive: false });
    const operator = await connectAsync(`mqtt://127.0.0.1:${given.app.mqttPort}`, { reconnectPeriod: 0 });
    ends.push(() => operator.endAsync(true));
    const answers: { readonly status: string; readonly why?: string }[] = [];
    operator.on('message', (_topic, payload) => answers.push(JSON.parse(payload.toString())));
    await operator.subscribeAsync('lastvakt/grid/dso/limit/answer');
    const say = (text: string) => operator.publishAsync('lastvakt/grid/dso/limit', text, { qos: 1 });
    // The service subscribes in its own time: until then what is published goes nowhere.
    await eventually(async () => {
      await say('{"isActive": false}');
      return answers.length > 0 ? true : undefined;
    });
    for (const [text, why] of hostile) {
      await say(text);
      await eventually(() => answers.find((each) => each.status === 'refused' && each.why?.includes(why)));
    }
    expect((await ask(given, 'GET', '/limits')).body).toEqual([]);

    answers.length = 0;
    const changes = Array.from({ length: 100 }, (_, version) =>
      say(JSON.stringify({ externalId: 'busy', version, amps: version === 99 ? 33 : 20, durationS: 600 })),
    );
    await Promise.all(changes);
    await eventually(() =>
      answers.filter(({ status }) => status === 'accepted').length === 100 ? true : undefined,
    );
    await untilLimit(given, 33);
    expect((await ask(given, 'GET', '/limits')).body).toHaveLength(1);
  });
});
