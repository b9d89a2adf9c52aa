import { connectAsync } from 'mqtt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectBroker } from '../../../src/grid/openadr/mqttBroker.ts';
import { startEmbeddedBroker } from '../../../src/meters/embeddedBroker.ts';
import { startPair, until } from './pair.ts';

const event = (programID: string, kw: number) => ({
  programID,
  intervalPeriod: { start: '2026-01-31T12:00:00Z', duration: 'PT1H' },
  intervals: [{ id: 0, payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [kw] }] }],
});

/** A VTN that tells over a broker, and a VEN that may listen there or not. */
async function given(config: Record<string, unknown> = { mqtt: true }) {
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => broker.stop());
  const vtnClient = await connectAsync(broker.url, { protocolVersion: 4 });
  onTestFinished(() => vtnClient.endAsync(true));
  const publish = (topic: string, payload: string): void =>
    void vtnClient.publish(topic, payload, { qos: 1 });
  const pair = await startPair({
    version: '3.1',
    config,
    vtn: { mqtt: { url: broker.url, publish } },
    connectBroker,
  });
  /** The subscription is not told to anybody: messages are sent until one arrives. */
  const heard = async (topic: string, payload: string | Buffer, holds: () => boolean): Promise<void> => {
    const timer = setInterval(() => vtnClient.publish(topic, payload, { qos: 1 }), 20);
    await until(holds, 'the message').finally(() => clearInterval(timer));
  };
  return { ...pair, broker, vtnClient, heard };
}

const notice = (operation: string, object: object): string =>
  JSON.stringify({ objectType: 'EVENT', operation, object });

describe('the MQTT notifier of OpenADR 3.1', () => {
  it('tells of a new event, a change and a deletion at once', async () => {
    const { vtn, ports, programId, heard } = await given();
    const made = vtn.store.create('events', event(programId, 10), true);
    if (made === 'conflict') throw new Error('conflict');
    await heard('events/create', notice('CREATE', made), () => ports.limits.size === 1);
    vtn.store.update('events', made.id, event(programId, 4));
    await until(() => JSON.stringify([...ports.limits.values()]).includes('"watts":4000'), 'the change');
    vtn.store.remove('events', made.id);
    await until(() => ports.limits.size === 0, 'the deletion');
    expect(vtn.exchanges.filter(({ path }) => path === '/events')).toHaveLength(1);
  });

  it('drops what is no notification, and goes on', async () => {
    const { ports, programId, vtn, heard } = await given();
    await heard('events/create', 'not JSON', () => ports.logged.join().includes('MQTT notification dropped'));
    await heard('events/create', '{}', () => ports.logged.join().includes('OpenADR notification dropped'));
    await heard('events/create', Buffer.alloc(300_000, 0x20), () =>
      ports.logged.join().includes('more than 262144 bytes'),
    );
    vtn.store.create('events', event(programId, 10));
    await until(() => ports.limits.size === 1, 'the limit');
  });

  it('says once that its broker is lost, and looking goes on', async () => {
    const { broker, ports, look, vtn, programId } = await given();
    await broker.stop();
    await until(() => ports.logged.join().includes('MQTT notifier not in use'), 'the end');
    vtn.store.create('events', event(programId, 10), true);
    await look();
    expect(ports.limits.size).toBe(1);
    expect(ports.counts.heartbeats).toBe(2);
  });

  it('is not used where the broker lies in a private network and that is not allowed', async () => {
    const { ports } = await given({ mqtt: true, allowPrivateAddresses: false });
    expect(ports.logged.join()).toContain('the broker of the VTN points into loopback');
    expect(ports.counts.heartbeats).toBe(1);
  });

  it('is not asked for unless the config says so', async () => {
    const { vtn } = await given({});
    expect(vtn.exchanges.some(({ path }) => path.startsWith('/notifiers'))).toBe(false);
  });
});
