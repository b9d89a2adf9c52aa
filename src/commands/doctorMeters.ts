import { metersOf } from '../app/options.ts';
import type { LoadedConfig } from '../config/config.ts';
import type { Clock } from '../control/ports.ts';
import type { CircuitId } from '../domain/ids.ts';
import { phaseName, phases } from '../domain/phases.ts';
import type { Reading } from '../domain/reading.ts';
import type { RefusalReason } from '../meters/mapping.ts';
import { listenToMqtt, type MqttConnection } from '../meters/mqttClient.ts';
import { type CircuitWithMeter, startMqttMeters } from '../meters/mqttMeters.ts';
import { meterSources } from '../meters/presets.ts';
import type { DoctorPorts } from './doctor.ts';
import type { Finding } from './doctorReport.ts';

const connectMaxMs = 10_000;
const listenMaxMs = 30_000;
const lookMs = 100;

/** The broker, and what every meter says now: heard directly, whether the service runs or not. */
export async function brokerFindings(
  { config }: LoadedConfig,
  { clock, log, random }: DoctorPorts,
): Promise<readonly Finding[]> {
  const { embedded, url = 'mqtt://127.0.0.1:1883', ...client } = config.mqtt;
  const address = embedded === undefined ? url : `mqtt://${embedded.host}:${embedded.port}`;
  const { host } = new URL(address);
  const mqtt = listenToMqtt({ ...client, url: address }, { clock, log, random });
  try {
    if (
      !(await until(() => mqtt.isConnected || mqtt.fault !== undefined, { clock, maxMs: connectMaxMs })) ||
      !mqtt.isConnected
    ) {
      const why = mqtt.fault ?? `no answer in ${connectMaxMs / 1000} s`;
      const todo =
        embedded === undefined
          ? 'start it, or correct mqtt.url; meters are silent without it'
          : 'it is part of the service: start that';
      return [{ about: 'broker', verdict: 'wrong', what: `${host} cannot be reached: ${why}`, todo }];
    }
    const meters = metersOf(config);
    const found: Finding = { about: 'broker', verdict: 'well', what: `${host} answers` };
    return [found, ...(await meterFindings(mqtt, meters, { clock, log }))];
  } finally {
    await mqtt.stop();
  }
}

async function meterFindings(
  mqtt: MqttConnection,
  meters: readonly CircuitWithMeter[],
  { clock, log }: Pick<DoctorPorts, 'clock' | 'log'>,
): Promise<readonly Finding[]> {
  const heard = new Map<CircuitId, Reading>();
  const refused = new Map<CircuitId, RefusalReason>();
  const listening = startMqttMeters(mqtt, meters, {
    clock,
    log,
    onReading: (reading) => heard.set(reading.circuitId, { ...heard.get(reading.circuitId), ...reading }),
    onRefused: (circuitId, reason) => {
      // What the broker kept is of no use and comes first, always.
      if (reason !== 'retained') refused.set(circuitId, reason);
    },
  });
  const longestS = Math.max(1, ...meters.map(({ meter }) => meter.maxAgeS));
  const maxMs = Math.min(listenMaxMs, longestS * 1000);
  await until(() => meters.every(({ circuitId }) => heard.has(circuitId)), { clock, maxMs });
  listening.stop();
  return meters.map((each) =>
    meterFinding(each, heard.get(each.circuitId), refused.get(each.circuitId), maxMs),
  );
}

function meterFinding(
  { circuitId, meter }: CircuitWithMeter,
  reading: Reading | undefined,
  reason: RefusalReason | undefined,
  listenedMs: number,
): Finding {
  const about = 'meters';
  const topics = meterSources(meter).map(({ topic }) => topic);
  const show = `mosquitto_sub -v -t '${topics[0] ?? ''}' shows what it sends`;
  if (reading !== undefined)
    return {
      about,
      verdict: 'well',
      what: `${circuitId} says ${figuresOf(reading)}: is that so, and import positive?`,
    };
  if (reason !== undefined) {
    const what = `${circuitId} sends what cannot be used: ${reason}`;
    return {
      about,
      verdict: 'wrong',
      what,
      todo: `compare with "Connecting a real station" in the README; ${show}`,
    };
  }
  const what = `${circuitId} said nothing on ${topics.join(', ')} in ${listenedMs / 1000} s`;
  return { about, verdict: 'wrong', what, todo: `see that it has power and its topic is right; ${show}` };
}

function figuresOf({ amps, watts, totalWatts }: Reading): string {
  const onPhases = (fields: Reading['amps'], unit: string): string =>
    phases
      .flatMap((phase) =>
        fields?.[phase] === undefined ? [] : `${phaseName(phase)} ${fields[phase].toFixed(1)} ${unit}`,
      )
      .join(', ');
  if (amps !== undefined) return onPhases(amps, 'A');
  return watts !== undefined ? onPhases(watts, 'W') : `${totalWatts ?? 0} W`;
}

/** Waits until something is so, and for no longer than `maxMs`. */
function until(
  isSo: () => boolean,
  { clock, maxMs }: { readonly clock: Clock; readonly maxMs: number },
): Promise<boolean> {
  const endMs = clock.monotonicMs() + maxMs;
  return new Promise((resolve) => {
    const look = (): void => {
      if (isSo() || clock.monotonicMs() >= endMs) resolve(isSo());
      else clock.after(lookMs, look);
    };
    look();
  });
}
