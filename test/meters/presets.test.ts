import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/meters/embeddedBroker.ts';
import { eventually } from '../eventually.ts';
import { freshTopic, givenMeteredCircuit, type MeteredCircuit, stranger } from './setup.ts';

let broker: EmbeddedBroker;
let circuit: MeteredCircuit | undefined;

beforeEach(async () => {
  broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  await circuit?.stop();
  circuit = undefined;
  await broker.stop();
});

/** Publishes payloads on suffixes of the meter's topic and returns the readings they made. */
async function readingsOf(
  meter: Record<string, unknown>,
  messages: readonly (readonly [suffix: string, payload: unknown])[],
) {
  const topic = String(meter['topic'] ?? freshTopic());
  const given = await givenMeteredCircuit({
    url: broker.url,
    meter: { topic, ...meter },
  });
  circuit = given;
  for (const [suffix, payload] of messages) await given.publish(payload, `${topic}${suffix}`);
  await given.judged(messages.length);
  return given.readings;
}

describe('the preset generic', () => {
  it('is what a meter without preset and mapping has', async () => {
    expect(await readingsOf({}, [['', { amps: [1, 2.5, -3] }]])).toEqual([{ amps: { 0: 1, 1: 2.5, 2: -3 } }]);
  });

  it('reads watts, volts and the time', async () => {
    const payload = { t: Date.now(), watts: [230, 0, -460], volts: [230, 231, 229] };
    expect(await readingsOf({ preset: 'generic' }, [['', payload]])).toEqual([
      { watts: { 0: 230, 1: 0, 2: -460 }, volts: { 0: 230, 1: 231, 2: 229 } },
    ]);
  });
});

/** EM.GetStatus of a Pro 3EM as its manual prints it, with phase B turned into an exporting one. */
const shellyStatus = {
  id: 0,
  a_current: 4.029,
  a_voltage: 236.1,
  a_act_power: 951.2,
  a_aprt_power: 951.9,
  a_pf: 1,
  a_freq: 50,
  b_current: 4.027,
  b_voltage: 236.201,
  b_act_power: -951.1,
  b_aprt_power: 951.8,
  b_pf: 1,
  b_freq: 50,
  c_current: 3.03,
  c_voltage: 236.402,
  c_act_power: 715.4,
  c_aprt_power: 716.2,
  c_pf: 1,
  c_freq: 50,
  n_current: 11.029,
  total_current: 11.083,
  total_act_power: 715.5,
  total_aprt_power: 2486.7,
  user_calibrated_phase: [],
};

describe('the preset shelly-gen2-3em', () => {
  const preset = 'shelly-gen2-3em';

  it('reads the status topic and gives each unsigned current the sign of its power', async () => {
    const [reading] = await readingsOf({ preset }, [['/status/em:0', shellyStatus]]);
    expect(reading?.amps?.[0]).toBe(4.029);
    expect(reading?.amps?.[1]).toBeCloseTo(-951.1 / 236.201, 9);
    expect(reading?.amps?.[2]).toBe(3.03);
    expect(reading).toMatchObject({
      watts: { 0: 951.2, 1: -951.1, 2: 715.4 },
      volts: { 0: 236.1, 1: 236.201, 2: 236.402 },
      totalWatts: 715.5,
    });
  });

  it('turns about the phases whose transformers sit the wrong way round, and does not use their sum', async () => {
    const [reading] = await readingsOf({ preset, turned: ['L2'] }, [['/status/em:0', shellyStatus]]);
    expect(reading).toMatchObject({
      amps: { 0: 4.029, 1: 4.027, 2: 3.03 },
      watts: { 0: 951.2, 1: 951.1, 2: 715.4 },
      volts: { 1: 236.201 },
    });
    expect(reading?.totalWatts).toBeUndefined();
  });

  it('turns the sum about too where all three sit the wrong way round', async () => {
    const turned = ['L1', 'L2', 'L3'];
    const [reading] = await readingsOf({ preset, turned }, [['/status/em:0', shellyStatus]]);
    expect(reading).toMatchObject({ watts: { 0: -951.2, 1: 951.1, 2: -715.4 }, totalWatts: -715.5 });
  });

  it('counts only the active part of an exported current', async () => {
    const reactive = { ...shellyStatus, b_current: 4, b_act_power: -23, b_voltage: 230 };
    const [reading] = await readingsOf({ preset }, [['/status/em:0', reactive]]);
    expect(reading?.amps?.[1]).toBeCloseTo(-0.1, 9);
  });

  it('lays a partial notification over what it heard before', async () => {
    const ts = Date.now() / 1000;
    const notify = (em: object) => ({
      src: 'shellypro3em-1',
      dst: 'x/events',
      method: 'NotifyStatus',
      params: { ts, 'em:0': em },
    });
    const readings = await readingsOf({ preset }, [
      ['/events/rpc', notify({ id: 0, b_current: 4 })],
      ['/events/rpc', notify({ id: 0, b_act_power: -920, b_voltage: 230 })],
      ['/events/rpc', notify({ id: 0, b_current: 4.5 })],
    ]);
    expect(readings).toEqual([
      { amps: { 1: 4 } },
      { watts: { 1: -920 }, volts: { 1: 230 } },
      { amps: { 1: -4 } },
    ]);
  });

  it('passes over notifications about other parts of the device', async () => {
    const ts = Date.now() / 1000;
    await readingsOf({ preset }, [['/status/em:0', shellyStatus]]);
    const given = circuit;
    if (given === undefined) throw new Error('no circuit');
    const prefix = given.topic;
    await given.publish(
      { method: 'NotifyStatus', params: { ts, 'wifi:0': { rssi: -60 } } },
      `${prefix}/events/rpc`,
    );
    await given.publish(shellyStatus, `${prefix}/status/em:0`);
    await eventually(() => expect(given.readings).toHaveLength(2));
    expect(given.refusals).toEqual([]);
  });

  it('understands the full status topic as well as the prefix', async () => {
    const topic = `${freshTopic()}/status/em:0`;
    expect(await readingsOf({ preset, topic }, [['', shellyStatus]])).toHaveLength(1);
  });
});

describe('the preset dsmr-reader', () => {
  const telegram = () => ({
    timestamp: new Date().toISOString(),
    electricity_currently_delivered: '1.243',
    electricity_currently_returned: '0.000',
    phase_currently_delivered_l1: '0.414',
    phase_currently_delivered_l2: '0.000',
    phase_currently_delivered_l3: '0.829',
    phase_currently_returned_l1: '0.000',
    phase_currently_returned_l2: '0.577',
    phase_currently_returned_l3: null,
    phase_voltage_l1: '230.0',
    phase_voltage_l2: '230.0',
    phase_voltage_l3: '230.0',
    phase_power_current_l1: 1,
    phase_power_current_l2: 2,
    phase_power_current_l3: 3,
  });

  it('reads kilowatts from text, import less export', async () => {
    const [reading] = await readingsOf({ preset: 'dsmr-reader' }, [['', telegram()]]);
    expect(reading?.watts).toEqual({ 0: 414, 1: -577, 2: 829 });
    expect(reading?.totalWatts).toBe(1243);
  });

  it('shows the tenths that whole amperes cut off, and the direction', async () => {
    const [reading] = await readingsOf({ preset: 'dsmr-reader' }, [['', telegram()]]);
    expect(reading?.amps).toEqual({ 0: 1.8, 1: -2, 2: 829 / 230 });
  });
});

describe('the preset amsreader', () => {
  const message = (data: object) => ({
    id: 'AA:BB',
    name: 'ams',
    up: 123,
    t: Math.floor(Date.now() / 1000),
    rssi: -60,
    data,
  });
  const list2 = { P: 2100, Q: 0, PO: 0, QO: 12, I1: 3.1, I2: 2.9, I3: 3.3, U1: 231.1, U2: 230.2, U3: 229.9 };

  it('reads the short list and the long one at their own rates', async () => {
    const readings = await readingsOf({ preset: 'amsreader' }, [
      ['', message({ P: 1800 })],
      ['', message(list2)],
    ]);
    expect(readings).toEqual([
      { totalWatts: 1800 },
      { amps: { 0: 3.1, 1: 2.9, 2: 3.3 }, volts: { 0: 231.1, 1: 230.2, 2: 229.9 }, totalWatts: 2100 },
    ]);
  });

  it('reads one topic per list, with the power of each phase', async () => {
    const list4 = { ...list2, P: 0, PO: 500, P1: 0, PO1: 700, P2: 200, PO2: 0, P3: 0, PO3: 0, U1: 230 };
    const [reading] = await readingsOf({ preset: 'amsreader' }, [['/list4', message(list4)]]);
    expect(reading).toMatchObject({ watts: { 0: -700, 1: 200, 2: 0 }, totalWatts: -500 });
    expect(reading?.amps?.[0]).toBeCloseTo(-700 / 230, 9);
    expect(reading?.amps?.[1]).toBe(2.9);
  });
});

describe('the preset victron-venus', () => {
  const preset = 'victron-venus';
  const topic = 'N/c0619ab1cafe/grid/30';

  it('reads one topic for each value', async () => {
    const readings = await readingsOf({ preset, topic }, [
      ['/Ac/L1/Power', { value: -460 }],
      ['/Ac/L1/Voltage', { value: 230 }],
      ['/Ac/L1/Current', { value: 2.2 }],
      ['/Ac/L2/Current', { value: 7 }],
      ['/Ac/Power', { value: 936 }],
    ]);
    expect(readings).toEqual([
      { watts: { 0: -460 } },
      { volts: { 0: 230 } },
      { amps: { 0: -2 } },
      { amps: { 1: 7 } },
      { totalWatts: 936 },
    ]);
  });

  it('keeps the device awake and asks for values that do not change', async () => {
    const url = broker.url;
    const device = await stranger(url);
    const asked: string[] = [];
    device.on('message', (on, payload) => asked.push(`${on} ${payload}`));
    await device.subscribeAsync('R/#');
    circuit = await givenMeteredCircuit({ url, meter: { preset, topic, maxAgeS: 3 } });

    const read = 'R/c0619ab1cafe/grid/30/Ac ';
    await eventually(() => expect(asked.filter((request) => request === read).length).toBeGreaterThan(1));
    expect(asked).toContain('R/c0619ab1cafe/keepalive {"keepalive-options":["suppress-republish"]}');
    await device.endAsync();
  });

  it('takes null as missing and an empty payload as a meter that is gone', async () => {
    await readingsOf({ preset, topic }, [
      ['/Ac/L2/Power', { value: null }],
      ['/Ac/L1/Power', ''],
    ]);
    expect(circuit?.readings).toEqual([]);
    expect(circuit?.refusals).toEqual(['not-a-number', 'empty']);
  });
});

describe('an explicit mapping', () => {
  it('reads pointers with unit, sign and scale', async () => {
    const mapping = [
      {
        fields: [
          { phase: 'L1', unit: 'mA', pointer: '/i/0' },
          { phase: 'L1', unit: 'kW', pointer: '/p~1kw', sign: 'export-positive' },
          { phase: 'total', unit: 'W', pointer: '/sum', scale: 10 },
        ],
      },
    ];
    expect(await readingsOf({ mapping }, [['', { i: [1500], 'p/kw': 0.23, sum: '-4' }]])).toEqual([
      { amps: { 0: 1.5 }, watts: { 0: -230 }, totalWatts: -40 },
    ]);
  });

  it('joins several topics with one number each', async () => {
    const base = freshTopic();
    const mapping = (['L1', 'L2', 'L3'] as const).map((phase, index) => ({
      topic: `${base}/${index}`,
      codec: 'number',
      fields: [{ phase, unit: 'W' }],
    }));
    const readings = await readingsOf({ topic: base, mapping }, [
      ['/0', '951.20'],
      ['/1', '-12\n'],
      ['/2', ' 0'],
    ]);
    expect(readings).toEqual([{ watts: { 0: 951.2 } }, { watts: { 1: -12 } }, { watts: { 2: 0 } }]);
  });
});
