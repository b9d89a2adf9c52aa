import { randomUUID } from 'node:crypto';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/control/ports.ts';
import { circuitId } from '../../src/domain/ids.ts';
import { type MeterConfig, meterConfig } from '../../src/domain/meterConfig.ts';
import type { MqttConfig } from '../../src/domain/mqttConfig.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { Logger } from '../../src/log.ts';
import type { RefusalReason } from '../../src/meters/mapping.ts';
import { connectMqtt, type MqttConnection } from '../../src/meters/mqttClient.ts';
import { startMqttMeters } from '../../src/meters/mqttMeters.ts';
import { compileConfig } from '../../src/schema.ts';
import { eventually } from '../eventually.ts';

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A logger and what it wrote. */
export function recordedLog(): { readonly log: Logger; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const log = pino({ level: 'info', base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

/** The real clock, set wrong by what `shiftMs` says. */
function shiftedClock(): Clock & { shiftMs: number } {
  const real = systemClock();
  return {
    shiftMs: 0,
    nowMs() {
      return real.nowMs() + this.shiftMs;
    },
    monotonicMs() {
      return real.monotonicMs() + this.shiftMs;
    },
    after: real.after,
  };
}

/** A meter's config with the defaults of the schema, as the config loader gives it. */
function givenMeter(change: Record<string, unknown>): MeterConfig {
  const value: unknown = structuredClone(change);
  const schema = compileConfig(meterConfig);
  if (!schema.check(value)) throw new Error(JSON.stringify(schema.faults()));
  return value;
}

/** A topic nobody else uses: tests share one broker. */
export const freshTopic = (): string => `test/${randomUUID()}`;

/** The far side: another client of the broker, of a library version that both brokers speak. */
export const stranger = (url: string, options: IClientOptions = {}): Promise<MqttClient> =>
  connectAsync(url, { protocolVersion: 4, ...options });

/** Our connection, up. */
export async function connected(
  config: MqttConfig,
  log: Logger = recordedLog().log,
  clock: Clock = systemClock(),
): Promise<MqttConnection> {
  const connection = connectMqtt({ clientId: randomUUID(), ...config }, { clock, log, random: Math.random });
  await eventually(() => expect(connection.isConnected).toBe(true));
  return connection;
}

/** One metered circuit on a real broker, and a stranger who publishes what a meter would. */
export async function givenMeteredCircuit(options: {
  readonly url: string;
  readonly meter: Record<string, unknown>;
  readonly protocolVersion?: 4 | 5;
}) {
  const { url, protocolVersion } = options;
  const meter = givenMeter(options.meter);
  const { log, lines } = recordedLog();
  const clock = shiftedClock();
  const connection = await connected({ url, ...(protocolVersion && { protocolVersion }) }, log, clock);
  const publisher = await stranger(url);
  const readings: Omit<Reading, 'circuitId' | 'arrivedAtMs'>[] = [];
  const refusals: RefusalReason[] = [];
  const meters = startMqttMeters(connection, [{ circuitId: circuitId('grid'), meter }], {
    clock,
    log,
    onReading: ({ circuitId: _id, arrivedAtMs: _at, ...fields }) => readings.push(fields),
    onRefused: (_id, reason) => refusals.push(reason),
  });
  await eventually(() => expect(connection.isReady).toBe(true));
  return {
    topic: meter.topic,
    clock,
    readings,
    refusals,
    publisher,
    /** What the log says about refused payloads. */
    complaints: () => lines.filter(({ msg }) => msg === 'MQTT payload refused'),
    lines,
    async publish(payload: unknown, topic = meter.topic): Promise<void> {
      const text =
        typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
      await publisher.publishAsync(topic, text, { qos: 1 });
    },
    /** Waits until this many messages were judged. */
    async judged(count: number): Promise<void> {
      await eventually(() => {
        if (readings.length + refusals.length < count)
          throw new Error(`${readings.length} readings, ${refusals.length} refusals`);
      });
    },
    async stop(): Promise<void> {
      meters.stop();
      await Promise.all([connection.stop(), publisher.endAsync()]);
    },
  };
}
export type MeteredCircuit = Awaited<ReturnType<typeof givenMeteredCircuit>>;
