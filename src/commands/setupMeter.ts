import type { Clock } from '../control/ports.ts';
import { circuitId } from '../domain/ids.ts';
import type { DraftMeter } from '../domain/siteDraft.ts';
import type { HeardMeterBody } from '../http/setup/setupBody.ts';
import type { Logger } from '../log.ts';
import { listenToMqtt } from '../meters/mqttClient.ts';
import { startMqttMeters } from '../meters/mqttMeters.ts';
import { meterSources } from '../meters/presets.ts';

interface SetupMeterPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
}

interface Listening {
  heard(): HeardMeterBody;
  stop(): Promise<void>;
}

/** As a meter without settings of its own is read. */
const usual = { measures: 'total', maxAgeS: 15, maxClockErrorS: 60, maxPlausibleAmps: 2000 } as const;
/** Of the one meter that is listened to. */
const circuit = circuitId('grid');

/** One meter at a time, heard through its broker as the service will hear it. */
export class SetupMeter {
  readonly #ports: SetupMeterPorts;
  #listening: Listening | undefined;

  constructor(ports: SetupMeterPorts) {
    this.#ports = ports;
  }

  async listen(draft: DraftMeter): Promise<void> {
    await this.stop();
    this.#listening = listenTo(draft, this.#ports);
  }

  heard(): HeardMeterBody | undefined {
    return this.#listening?.heard();
  }

  async stop(): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    await listening?.stop();
  }
}

function listenTo({ broker, turned, ...draft }: DraftMeter, ports: SetupMeterPorts): Listening {
  const meter = { ...usual, ...draft, ...(turned.length > 0 && { turned }) };
  const mqtt = listenToMqtt(broker, ports);
  const told = { amps: new Map<number, number>(), watts: new Map<number, number>() };
  let heardAtMs: number | undefined;
  let refused: string | null = null;
  const meters = startMqttMeters(mqtt, [{ circuitId: circuit, meter }], {
    ...ports,
    onReading: ({ amps, watts }) => {
      heardAtMs = ports.clock.monotonicMs();
      for (const [phase, value] of Object.entries(amps ?? {})) told.amps.set(Number(phase), value);
      for (const [phase, value] of Object.entries(watts ?? {})) told.watts.set(Number(phase), value);
    },
    onRefused: (_circuit, reason) => {
      // What the broker kept comes first, always, and is of no use.
      if (reason !== 'retained') refused = reason;
    },
  });
  const perPhase = (values: ReadonlyMap<number, number>) =>
    [0, 1, 2].map((phase) => values.get(phase) ?? null);
  return {
    heard: () => ({
      isConnected: mqtt.isConnected,
      fault: mqtt.isConnected ? null : (mqtt.fault ?? null),
      topics: meterSources(meter).map(({ topic }) => topic),
      ageS: heardAtMs === undefined ? null : (ports.clock.monotonicMs() - heardAtMs) / 1000,
      refused,
      amps: perPhase(told.amps),
      watts: perPhase(told.watts),
    }),
    async stop() {
      meters.stop();
      await mqtt.stop();
    },
  };
}
