import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { siteId } from '../../src/domain/ids.ts';
import { startEmbeddedBroker } from '../../src/meters/embeddedBroker.ts';
import { type LimitAnswer, startMqttIntake } from '../../src/meters/mqttIntake.ts';
import { eventually } from '../eventually.ts';
import { describeWith } from '../servers.ts';
import { connected, freshTopic, recordedLog, stranger } from './setup.ts';

const limit = { circuit: 'grid', amps: 16, until: '2099-01-01T00:00:00Z', reason: 'congestion' };

/** The intake of one site, an operator who writes to it, and a `setLimit` that accepts unless told otherwise. */
async function givenIntake(url: string, setLimit?: (body: unknown) => Promise<LimitAnswer>) {
  const site = siteId(freshTopic().replace('/', '-'));
  const { log, lines } = recordedLog();
  const operator = await stranger(url);
  const answers: unknown[] = [];
  const limits: unknown[] = [];
  const heartbeats: string[] = [];
  operator.on('message', (_topic, payload) => answers.push(JSON.parse(payload.toString())));
  await operator.subscribeAsync(`lastvakt/${site}/limit/answer`);
  const accept = async (): Promise<LimitAnswer> => ({ status: 'accepted', id: `l${limits.length}` });
  const start = async () => {
    const connection = await connected({ url, clientId: site });
    startMqttIntake(connection, [site], {
      clock: systemClock(),
      log,
      setLimit: (_site, body) => {
        limits.push(body);
        return (setLimit ?? accept)(body);
      },
      heartbeat: (from) => heartbeats.push(from),
    });
    await eventually(() => expect(connection.isReady).toBe(true));
    return { connection };
  };
  const send = (payload: unknown, retain = false, topic = 'limit/set'): Promise<unknown> => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    return operator.publishAsync(`lastvakt/${site}/${topic}`, text, { qos: 1, retain });
  };
  return { site, operator, answers, limits, heartbeats, lines, start, send };
}

function intakeFacts(
  given: (setLimit?: (body: unknown) => Promise<LimitAnswer>) => ReturnType<typeof givenIntake>,
): void {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  const started = async (setLimit?: (body: unknown) => Promise<LimitAnswer>) => {
    const intake = await given(setLimit);
    const { connection } = await intake.start();
    stops.push(
      () => connection.stop(),
      () => intake.operator.endAsync(),
    );
    return intake;
  };

  it('hands a limit over and publishes the answer', async () => {
    const { send, limits, answers } = await started();
    await send(limit);
    await eventually(() => expect(answers).toEqual([{ status: 'accepted', id: 'l1' }]));
    expect(limits).toEqual([limit]);
  });

  it('publishes and logs why a limit was refused', async () => {
    const { send, answers, lines, site } = await started(async () => ({
      status: 'refused',
      why: 'amps is -1',
    }));
    await send({ ...limit, amps: -1 });
    await eventually(() => expect(answers).toEqual([{ status: 'refused', why: 'amps is -1' }]));
    expect(lines).toMatchObject([{ siteId: site, why: 'amps is -1', level: 40 }]);
  });

  it.each([
    ['not JSON', 'amps=16', 'the payload is not JSON: send {"amps":16,"until":"…","reason":"…"}'],
    ['larger than 16 KiB', 'x'.repeat(16_385), 'the payload is larger than 16384 bytes'],
  ])('refuses a payload that is %s', async (_what, payload, why) => {
    const { send, answers, limits } = await started();
    await send(payload);
    await eventually(() => expect(answers).toEqual([{ status: 'refused', why }]));
    expect(limits).toEqual([]);
  });

  it('answers that a limit was not stored when storing it fails', async () => {
    const { send, answers, lines } = await started(() => Promise.reject(new Error('disk full')));
    await send(limit);
    await eventually(() =>
      expect(answers).toEqual([{ status: 'refused', why: 'the limit could not be stored: send it again' }]),
    );
    expect(lines[0]).toMatchObject({ level: 50, msg: 'limit over MQTT could not be set' });
  });

  it('refuses a limit while 128 are being stored', async () => {
    const { send, answers, limits } = await started(() => new Promise(() => {}));
    for (let count = 0; count < 129; count += 1) await send(limit);
    const why = 'too many limits at once: send it again in a second';
    await eventually(() => expect(answers).toEqual([{ status: 'refused', why }]));
    expect(limits).toHaveLength(128);
  });

  it('refuses a retained limit without an end', async () => {
    const { send, start, answers, limits, operator } = await given();
    await send({ ...limit, until: undefined, standing: true }, true);
    const { connection } = await start();
    const why = 'the limit is retained and has no end: publish it without retain, or give it "until"';
    await eventually(() => expect(answers).toEqual([{ status: 'refused', why }]));
    expect(limits).toEqual([]);
    await send('', true);
    await Promise.all([connection.stop(), operator.endAsync()]);
  });

  it('takes a retained limit with an end', async () => {
    const { send, start, limits, operator, answers } = await given();
    await send(limit, true);
    const { connection } = await start();
    await eventually(() => expect(limits).toEqual([limit]));
    await send('', true);
    await send({ ...limit, amps: 10 });
    await eventually(() => expect(answers).toHaveLength(2));
    expect(limits).toEqual([limit, { ...limit, amps: 10 }]);
    await Promise.all([connection.stop(), operator.endAsync()]);
  });

  it('passes on a live heartbeat and no retained one', async () => {
    const { send, start, heartbeats, operator, site } = await given();
    await send('', false, 'heartbeat');
    await send('alive', true, 'heartbeat');
    const { connection } = await start();
    expect(heartbeats).toEqual([]);
    await send('{}', false, 'heartbeat');
    await eventually(() => expect(heartbeats).toEqual([site]));
    await send('', true, 'heartbeat');
    await Promise.all([connection.stop(), operator.endAsync()]);
  });
}

describe('the intake of limits over the embedded broker', () => {
  let broker: Awaited<ReturnType<typeof startEmbeddedBroker>>;
  beforeEach(async () => {
    broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => broker.stop());

  intakeFacts((setLimit) => givenIntake(broker.url, setLimit));

  it('sets a retained limit only once over reconnections', async () => {
    const { send, start, limits, site } = await givenIntake(broker.url);
    const { connection } = await start();
    await send(limit, true);
    await eventually(() => expect(limits).toEqual([limit]));

    const intruder = await connectAsync(broker.url, {
      protocolVersion: 4,
      clientId: site,
      reconnectPeriod: 0,
    });
    await eventually(() => expect(connection.isConnected).toBe(false));
    await intruder.endAsync(true);
    await eventually(() => expect(connection.isReady).toBe(true));
    await send({ ...limit, amps: 10 });
    await eventually(() => expect(limits).toHaveLength(2));
    expect(limits).toEqual([limit, { ...limit, amps: 10 }]);
    await connection.stop();
  });
});

describeWith('mqtt', 'the intake of limits over Mosquitto', (url) => {
  intakeFacts((setLimit) => givenIntake(url, setLimit));
});
