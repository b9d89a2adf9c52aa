import type { MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SiteView } from '../../src/control/siteView.ts';
import { circuitId, limitId, siteId } from '../../src/domain/ids.ts';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/meters/embeddedBroker.ts';
import type { MqttConnection } from '../../src/meters/mqttClient.ts';
import { startMqttPublisher } from '../../src/meters/mqttPublisher.ts';
import { eventually } from '../eventually.ts';
import { describeWith } from '../servers.ts';
import { circuitView, evseView, givenSession, siteView } from '../views.ts';
import { VirtualClock } from '../virtualClock.ts';
import { connected, recordedLog, stranger } from './setup.ts';

const circuit = circuitView('grid', {
  breakerAmps: 63,
  limitAmps: [40, 40, 40],
  limitedBy: {
    kind: 'limit',
    limitId: limitId('l1'),
    source: 'grid-operator',
    reason: 'congestion',
    untilMs: Date.UTC(2026, 0, 31, 18),
  },
  drawAmps: [10.04, 9.96, 0],
  backgroundAmps: [4, 4, 0],
  exposureAmps: [6, 6, 0],
  headroomAmps: [30, 30, 40],
  readingAgeMs: 312,
});

const evse = evseView('A1', {
  circuit: circuitId('grid'),
  wiring: [1, 2, 0],
  setpointAmps: 6,
  drawAmps: [6, 5.96, 0],
  exposureAmps: 6,
  allocatedAmps: 16.04,
  session: givenSession('s1'),
  reason: { kind: 'circuit full', circuit: circuitId('grid'), phase: 1, limitedBy: { kind: 'breaker' } },
});

/** A site named so that tests on one broker do not meet. */
const givenView = (site: string, change: Partial<SiteView> = {}): SiteView =>
  siteView({
    siteId: siteId(site),
    name: 'Garage',
    tick: { number: 1, atMs: 0, durationMs: 1, cause: 'pace' },
    circuits: [circuit],
    evses: [evse],
    ...change,
  });

interface Published {
  readonly topic: string;
  readonly retain: boolean;
  readonly body: unknown;
}

async function listen(url: string, site: string): Promise<{ client: MqttClient; heard: Published[] }> {
  const client = await stranger(url);
  const heard: Published[] = [];
  client.on('message', (topic, payload, { retain }) =>
    heard.push({ topic, retain, body: JSON.parse(payload.toString()) }),
  );
  await client.subscribeAsync(`lastvakt/${site}/#`);
  return { client, heard };
}

describe('what a site publishes', () => {
  let broker: EmbeddedBroker;
  let connection: MqttConnection;
  let clients: MqttClient[];
  beforeEach(async () => {
    broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
    connection = await connected({ url: broker.url });
    clients = [];
  });
  afterEach(async () => {
    await Promise.all([connection.stop(), ...clients.map((client) => client.endAsync())]);
    await broker.stop();
  });
  const listening = async (site: string): Promise<Published[]> => {
    const { client, heard } = await listen(broker.url, site);
    clients.push(client);
    return heard;
  };

  it('is one document for each circuit and each EVSE, without what tells about drivers', async () => {
    const heard = await listening('garage');
    const publisher = startMqttPublisher(connection, new VirtualClock(0));
    publisher.publish(givenView('garage'));
    await eventually(() => expect(heard).toHaveLength(2));
    expect(heard.map(({ topic }) => topic)).toEqual([
      'lastvakt/garage/circuits/grid',
      'lastvakt/garage/evses/A1',
    ]);
    expect(heard[0]?.body).toEqual({
      id: 'grid',
      breakerAmps: 63,
      limitAmps: [40, 40, 40],
      limitedBy: {
        kind: 'limit',
        limitId: 'l1',
        source: 'grid-operator',
        reason: 'congestion',
        until: '2026-01-31T18:00:00.000Z',
      },
      drawAmps: [10, 10, 0],
      backgroundAmps: [4, 4, 0],
      exposureAmps: [6, 6, 0],
      headroomAmps: [30, 30, 40],
      basis: 'measured',
      meterVerdict: null,
    });
    expect(heard[1]?.body).toEqual({
      id: 'A1',
      station: 'CP-A1',
      number: 1,
      phases: ['L2', 'L3', 'L1'],
      state: 'charging',
      setpointAmps: 6,
      allocatedAmps: 16,
      exposureAmps: 6,
      drawAmps: [6, 6, 0],
      reason: { kind: 'circuit full', circuit: 'grid', phase: 'L2', limitedBy: { kind: 'breaker' } },
    });
    expect(JSON.stringify(heard)).not.toContain('DEADBEEF');
    publisher.stop();
  });

  it('waits at the broker for those who come later', async () => {
    const publisher = startMqttPublisher(connection, new VirtualClock(0));
    publisher.publish(givenView('garage'));
    await connection.stop();
    const heard = await listening('garage');
    await eventually(() => expect(heard).toHaveLength(2));
    expect(heard.every(({ retain }) => retain)).toBe(true);
    publisher.stop();
  });

  it('is sent at most once a second, and then only what changed, as it is then', async () => {
    const heard = await listening('garage');
    const clock = new VirtualClock(0);
    const publisher = startMqttPublisher(connection, clock);
    const withSetpoint = (setpointAmps: number): SiteView =>
      givenView('garage', { evses: [{ ...evse, setpointAmps }] });
    publisher.publish(withSetpoint(6));
    publisher.publish(withSetpoint(7));
    publisher.publish(withSetpoint(8));
    clock.advance(999);
    publisher.publish(withSetpoint(9));
    clock.advance(1);
    publisher.publish(givenView('end'));
    const end = await listening('end');
    clock.advance(1000);
    await eventually(() => expect(end.length).toBeGreaterThan(0));
    const setpoints = heard.filter(({ topic }) => topic.endsWith('A1')).map(({ body }) => body);
    expect(setpoints).toMatchObject([{ setpointAmps: 6 }, { setpointAmps: 9 }]);
    expect(heard.filter(({ topic }) => topic.endsWith('grid'))).toHaveLength(1);
    publisher.stop();
  });

  it('does not change with the age of a reading or the number of a tick', async () => {
    const heard = await listening('garage');
    const clock = new VirtualClock(0);
    const publisher = startMqttPublisher(connection, clock);
    publisher.publish(givenView('garage'));
    clock.advance(1000);
    const tick = { number: 2, atMs: 1000, durationMs: 2, cause: 'drop' } as const;
    publisher.publish(givenView('garage', { tick, circuits: [{ ...circuit, readingAgeMs: 1312 }] }));
    clock.advance(1000);
    publisher.publish(givenView('garage', { tick, evses: [{ ...evse, setpointAmps: undefined }] }));
    await eventually(() => expect(heard).toHaveLength(3));
    expect(heard[2]?.body).toMatchObject({ id: 'A1', setpointAmps: null });
    publisher.stop();
  });

  it('is sent again, as it is then, to a broker that comes back empty', async () => {
    const clock = new VirtualClock(0);
    const publisher = startMqttPublisher(connection, clock);
    publisher.publish(givenView('garage'));
    const { port } = broker;
    await broker.stop();
    await eventually(() => expect(connection.isConnected).toBe(false));
    clock.advance(1000);
    publisher.publish(givenView('garage', { evses: [{ ...evse, setpointAmps: 11 }] }));
    broker = await startEmbeddedBroker({ host: '127.0.0.1', port });
    await eventually(() => expect(connection.isConnected).toBe(true));
    const heard = await listening('garage');
    await eventually(() => expect(heard).toHaveLength(2));
    expect(heard[1]?.body).toMatchObject({ id: 'A1', setpointAmps: 11 });
    publisher.stop();
    publisher.stop();
  });
});

describeWith('mqtt', 'what a site publishes over Mosquitto', (url) => {
  it.each([5, 4] as const)('arrives with protocol version %d', async (protocolVersion) => {
    const site = `garage-${protocolVersion}`;
    const { client, heard } = await listen(url, site);
    const connection = await connected({ url, protocolVersion }, recordedLog().log);
    const publisher = startMqttPublisher(connection, new VirtualClock(0));
    publisher.publish(givenView(site));
    await eventually(() => expect(heard).toHaveLength(2));
    await client.unsubscribeAsync(`lastvakt/${site}/#`);
    for (const { topic } of heard) await client.publishAsync(topic, '', { retain: true });
    publisher.stop();
    await Promise.all([connection.stop(), client.endAsync()]);
  });
});
