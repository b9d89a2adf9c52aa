import type { CircuitId } from '../../domain/ids.ts';
import { type Phase, type PhaseAmps, phases } from '../../domain/phases.ts';
import type { PhaseFields, Reading } from '../../domain/reading.ts';
import type { Circuit, Site } from '../../domain/site.ts';
import { starVolts } from '../../domain/supply.ts';
import { createRandom, type Random, streamSeed } from '../random.ts';
import type { TwinClock } from './twinClock.ts';

/** What is wrong with a meter or its way; `undefined` is nothing. */
export type MeterFault =
  | 'silent'
  | 'late'
  | 'no number'
  | 'one phase missing'
  | 'negative'
  | 'kW for W'
  | 'phases swapped'
  | 'duplicated'
  | 'out of order'
  | 'frozen';

export interface TwinMeter {
  readonly site: Site;
  readonly circuit: Circuit;
  fault: MeterFault | undefined;
  /** It publishes on the other side of a broker in two parts, and the service listens on this one. */
  isBeyond: boolean;
  /** When it last told what was not so, or nothing. */
  faultyAtMs: number;
  /** When a reading of each phase last reached the service. */
  readonly heardAtMs: [number, number, number];
  held: PhaseAmps | undefined;
  /** What the broker, or its part on this side, keeps of it. */
  retained: PhaseAmps | undefined;
}

export interface TwinMetersInput {
  readonly sites: readonly Site[];
  readonly clock: TwinClock;
  readonly seed: number;
  /** What flows through a circuit now: all of it, or the background alone. */
  measured(circuit: Circuit): PhaseAmps;
  deliver(reading: Omit<Reading, 'arrivedAtMs'>, meter: TwinMeter): void;
}

interface Told {
  readonly amps?: PhaseFields;
  readonly watts?: PhaseFields;
}

export function noteHeard(meter: TwinMeter, { amps, watts }: Told, nowMs: number): void {
  const told = amps ?? watts ?? {};
  for (const phase of phases) if (told[phase] !== undefined) meter.heardAtMs[phase] = nowMs;
}

const neverHeard: PhaseAmps = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
const lateMs = 20_000;
const slowBrokerMs = 6_000;

/** The meters of all circuits and the broker between them and the service. */
export class TwinMeters {
  readonly all: readonly TwinMeter[];
  broker: 'works' | 'down' | 'slow' = 'works';
  readonly #input: TwinMetersInput;
  readonly #random: Random;

  constructor(input: TwinMetersInput) {
    this.#input = input;
    this.#random = createRandom(streamSeed(input.seed, 'meters'));
    this.all = input.sites.flatMap((site) =>
      site.circuits.flatMap((circuit) =>
        circuit.meter === undefined
          ? []
          : {
              site,
              circuit,
              fault: undefined,
              isBeyond: false,
              faultyAtMs: Number.NEGATIVE_INFINITY,
              heardAtMs: [...neverHeard],
              held: undefined,
              retained: undefined,
            },
      ),
    );
  }

  of(id: CircuitId): TwinMeter | undefined {
    return this.all.find(({ circuit }) => circuit.id === id);
  }

  /** It tells everybody who subscribes again what it kept: the last values from before it went. */
  brokerIsBack(): void {
    this.broker = 'works';
    this.#retell(this.all);
  }

  /** Each part of the broker tells the other what it kept. */
  broughtTogether(beyond: readonly TwinMeter[]): void {
    for (const meter of beyond) meter.isBeyond = false;
    this.#retell(beyond);
  }

  #retell(meters: readonly TwinMeter[]): void {
    for (const meter of meters) {
      if (meter.retained === undefined) continue;
      meter.faultyAtMs = this.#input.clock.nowMs;
      this.#send(meter, { amps: meter.retained });
    }
  }

  publish(): void {
    for (const meter of this.all) this.#publish(meter);
  }

  #publish(meter: TwinMeter): void {
    const { circuit, site, fault } = meter;
    const now = this.#input.measured(circuit);
    if (fault !== undefined || meter.isBeyond || this.broker !== 'works')
      meter.faultyAtMs = this.#input.clock.nowMs;
    const phaseVolts = starVolts(site.supply);
    switch (fault) {
      case undefined:
        meter.held = now;
        if (this.broker !== 'down' && !meter.isBeyond) meter.retained = now;
        this.#send(meter, { amps: now });
        break;
      case 'silent':
        break;
      case 'late':
        this.#send(meter, { amps: now }, lateMs * this.#random());
        break;
      case 'no number':
        // What is not a finite number does not get past the mapping: the reading comes without it.
        this.#send(meter, { amps: {} });
        break;
      case 'one phase missing':
        this.#send(meter, { amps: { 0: now[0], 2: now[2] } });
        break;
      case 'negative':
        this.#send(meter, { amps: [-now[0], -now[1], -now[2]] });
        break;
      case 'kW for W': {
        const watts = (phase: Phase): number => (now[phase] * phaseVolts) / 1000;
        this.#send(meter, { watts: [watts(0), watts(1), watts(2)] });
        break;
      }
      case 'phases swapped':
        this.#send(meter, { amps: [now[1], now[2], now[0]] });
        break;
      case 'duplicated':
        this.#send(meter, { amps: now });
        this.#send(meter, { amps: now }, 1_000);
        break;
      case 'out of order':
        this.#send(meter, { amps: now });
        if (meter.held !== undefined && this.#random() < 0.5) this.#send(meter, { amps: meter.held }, 300);
        meter.held = now;
        break;
      case 'frozen':
        this.#send(meter, { amps: meter.held ?? now });
        break;
      default:
        fault satisfies never;
    }
  }

  #send(meter: TwinMeter, fields: Told, extraMs = 0): void {
    if (this.broker === 'down' || meter.isBeyond) return;
    const slowMs = this.broker === 'slow' ? slowBrokerMs * this.#random() : 0;
    this.#input.clock.after(Math.round(20 + 80 * this.#random() + slowMs + extraMs), () => {
      if (this.broker === 'down' || meter.isBeyond) return;
      noteHeard(meter, fields, this.#input.clock.nowMs);
      this.#input.deliver({ circuitId: meter.circuit.id, ...fields }, meter);
    });
  }
}
