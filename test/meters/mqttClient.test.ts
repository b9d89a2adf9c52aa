import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectTo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes, type AedesOptions } from 'aedes';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { MqttConfig } from '../../src/domain/mqttConfig.ts';
import { startEmbeddedBroker } from '../../src/meters/embeddedBroker.ts';
import { connectMqtt, type MqttConnection } from '../../src/meters/mqttClient.ts';
import { eventually } from '../eventually.ts';
import { describeWith } from '../servers.ts';
import { freshTopic, recordedLog, stranger } from './setup.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A broker with its own rules; `wrap` makes the server that carries it. */
async function givenBroker(options: AedesOptions, wrap: (handle: Aedes['handle']) => Server) {
  const broker = await Aedes.createBroker(options);
  const server = wrap(broker.handle);
  const port = await listening(server);
  cleanups.push(() => new Promise<void>((resolve) => broker.close(() => server.close(() => resolve()))));
  return { port };
}

function given(config: MqttConfig, random = () => 0) {
  const { log, lines } = recordedLog();
  const connection = connectMqtt(
    { clientId: freshTopic(), ...config },
    { clock: systemClock(), log, random },
  );
  cleanups.push(() => connection.stop());
  return { connection, lines, said: (msg: string) => lines.filter((line) => line.msg === msg) };
}

const up = (connection: MqttConnection) => eventually(() => expect(connection.isConnected).toBe(true));
const aPort = async (): Promise<number> => {
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
  await broker.stop();
  return broker.port;
};

describe('the connection to a broker', () => {
  it('falls back to MQTT 3.1.1 at once where 5 is not spoken, and says so once', async () => {
    const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
    cleanups.push(broker.stop);
    const { connection, lines } = given({ url: broker.url });
    await up(connection);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'MQTT broker does not speak MQTT 5, using 3.1.1',
      'MQTT broker connected',
    ]);
    expect(lines[1]).toMatchObject({ protocolVersion: 4, broker: broker.url.slice('mqtt://'.length) });
  });

  it('does not fall back when MQTT 5 was asked for', async () => {
    const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
    cleanups.push(broker.stop);
    const { connection, said } = given({ url: broker.url, protocolVersion: 5 });
    await eventually(() => expect(said('MQTT broker not reachable, trying on')).toHaveLength(1));
    expect(said('MQTT broker not reachable, trying on')[0]?.['reason']).toMatch(/protocol version/);
    expect(connection.isConnected).toBe(false);
  });

  it('waits for an absent broker, tells it once, and subscribes again when the broker is back', async () => {
    const port = await aPort();
    const url = `mqtt://127.0.0.1:${port}`;
    const { connection, said } = given({ url });
    const topic = freshTopic();
    const heard: string[] = [];
    connection.subscribe([topic], 0, ({ payload }) => heard.push(payload.toString()));
    await eventually(() => expect(said('MQTT broker not reachable, trying on')).toHaveLength(1));
    expect(connection.publish(topic, 'nobody is there')).toBe(false);

    for (const text of ['first', 'second']) {
      const broker = await startEmbeddedBroker({ host: '127.0.0.1', port });
      await eventually(() => expect(connection.isReady).toBe(true));
      const other = await stranger(url);
      await other.publishAsync(topic, text);
      await eventually(() => expect(heard).toContain(text));
      await other.endAsync();
      await broker.stop();
      await eventually(() => expect(connection.isConnected).toBe(false));
    }
    expect(heard).toEqual(['first', 'second']);
    expect(said('MQTT broker not reachable, trying on')).toHaveLength(1);
    expect(said('MQTT broker lost, meters are silent until it is back')).toHaveLength(2);
    expect(said('MQTT broker connected')).toHaveLength(2);
  });

  it('says which settings to check when the password is wrong, and enters with the right one', async () => {
    const { port } = await givenBroker(
      {
        authenticate: (_client, user, password, done) =>
          done(null, user === 'lastvakt' && `${password}` === 'secret'),
      },
      createServer,
    );
    const url = `mqtt://127.0.0.1:${port}`;
    const wrong = given({ url, username: 'lastvakt', password: 'guess' });
    await eventually(() => expect(wrong.said('MQTT broker not reachable, trying on')).toHaveLength(1));
    expect(wrong.lines.at(-1)?.['reason']).toMatch(/check mqtt.username and mqtt.password/);
    expect(JSON.stringify(wrong.lines)).not.toContain('guess');

    const right = given({ url, username: 'lastvakt', password: 'secret' });
    await up(right.connection);
  });

  it('says which topic the broker does not let it read', async () => {
    const { port } = await givenBroker(
      {
        authorizeSubscribe: (_client, subscription, done) =>
          done(null, subscription.topic === 'open' ? subscription : null),
      },
      createServer,
    );
    const { connection, said } = given({ url: `mqtt://127.0.0.1:${port}` });
    connection.subscribe(['open', 'closed'], 0, () => {});
    await eventually(() => expect(said('MQTT subscription was refused')).toHaveLength(1));
    expect(said('MQTT subscription was refused')[0]).toMatchObject({ topic: 'closed' });
    await eventually(() => expect(connection.isReady).toBe(true));
  });

  it('leaves its will when it dies, and says goodbye when it stops', async () => {
    const { port } = await givenBroker({}, createServer);
    const url = `mqtt://127.0.0.1:${port}`;
    const statuses: string[] = [];
    const watcher = await stranger(url);
    cleanups.push(() => watcher.endAsync());
    watcher.on('message', (_topic, payload) => statuses.push(payload.toString()));
    await watcher.subscribeAsync('lastvakt/status');

    const { connection } = given({ url, clientId: 'victim' });
    await eventually(() => expect(statuses).toEqual(['online']));
    await eventually(() => expect(connection.isReady).toBe(true));
    const intruder = await connectAsync(url, { protocolVersion: 4, clientId: 'victim', reconnectPeriod: 0 });
    await eventually(() => expect(statuses).toContain('offline'));
    await intruder.endAsync(true);
    await eventually(() => expect(statuses).toEqual(['online', 'offline', 'online']));

    await Promise.all([connection.stop(), connection.stop()]);
    await eventually(() => expect(statuses).toEqual(['online', 'offline', 'online', 'offline']));
    expect(connection.isConnected).toBe(false);
    expect(connection.publish('late', 'message')).toBe(false);
  });

  it.each([
    [
      'takes its name away',
      142,
      'another client uses the same name: give each Lastvakt its own mqtt.clientId',
    ],
    ['shuts down', 139, 'the broker ended the connection with reason code 139'],
  ])('says why when a broker of MQTT 5 %s', async (_what, reasonCode, reason) => {
    // CONNACK with success and no properties, then DISCONNECT with the reason [MQTT 5 sections 3.2 and 3.14].
    const server = createServer((socket) => {
      socket.once('data', () => socket.end(Buffer.from([0x20, 3, 0, 0, 0, 0xe0, 2, reasonCode, 0])));
    });
    const port = await listening(server);
    cleanups.push(() => server.close());
    const { said } = given({ url: `mqtt://127.0.0.1:${port}` });
    await eventually(() =>
      expect(said('MQTT broker lost, meters are silent until it is back')).toHaveLength(1),
    );
    expect(said('MQTT broker lost, meters are silent until it is back')[0]).toMatchObject({ reason });
  });

  it('stops within its time when the broker no longer answers', async () => {
    const { port } = await givenBroker({}, createServer);
    // A link that dies without a word: bytes go nowhere, and nothing comes back.
    const link = createServer({ allowHalfOpen: true }, (near) => {
      near.on('data', (bytes) => {
        if (!isDead) far.write(bytes);
      });
      const far = connectTo(port);
      far.on('data', (bytes) => {
        if (!isDead) near.write(bytes);
      });
      near.on('error', () => far.destroy());
      near.on('close', () => far.destroy());
    });
    let isDead = false;
    const linkPort = await listening(link);
    cleanups.push(() => link.close());
    const { connection } = given({ url: `mqtt://127.0.0.1:${linkPort}` });
    await up(connection);
    isDead = true;
    const startedMs = performance.now();
    await connection.stop();
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  it('stops at once when it never reached the broker', async () => {
    const { connection } = given({ url: `mqtt://127.0.0.1:${await aPort()}` });
    await connection.stop();
    expect(connection.isConnected).toBe(false);
  });
});

describe('a connection over TLS', () => {
  /** A certificate for 127.0.0.1 that signs itself. */
  function givenCertificate() {
    const folder = mkdtempSync(join(tmpdir(), 'lastvakt-tls-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const subject = ['-subj', '/CN=broker', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const form = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '1',
    ];
    execFileSync('openssl', [...form, ...subject, '-keyout', keyPath, '-out', certPath], { stdio: 'pipe' });
    return { certPath, cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') };
  }

  it('trusts the authority of the config, as text and as a path', async () => {
    const { certPath, cert, key } = givenCertificate();
    const { port } = await givenBroker({}, (handle) =>
      createTlsServer({ cert, key }, (socket) => handle(socket)),
    );
    const url = `mqtts://127.0.0.1:${port}`;
    for (const ca of [cert, certPath]) {
      const { connection } = given({ url, tls: { ca } });
      await up(connection);
    }
  });

  it('refuses a broker that nobody it trusts has signed', async () => {
    const { cert, key } = givenCertificate();
    const { port } = await givenBroker({}, (handle) =>
      createTlsServer({ cert, key }, (socket) => handle(socket)),
    );
    const { connection, said } = given({ url: `mqtts://127.0.0.1:${port}` });
    await eventually(() => expect(said('MQTT broker not reachable, trying on')).toHaveLength(1));
    expect(said('MQTT broker not reachable, trying on')[0]?.['reason']).toMatch(/self-signed certificate/);
    expect(connection.isConnected).toBe(false);
  });

  it('names the setting whose file cannot be read', () => {
    expect(() => given({ url: 'mqtts://127.0.0.1', tls: { ca: '/nowhere/ca.pem' } })).toThrow(
      'mqtt.tls.ca: cannot read "/nowhere/ca.pem": give a readable PEM file',
    );
  });
});

describeWith('mqtt', 'a connection to Mosquitto', (url) => {
  it.each([
    [undefined, 5],
    [5, 5],
    [4, 4],
  ] as const)('with the setting %s speaks version %d', async (protocolVersion, spoken) => {
    const { connection, said } = given({ url, ...(protocolVersion && { protocolVersion }) });
    await up(connection);
    expect(said('MQTT broker connected')[0]).toMatchObject({ protocolVersion: spoken });
  });

  it('comes back when another client took its name', async () => {
    const clientId = freshTopic();
    const { connection, said } = given({ url, clientId });
    await up(connection);
    const other = await connectAsync(url, { protocolVersion: 5, clientId, reconnectPeriod: 0 });
    await eventually(() =>
      expect(said('MQTT broker lost, meters are silent until it is back')).toHaveLength(1),
    );
    expect(said('MQTT broker lost, meters are silent until it is back')[0]?.['reason']).toMatch(
      /same mqtt.clientId/,
    );
    await other.endAsync(true);
    await up(connection);
  });
});
