import { connectAsync, type MqttClient } from 'mqtt';
import type { Clock } from '../control/ports.ts';
import type { CircuitId, EvseId } from '../domain/ids.ts';
import { addAmps, noAmps, type Phase, type PhaseAmps, perPhase, phases } from '../domain/phases.ts';
import type { Site } from '../domain/site.ts';
import type { Logger } from '../log.ts';

/** What flows in every circuit: its own background, its EVSEs and everything below. Pure. */
export function circuitAmps(
  site: Site,
  evseAmps: (id: EvseId) => PhaseAmps,
  background: (id: CircuitId) => PhaseAmps,
): ReadonlyMap<CircuitId, PhaseAmps> {
  const flowing = new Map<CircuitId, PhaseAmps>();
  const add = (id: CircuitId, amps: PhaseAmps): void => {
    flowing.set(id, addAmps(flowing.get(id) ?? noAmps, amps));
  };
  for (const evse of site.evses) add(evse.circuit, evseAmps(evse.id));
  // Children before parents, so that a circuit is complete when it is added to the one above.
  for (const { id, parent } of site.circuits.toReversed()) {
    add(id, background(id));
    if (parent !== undefined) add(parent, flowing.get(id) ?? noAmps);
  }
  return flowing;
}

/** An EVSE's own conductors as the phases of its circuit. */
export const onPhases = (wiring: readonly Phase[], conductors: readonly number[]): PhaseAmps =>
  perPhase((phase) =>
    wiring.reduce<number>(
      (sum, wired, conductor) => sum + (wired === phase ? (conductors[conductor] ?? 0) : 0),
      0,
    ),
  );

export type MeterPreset = 'generic' | 'shelly-gen2-3em';

export interface SimulatedMeterOptions {
  readonly circuit: CircuitId;
  /** As in the service's config. */
  readonly topic: string;
  readonly preset: MeterPreset;
  readonly periodMs: number;
}

/** Where a meter of this make publishes: a Shelly's topic may be given as the device's prefix. */
export const meterTopic = ({ preset, topic }: SimulatedMeterOptions): string =>
  preset === 'shelly-gen2-3em' && !topic.endsWith('/status/em:0') ? `${topic}/status/em:0` : topic;

/** What a meter of this make publishes. */
export function meterPayload(
  preset: MeterPreset,
  amps: PhaseAmps,
  phaseVolts: number,
  nowMs: number,
): object {
  switch (preset) {
    case 'generic':
      return { t: nowMs, amps: amps.map((phaseAmps) => rounded(phaseAmps, 2)) };
    case 'shelly-gen2-3em':
      return shellyStatus(amps, phaseVolts);
    default:
      return preset satisfies never;
  }
}

/** The `status/em:0` of a Shelly Pro 3EM. Its currents carry no sign; its powers do. */
function shellyStatus(amps: PhaseAmps, phaseVolts: number): object {
  const total = amps.reduce((sum, phaseAmps) => sum + phaseAmps, 0);
  const fields = phases.flatMap((phase) => {
    const name = 'abc'.charAt(phase);
    const watts = amps[phase] * phaseVolts;
    return [
      [`${name}_current`, rounded(Math.abs(amps[phase]), 3)],
      [`${name}_voltage`, phaseVolts],
      [`${name}_act_power`, rounded(watts, 1)],
      [`${name}_aprt_power`, rounded(Math.abs(watts), 1)],
      [`${name}_pf`, 1],
      [`${name}_freq`, 50],
    ];
  });
  return {
    id: 0,
    ...Object.fromEntries(fields),
    n_current: null,
    total_current: rounded(total, 3),
    total_act_power: rounded(total * phaseVolts, 1),
    total_aprt_power: rounded(Math.abs(total * phaseVolts), 1),
    user_calibrated_phase: [],
    errors: [],
  };
}

interface MeterPublisherOptions {
  readonly broker: BrokerOptions;
  readonly clientId: string;
  readonly meters: readonly SimulatedMeterOptions[];
  readonly read: (circuit: CircuitId) => PhaseAmps;
  readonly phaseVolts: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface BrokerOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** Meters that publish what flows, each at its own pace, over one connection. */
export class MeterPublisher {
  readonly #options: MeterPublisherOptions;
  readonly #cancels = new Map<string, () => void>();
  #client: MqttClient | undefined;
  #isStopped = false;

  constructor(options: MeterPublisherOptions) {
    this.#options = options;
  }

  /** Returns once connected. */
  async start(): Promise<void> {
    const { broker, clientId, meters, log } = this.#options;
    const { url, ...credentials } = broker;
    // What could not be published in time is of no use later.
    const client = await connectAsync(url, { ...credentials, clientId, queueQoSZero: false });
    if (this.#isStopped) {
      await client.endAsync(true);
      return;
    }
    this.#client = client;
    client.on('error', (error) => log.warn({ err: error }, 'simulated meter failed'));
    for (const meter of meters) this.#publish(meter);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    const client = this.#client;
    this.#client = undefined;
    await client?.endAsync(true);
  }

  #publish(meter: SimulatedMeterOptions): void {
    const { clock, read, phaseVolts, log } = this.#options;
    this.#cancels.set(
      meter.topic,
      clock.after(meter.periodMs, () => this.#publish(meter)),
    );
    if (this.#client?.connected !== true) return;
    const payload = meterPayload(meter.preset, read(meter.circuit), phaseVolts, clock.nowMs());
    this.#client.publish(meterTopic(meter), JSON.stringify(payload), (error) => {
      if (error) log.debug({ err: error, topic: meter.topic }, 'simulated meter could not publish');
    });
  }
}

function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
