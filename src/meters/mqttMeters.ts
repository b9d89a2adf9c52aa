import type { Clock } from '../control/ports.ts';
import type { CircuitId } from '../domain/ids.ts';
import type { MeterConfig } from '../domain/meterConfig.ts';
import type { Phase } from '../domain/phases.ts';
import type { PhaseFields, Reading } from '../domain/reading.ts';
import type { Logger } from '../log.ts';
import { FaultLog } from './faultLog.ts';
import { type MeterValue, type PayloadFault, type RefusalReason, sourceReader } from './mapping.ts';
import type { MqttConnection, MqttMessage } from './mqttClient.ts';
import { type MeterRequest, meterRequests, meterSources, type TopicSource } from './presets.ts';

export interface CircuitWithMeter {
  readonly circuitId: CircuitId;
  readonly meter: MeterConfig;
}

export interface MeterPorts {
  readonly clock: Clock;
  readonly log: Logger;
  onReading(reading: Reading): void;
  /** For counting: once for each message refused and for each value refused in a message that was used. */
  onRefused(circuitId: CircuitId, reason: RefusalReason): void;
}

/**
 * Feeds meter readings from the broker into `onReading`, until `stop`.
 *
 * It translates and lets the domain judge what is stale. One bad publisher must not stop the others, so what
 * does not fit is dropped, counted and told. Each meter has its exact topics: a wildcard would let any publisher
 * invent a meter.
 */
export function startMqttMeters(
  connection: MqttConnection,
  meters: readonly CircuitWithMeter[],
  ports: MeterPorts,
): { stop(): void } {
  const stops = meters.flatMap(({ circuitId, meter }) => {
    const directions = new PowerDirections(meter.maxAgeS * 1000);
    return [
      ...meterSources(meter).map((source) => {
        const topic = new MeterTopic({ circuitId, meter, source, directions, ports });
        return connection.subscribe([source.topic], 0, (message) => topic.take(message));
      }),
      ...meterRequests(meter).map((request) => repeat(connection, request, ports.clock)),
    ];
  });
  return { stop: () => stops.forEach((stop) => void stop()) };
}

interface MeterTopicOptions {
  readonly circuitId: CircuitId;
  readonly meter: MeterConfig;
  readonly source: TopicSource;
  /** Shared by the topics of one meter. */
  readonly directions: PowerDirections;
  readonly ports: MeterPorts;
}

/** One topic of one meter: remembers how far its clock has come and what was wrong with it. */
class MeterTopic {
  readonly #options: MeterTopicOptions;
  readonly #read: ReturnType<typeof sourceReader>;
  readonly #faultLog: FaultLog;
  /** On the meter's clock. */
  #newestMs = Number.NEGATIVE_INFINITY;

  constructor(options: MeterTopicOptions) {
    const { circuitId, meter, source, ports } = options;
    this.#options = options;
    this.#read = sourceReader(source, meter);
    this.#faultLog = new FaultLog(ports.log.child({ circuitId, topic: source.topic }), ports.clock);
  }

  take(message: MqttMessage): void {
    const { circuitId, directions, ports } = this.#options;
    const nowMs = ports.clock.nowMs();
    const outcome = this.#judge(message, nowMs);
    if (outcome === undefined) return;
    this.#report(outcome.faults);
    if (outcome.values.length === 0) return;
    ports.onReading({ circuitId, arrivedAtMs: nowMs, ...fieldsOf(directions.apply(outcome.values, nowMs)) });
  }

  /** The values that can be used and what is wrong with the rest; undefined when it is not about this meter. */
  #judge({ payload, isRetained }: MqttMessage, nowMs: number): Outcome | undefined {
    if (isRetained) return refused(retained);
    const message = this.#read(payload);
    if (message.kind === 'unrelated') return undefined;
    if (message.kind === 'refused') return refused(message.fault);
    const fault = this.#judgeTime(message.timeMs, nowMs);
    if (fault !== undefined) return refused(fault);
    this.#newestMs = message.timeMs ?? this.#newestMs;
    return message;
  }

  /**
   * The meter's clock only tells what is old, replayed or doubled; ages are counted from arrival. Parts of one
   * measurement may share an instant.
   */
  #judgeTime(timeMs: number | undefined, nowMs: number): PayloadFault | undefined {
    if (timeMs === undefined) return undefined;
    const { meter, source } = this.#options;
    const aheadMs = timeMs - nowMs;
    const fault = (reason: RefusalReason, why: string): PayloadFault => ({ reason, pointer: undefined, why });
    const remedy = 'set the clock of the meter, or raise maxClockErrorS';
    if (aheadMs > meter.maxClockErrorS * 1000) {
      return fault('from-the-future', `it was measured ${seconds(aheadMs)} s after it arrived: ${remedy}`);
    }
    if (-aheadMs > meter.maxClockErrorS * 1000) {
      return fault('too-old', `it was measured ${seconds(-aheadMs)} s before it arrived: ${remedy}`);
    }
    if (timeMs < this.#newestMs || (timeMs === this.#newestMs && !source.partial)) {
      const why =
        'its time is not after that of the message before: two publishers on one topic, or a message sent twice';
      return fault('out-of-order', why);
    }
    return undefined;
  }

  #report(faults: readonly PayloadFault[]): void {
    const { circuitId, ports } = this.#options;
    for (const { reason } of faults) ports.onRefused(circuitId, reason);
    this.#faultLog.heard(
      faults.map(({ reason, pointer, why }) => ({ kind: `${reason} ${pointer ?? ''}`.trim(), why })),
    );
  }
}

interface Outcome {
  readonly values: readonly MeterValue[];
  readonly faults: readonly PayloadFault[];
}

const refused = (fault: PayloadFault): Outcome => ({ values: [], faults: [fault] });

const retained: PayloadFault = {
  reason: 'retained',
  pointer: undefined,
  why: 'it waited at the broker, so nobody knows how old it is: a live message is awaited; let the meter publish without retain',
};

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

interface HeldValue {
  readonly value: number;
  readonly atMs: number;
}

/** Gives currents the direction that the power of their phase last had. */
class PowerDirections {
  readonly #maxAgeMs: number;
  readonly #watts = new Map<Phase, HeldValue>();
  readonly #volts = new Map<Phase, HeldValue>();

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  apply(values: readonly MeterValue[], nowMs: number): readonly MeterValue[] {
    for (const { quantity, phase, value } of values) {
      if (phase === 'total' || quantity === 'amps') continue;
      (quantity === 'watts' ? this.#watts : this.#volts).set(phase, { value, atMs: nowMs });
    }
    const held = (map: ReadonlyMap<Phase, HeldValue>, phase: Phase): number | undefined => {
      const entry = map.get(phase);
      return entry !== undefined && nowMs - entry.atMs <= this.#maxAgeMs ? entry.value : undefined;
    };
    return values.map((entry) => {
      if (!entry.isUnsigned || entry.phase === 'total') return entry;
      const value = directed(entry.value, held(this.#watts, entry.phase), held(this.#volts, entry.phase));
      return { ...entry, value };
    });
  }
}

/**
 * An unsigned current with the direction of its power. Where that is unknown it counts as import.
 *
 * Only the active part of an exported current makes room for charging, so of a mostly reactive one little
 * counts. And power over voltage shows the digits that meters telling whole amperes cut off.
 */
function directed(amps: number, watts: number | undefined, volts: number | undefined): number {
  if (watts === undefined) return amps;
  const activeAmps = volts === undefined ? amps : Math.abs(watts) / volts;
  return watts < 0 ? -Math.min(amps, activeAmps) : Math.max(amps, activeAmps);
}

/** The fields of a reading; those without a value are left away. */
function fieldsOf(values: readonly MeterValue[]): Omit<Reading, 'circuitId' | 'arrivedAtMs'> {
  const fields: { amps?: PhaseFields; watts?: PhaseFields; volts?: PhaseFields; totalWatts?: number } = {};
  for (const { quantity, phase, value } of values) {
    if (phase === 'total') fields.totalWatts = value;
    else fields[quantity] = { ...fields[quantity], [phase]: value };
  }
  return fields;
}

/** Sends a request after every connection and then at its pace. */
function repeat(
  connection: MqttConnection,
  { topic, payload, everyMs }: MeterRequest,
  clock: Clock,
): () => void {
  let cancel = (): void => {};
  const send = (): void => {
    cancel();
    connection.publish(topic, payload);
    cancel = clock.after(everyMs, send);
  };
  const forget = connection.onConnected(send);
  return () => {
    forget();
    cancel();
  };
}
