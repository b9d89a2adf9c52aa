import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { circuitId } from '../../src/domain/ids.ts';
import { noAmps, type PhaseAmps } from '../../src/domain/phases.ts';
import { createLogger } from '../../src/log.ts';
import { startEmbeddedBroker } from '../../src/meters/embeddedBroker.ts';
import { circuitAmps, MeterPublisher, meterPayload, meterTopic, onPhases } from '../../src/sim/meter.ts';
import { CompressedClock } from '../compressedClock.ts';
import { eventually } from '../eventually.ts';
import { site } from './givenSite.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

describe('the current in a circuit', () => {
  const drawn = new Map<string, PhaseAmps>([
    ['A1', [10, 10, 10]],
    ['A4', [0, 7, 0]],
    ['B4', [0, 0, 9]],
  ]);
  const loads = new Map<string, PhaseAmps>([
    ['grid', [20, 21, 22]],
    ['hall-b', [1, 2, 3]],
  ]);
  const flowing = circuitAmps(
    site,
    (id) => drawn.get(id) ?? noAmps,
    (id) => loads.get(id) ?? noAmps,
  );

  it('is its own background and all that flows below it', () => {
    expect(flowing.get(circuitId('hall-a'))).toEqual([10, 17, 10]);
    expect(flowing.get(circuitId('hall-b'))).toEqual([1, 2, 12]);
    expect(flowing.get(circuitId('grid'))).toEqual([31, 40, 44]);
  });

  it('is on the phases the EVSE is wired to', () => {
    expect(onPhases([1, 2, 0], [16, 8, 0])).toEqual([0, 16, 8]);
    expect(onPhases([2], [16])).toEqual([0, 0, 16]);
  });
});

describe('a simulated meter', () => {
  it('speaks as a Shelly Pro 3EM does', () => {
    expect(meterPayload('shelly-gen2-3em', [10, 20, 0.5], 230, 0)).toMatchObject({
      id: 0,
      a_current: 10,
      b_act_power: 4600,
      c_voltage: 230,
      total_current: 30.5,
      total_act_power: 7015,
    });
  });

  it('publishes under the status topic of a Shelly, whether it is given as such or as a prefix', () => {
    const shelly = { circuit: circuitId('grid'), preset: 'shelly-gen2-3em', periodMs: 1_000 } as const;
    expect(meterTopic({ ...shelly, topic: 'em1' })).toBe('em1/status/em:0');
    expect(meterTopic({ ...shelly, topic: 'em1/status/em:0' })).toBe('em1/status/em:0');
  });

  it('publishes what flows, again and again, until it is stopped', async () => {
    const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0 });
    stops.push(() => broker.stop());
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const listener = await connectAsync(url);
    stops.push(() => listener.endAsync(true));
    const heard: unknown[] = [];
    listener.on('message', (topic, payload) => heard.push([topic, JSON.parse(payload.toString())]));
    await listener.subscribeAsync('meters/#');

    const clock = new CompressedClock({ startMs: 0, factor: 50, sliceMs: 50 });
    stops.push(async () => clock.stop());
    let amps: PhaseAmps = [1.234, 2, 3];
    const meter = new MeterPublisher({
      broker: { url },
      clientId: 'simulated-meter',
      meters: [
        { circuit: circuitId('grid'), topic: 'meters/grid', preset: 'generic', periodMs: 1_000 },
        { circuit: circuitId('hall-a'), topic: 'meters/hall', preset: 'shelly-gen2-3em', periodMs: 5_000 },
      ],
      read: () => amps,
      phaseVolts: 230,
      clock,
      log: createLogger('silent'),
    });
    stops.push(() => meter.stop());
    await meter.start();

    const grid = (amps: readonly number[]) => ['meters/grid', { t: expect.any(Number), amps }];
    await eventually(() => expect(heard).toContainEqual(grid([1.23, 2, 3])));
    expect(heard).toContainEqual(['meters/hall/status/em:0', expect.objectContaining({ c_current: 3 })]);
    amps = [9, 9, 9];
    await eventually(() => expect(heard).toContainEqual(grid([9, 9, 9])));
    await meter.stop();
    await meter.stop();
  });
});
