import type { Clock } from '../control/ports.ts';
import type { SiteView } from '../control/siteView.ts';
import type { SiteId } from '../domain/ids.ts';
import type { MqttConnection } from './mqttClient.ts';
import { circuitDocument, evseDocument } from './siteDocuments.ts';
import { circuitTopic, evseTopic } from './topics.ts';

/** The least time between two messages on one topic. */
const paceMs = 1_000;

/**
 * Publishes what a site does, retained: one topic for each circuit and each EVSE, only what changed, and at most
 * once a second. A broker that is away misses the states in between and gets the newest when it is back.
 */
export function startMqttPublisher(connection: MqttConnection, clock: Clock): MqttPublisher {
  return new MqttPublisher(connection, clock);
}

class MqttPublisher {
  readonly #connection: MqttConnection;
  readonly #clock: Clock;
  readonly #views = new Map<SiteId, SiteView>();
  /** By topic; there are as many as the config has circuits and EVSEs. */
  readonly #sent = new Map<string, string>();
  readonly #forget: () => void;
  /** Defined while the pace has to be kept. */
  #cancelPause: (() => void) | undefined;
  #isStopped = false;

  constructor(connection: MqttConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    this.#forget = connection.onConnected(() => this.#sendAgain());
  }

  publish(view: SiteView): void {
    this.#views.set(view.siteId, view);
    if (this.#cancelPause === undefined) this.#flush();
  }

  stop(): void {
    this.#isStopped = true;
    this.#forget();
    this.#cancelPause?.();
  }

  /** The broker may have been replaced by one that holds nothing. */
  #sendAgain(): void {
    this.#sent.clear();
    if (this.#cancelPause === undefined) this.#flush();
  }

  #flush(): void {
    this.#cancelPause = undefined;
    if (this.#isStopped) return;
    let hasSent = false;
    for (const [topic, text] of this.#documents()) {
      if (this.#sent.get(topic) === text) continue;
      if (!this.#connection.publish(topic, text, { isRetained: true })) break;
      this.#sent.set(topic, text);
      hasSent = true;
    }
    if (hasSent) this.#cancelPause = this.#clock.after(paceMs, () => this.#flush());
  }

  /** Written only when they may go out: ticks come oftener, and a broker may be away. */
  *#documents(): Generator<readonly [topic: string, text: string]> {
    for (const { siteId, circuits, evses } of this.#views.values()) {
      for (const circuit of circuits) {
        yield [circuitTopic(siteId, circuit.id), JSON.stringify(circuitDocument(circuit))];
      }
      for (const evse of evses) yield [evseTopic(siteId, evse.id), JSON.stringify(evseDocument(evse))];
    }
  }
}
