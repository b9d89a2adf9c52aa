import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/meters/embeddedBroker.ts';
import { eventually } from '../eventually.ts';
import { describeWith } from '../servers.ts';
import { freshTopic, givenMeteredCircuit, type MeteredCircuit } from './setup.ts';

const good = { amps: [1, 2, 3] };
const goodReading = { amps: { 0: 1, 1: 2, 2: 3 } };
const huge = 'x'.repeat(16_385);

/** The facts that hold over any broker and protocol version. */
function meterFacts(given: (meter?: Record<string, unknown>) => Promise<MeteredCircuit>): void {
  let circuit: MeteredCircuit;
  beforeEach(async () => {
    circuit = await given();
  });
  afterEach(() => circuit.stop());

  it('turns a live message into a reading', async () => {
    await circuit.publish(good);
    await circuit.judged(1);
    expect(circuit.readings).toEqual([goodReading]);
  });

  it.each([
    ['text that is not JSON', 'unavailable', 'not-json', 'the payload is not JSON: "unavailable"'],
    [
      'a bare NaN',
      '{"amps":[NaN,NaN,NaN]}',
      'not-json',
      'the payload is not JSON: "{\\"amps\\":[NaN,NaN,NaN]}"',
    ],
    ['JSON text', '"unavailable"', 'no-value', 'the payload has no value of this meter (/amps/0 /watts/0'],
    ['another message', '{"temperature":21}', 'no-value', 'check its topic and preset'],
    ['nothing', '', 'empty', 'the payload is empty: the meter is gone, or its topic was cleared'],
    ['16 KiB and one byte', huge, 'too-large', 'the payload has 16385 bytes, more than 16384'],
  ])('refuses %s and goes on', async (_what, payload, reason, why) => {
    await circuit.publish(payload);
    await circuit.publish(good);
    await circuit.judged(2);
    expect(circuit.refusals).toEqual([reason]);
    expect(circuit.complaints()).toMatchObject([{ why: expect.stringContaining(why), circuitId: 'grid' }]);
    expect(circuit.complaints()[0]).toHaveProperty('topic', circuit.topic);
    expect(circuit.readings).toEqual([goodReading]);
  });

  it('takes a payload of exactly 16 KiB', async () => {
    const text = JSON.stringify(good);
    await circuit.publish(text.padEnd(16_384));
    await circuit.judged(1);
    expect(circuit.readings).toEqual([goodReading]);
  });

  it.each([
    ['null', null, 'not-a-number', 'null is not a finite number'],
    ['text', 'unavailable', 'not-a-number', '"unavailable" is not a finite number'],
    ['the text NaN', 'NaN', 'not-a-number', '"NaN" is not a finite number'],
    ['more than any number', '1e999', 'not-a-number', '"1e999" is not a finite number'],
    ['true', true, 'not-a-number', 'true is not a finite number'],
    ['a huge current', 2000.1, 'implausible', '2000.1 cannot be true in A: check unit, scale and wiring'],
    ['a huge export', -1e12, 'implausible', '-1000000000000 cannot be true in A'],
  ])('leaves out a phase that is %s, and never reads it as 0', async (_what, value, reason, why) => {
    await circuit.publish({ amps: [1, value, 3] });
    await circuit.judged(2);
    expect(circuit.readings).toEqual([{ amps: { 0: 1, 2: 3 } }]);
    expect(circuit.refusals).toEqual([reason]);
    expect(circuit.complaints()).toMatchObject([
      { why: expect.stringContaining(why), kind: `${reason} /amps/1` },
    ]);
  });

  it('leaves out a phase that is not there, and says so', async () => {
    await circuit.publish({ amps: [1, 2] });
    await circuit.judged(2);
    expect(circuit.readings).toEqual([{ amps: { 0: 1, 1: 2 } }]);
    expect(circuit.refusals).toEqual(['missing-phase']);
    expect(circuit.complaints()[0]?.['why']).toBe(
      'L3 is missing while other phases are there: publish all of them in every message',
    );
  });

  it('reads a negative current as export', async () => {
    await circuit.publish({ amps: [-16, 0, 2000] });
    await circuit.judged(1);
    expect(circuit.readings).toEqual([{ amps: { 0: -16, 1: 0, 2: 2000 } }]);
  });

  it('tells a fault when it begins and when it is over, and counts the rest', async () => {
    for (let count = 0; count < 5; count += 1) await circuit.publish('rubbish');
    await circuit.publish(good);
    await circuit.publish('rubbish again');
    await circuit.publish(good);
    await circuit.judged(8);
    expect(circuit.refusals).toHaveLength(6);
    expect(circuit.complaints()).toHaveLength(1);
    expect(circuit.lines.filter(({ msg }) => msg === 'MQTT payload fits again')).toMatchObject([
      { kind: 'not-json', refusedCount: 5, topic: circuit.topic },
    ]);

    circuit.clock.shiftMs = 60_000;
    await circuit.publish('rubbish');
    await eventually(() => expect(circuit.complaints()).toHaveLength(2));
    expect(circuit.complaints()[1]).toMatchObject({ untoldCount: 1 });
  });
}

/** What needs a message that waits at the broker before we subscribe. */
async function retainedFacts(
  given: (meter: Record<string, unknown>) => Promise<MeteredCircuit>,
): Promise<void> {
  const topic = freshTopic();
  const first = await given({ topic: freshTopic() });
  await first.publisher.publishAsync(topic, JSON.stringify(good), { retain: true, qos: 1 });
  const circuit = await given({ topic });
  await circuit.judged(1);
  expect(circuit.readings).toEqual([]);
  expect(circuit.refusals).toEqual(['retained']);
  expect(circuit.complaints()[0]?.['why']).toMatch(
    /waited at the broker.*let the meter publish without retain/,
  );

  // The same meter live, still with the retain flag set by its publisher.
  await circuit.publisher.publishAsync(topic, JSON.stringify(good), { retain: true, qos: 1 });
  await eventually(() => expect(circuit.readings).toEqual([goodReading]));
  await circuit.publisher.publishAsync(topic, '', { retain: true, qos: 1 });
  await Promise.all([first.stop(), circuit.stop()]);
}

describe('a meter over the embedded broker', () => {
  let broker: EmbeddedBroker;
  beforeEach(async () => {
    broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => broker.stop());
  const given = (meter: Record<string, unknown> = {}): Promise<MeteredCircuit> =>
    givenMeteredCircuit({ url: broker.url, meter: { topic: freshTopic(), ...meter } });

  meterFacts(given);

  it('does not take a retained message for a live one', () => retainedFacts(given));

  it('refuses a negative value where import and export are told apart', async () => {
    const circuit = await given({ preset: 'dsmr-reader' });
    await circuit.publish({ electricity_currently_delivered: '-1.2', electricity_currently_returned: '0.0' });
    await circuit.judged(1);
    expect(circuit.refusals).toEqual(['implausible']);
    expect(circuit.complaints()[0]?.['why']).toBe(
      '"-1.2" cannot be true in kW: check unit, scale and wiring',
    );
    await circuit.stop();
  });

  it('refuses a voltage that would hide the current', async () => {
    const circuit = await given();
    await circuit.publish({ watts: [230, 230, 230], volts: [49.9, 50, 1000.1] });
    await circuit.judged(3);
    expect(circuit.readings).toEqual([{ watts: { 0: 230, 1: 230, 2: 230 }, volts: { 1: 50 } }]);
    expect(circuit.refusals).toEqual(['implausible', 'implausible']);
    await circuit.stop();
  });

  describe('and its clock', () => {
    const nowMs = 1_800_000_000_000;
    let circuit: MeteredCircuit;
    beforeEach(async () => {
      circuit = await given({ maxClockErrorS: 60 });
      circuit.clock.nowMs = () => nowMs;
    });
    afterEach(() => circuit.stop());

    it.each([
      ['just not too old', nowMs - 60_000],
      ['just not too far ahead', nowMs + 60_000],
    ])('accepts a time that is %s', async (_what, t) => {
      await circuit.publish({ t, ...good });
      await circuit.judged(1);
      expect(circuit.readings).toEqual([goodReading]);
    });

    it.each([
      [
        'too old',
        nowMs - 60_001,
        'too-old',
        'it was measured 60.0 s before it arrived: set the clock of the meter',
      ],
      ['from the future', nowMs + 90_000, 'from-the-future', 'it was measured 90.0 s after it arrived'],
      ['in seconds', nowMs / 1000, 'too-old', 'or raise maxClockErrorS'],
      ['text', 'now', 'bad-time', '"now" is not a time in the format unix-ms'],
    ])('refuses a time that is %s', async (_what, t, reason, why) => {
      await circuit.publish({ t, ...good });
      await circuit.judged(1);
      expect(circuit.readings).toEqual([]);
      expect(circuit.refusals).toEqual([reason]);
      expect(circuit.complaints()[0]?.['why']).toContain(why);
    });

    it('refuses a message that comes twice or after a newer one', async () => {
      await circuit.publish({ t: nowMs, ...good });
      await circuit.publish({ t: nowMs, amps: [9, 9, 9] });
      await circuit.publish({ t: nowMs - 1, amps: [9, 9, 9] });
      await circuit.publish({ t: nowMs + 1, ...good });
      await circuit.judged(4);
      expect(circuit.refusals).toEqual(['out-of-order', 'out-of-order']);
      expect(circuit.readings).toEqual([goodReading, goodReading]);
    });

    it('counts an unsigned current as import once its power is too old', async () => {
      await circuit.stop();
      circuit = await given({
        maxAgeS: 10,
        mapping: [
          {
            partial: true,
            fields: [
              { phase: 'L1', unit: 'A', pointer: '/i', sign: 'unsigned' },
              { phase: 'L1', unit: 'W', pointer: '/p' },
            ],
          },
        ],
      });
      await circuit.publish({ i: 5, p: -1000 });
      await circuit.judged(1);
      circuit.clock.shiftMs = 11_000;
      await circuit.publish({ i: 5 });
      await circuit.judged(2);
      expect(circuit.readings).toEqual([{ amps: { 0: -5 }, watts: { 0: -1000 } }, { amps: { 0: 5 } }]);
    });
  });
});

describeWith('mqtt', 'a meter over Mosquitto', (url) => {
  describe.each([5, 4] as const)('with protocol version %d', (protocolVersion) => {
    const given = (meter: Record<string, unknown> = {}): Promise<MeteredCircuit> =>
      givenMeteredCircuit({ url, protocolVersion, meter: { topic: freshTopic(), ...meter } });

    meterFacts(given);

    it('does not take a retained message for a live one', () => retainedFacts(given));
  });
});
