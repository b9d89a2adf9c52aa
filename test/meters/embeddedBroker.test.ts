import { describe, expect, it } from 'vitest';
import { startEmbeddedBroker } from '../../src/meters/embeddedBroker.ts';
import { eventually } from '../eventually.ts';
import { stranger } from './setup.ts';

describe('the embedded broker', () => {
  it.each(['127.0.0.1', 'localhost'])('carries messages between clients on %s', async (host) => {
    const broker = await startEmbeddedBroker({ host, port: 0 });
    const [sender, receiver] = await Promise.all([stranger(broker.url), stranger(broker.url)]);
    const heard: string[] = [];
    receiver.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
    await receiver.subscribeAsync('a/b');
    await sender.publishAsync('a/b', 'hello', { qos: 1 });
    await eventually(() => expect(heard).toEqual(['a/b hello']));
    await Promise.all([sender.endAsync(), receiver.endAsync()]);
    await broker.stop();
    await broker.stop();
  });

  it.each(['0.0.0.0', '::', '192.168.1.10', 'example.org', '127.0.0.1.example.org'])(
    'refuses to listen on %s',
    async (host) => {
      await expect(startEmbeddedBroker({ host, port: 0 })).rejects.toThrow(
        `mqtt.embedded.host: "${host}" is not a loopback address: use 127.0.0.1, or a real broker with passwords (mqtt.url)`,
      );
    },
  );

  it('says so when its port is taken', async () => {
    const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
    await expect(startEmbeddedBroker({ host: '127.0.0.1', port: broker.port })).rejects.toThrow(
      `mqtt.embedded: cannot listen on 127.0.0.1:${broker.port}: is the port taken?`,
    );
    await broker.stop();
  });

  it('stops although a client is connected', async () => {
    const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
    const client = await stranger(broker.url);
    await broker.stop();
    await client.endAsync(true);
  });
});
