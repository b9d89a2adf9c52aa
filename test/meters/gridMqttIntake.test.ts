import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startEmbeddedBroker } from '../../src/meters/embeddedBroker.ts';
import { startGridMqttIntake } from '../../src/meters/mqttIntake.ts';
import { eventually } from '../eventually.ts';
import { connected, freshTopic, recordedLog, stranger } from './setup.ts';

const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A grid operator on a broker, with its last will where the service looks for it. */
async function given() {
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
  stops.push(() => broker.stop());
  const id = freshTopic().replaceAll('/', '-');
  const operator = await stranger(broker.url, {
    will: { topic: `lastvakt/grid/${id}/status`, payload: Buffer.from('offline'), qos: 1, retain: false },
  });
  const answers: unknown[] = [];
  operator.on('message', (_topic, payload) => answers.push(JSON.parse(payload.toString())));
  await operator.subscribeAsync(`lastvakt/grid/${id}/limit/answer`);
  const connection = await connected({ url: broker.url, clientId: id });
  stops.push(() => connection.stop());
  const heard: unknown[] = [];
  startGridMqttIntake(connection, [id], {
    clock: systemClock(),
    log: recordedLog().log,
    take: async (from, body, text) => {
      heard.push(['limit', from, body, text]);
      return { status: 'accepted', id: 'limit-1' };
    },
    heartbeat: (from) => heard.push(['heartbeat', from]),
    gone: (from) => heard.push(['gone', from]),
  });
  await eventually(() => expect(connection.isReady).toBe(true));
  return { id, operator, answers, heard };
}

describe('the intake of a grid operator over MQTT', () => {
  it('hands its messages over as they came, and answers each', async () => {
    const { id, operator, answers, heard } = await given();
    stops.push(() => operator.endAsync());
    await operator.publishAsync(`lastvakt/grid/${id}/limit`, '{"watts":4200}', { qos: 1 });
    await eventually(() => expect(answers).toEqual([{ status: 'accepted', id: 'limit-1' }]));
    expect(heard).toEqual([['limit', id, { watts: 4_200 }, '{"watts":4200}']]);
  });

  it('passes its heartbeats on, and no retained one', async () => {
    const { id, operator, heard } = await given();
    stops.push(() => operator.endAsync());
    await operator.publishAsync(`lastvakt/grid/${id}/heartbeat`, '', { qos: 1 });
    await eventually(() => expect(heard).toEqual([['heartbeat', id]]));
  });

  it('knows at once when the broker tells its last will', async () => {
    const { id, operator, heard } = await given();
    // The connection breaks without a word: that is what a will is for.
    operator.stream.destroy();
    stops.push(() => operator.endAsync(true));
    await eventually(() => expect(heard).toEqual([['gone', id]]));
  });
});
