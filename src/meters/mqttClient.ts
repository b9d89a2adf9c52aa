import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { Clock } from '../control/ports.ts';
import { backOffMs, spread } from '../domain/backOff.ts';
import type { MqttConfig } from '../domain/mqttConfig.ts';
import type { Logger } from '../log.ts';
import { clientOptions } from './mqttOptions.ts';
import { statusTopic } from './topics.ts';

const defaultUrl = 'mqtt://127.0.0.1:1883';
const retry = { firstMs: 1_000, maxMs: 30_000 };
const fallbackRetryMs = 10;
/** A connection that lasts this long is a good one: the next loss is tried again at once. */
const steadyAfterMs = 10_000;
/** Nothing we publish is worth keeping in memory while a slow broker does not take it. */
const maxUnsentBytes = 1_048_576;
const stopTimeoutMs = 1_000;

/** CONNACK codes for "unacceptable protocol version", of MQTT 3.1.1 [3.2.2.3] and of MQTT 5 [3.2.2.2]. */
const versionRefusals = [1, 132];
/** CONNACK codes for a wrong user name or password and for one without rights, of both versions. */
const accessRefusals = [4, 5, 134, 135];
/** DISCONNECT reason code of MQTT 5: session taken over [3.14.2.1]. */
const takenOver = 142;

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** It waited at the broker, for who knows how long, until we subscribed. */
  readonly isRetained: boolean;
}

export interface MqttPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1): spreads reconnections. */
  readonly random: () => number;
}

export interface PublishOptions {
  readonly qos?: 0 | 1;
  readonly isRetained?: boolean;
}

interface Subscription {
  readonly qos: 0 | 1;
  readonly listeners: Set<(message: MqttMessage) => void>;
}

/**
 * A connection to the broker that keeps itself up until `stop`.
 *
 * An absent broker is no error: it is tried again, ever more rarely, and the meters are silent meanwhile.
 * Throws when a TLS file of the config cannot be read.
 */
export function connectMqtt(config: Omit<MqttConfig, 'embedded'>, ports: MqttPorts): MqttConnection {
  return connection(config, clientOptions(config), { tellsStatus: true, ports });
}

/** The same beside a running service, under another name and without a word of its own: it only listens. */
export function listenToMqtt(config: Omit<MqttConfig, 'embedded'>, ports: MqttPorts): MqttConnection {
  const { will: _, ...options } = clientOptions(config);
  const clientId = `lastvakt-listener-${Math.floor(ports.random() * 1e9)}`;
  return connection(config, { ...options, clientId }, { tellsStatus: false, ports });
}

function connection(
  { url = defaultUrl, protocolVersion }: Omit<MqttConfig, 'embedded'>,
  options: IClientOptions,
  more: Pick<ConnectionOptions, 'tellsStatus' | 'ports'>,
): MqttConnection {
  const mayFallBack = protocolVersion === undefined;
  return new MqttConnection(connect(url, options), { broker: new URL(url).host, mayFallBack, ...more });
}

interface ConnectionOptions {
  /** For the log: host and port without the password a URL may hold. */
  readonly broker: string;
  readonly mayFallBack: boolean;
  /** Says on `statusTopic` that the service is there, and that it leaves. */
  readonly tellsStatus: boolean;
  readonly ports: MqttPorts;
}

/** See `connectMqtt`. What is subscribed here is subscribed again after every reconnection. */
export class MqttConnection {
  readonly #client: MqttClient;
  readonly #options: ConnectionOptions;
  readonly #log: Logger;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #connectListeners = new Set<() => void>();
  #state: 'trying' | 'falling back' | 'connected' = 'trying';
  #unansweredCount = 0;
  #attempts = 0;
  #cancelSteady = (): void => {};
  /** What went wrong since the last successful connection, and what of it the log has told. */
  #fault: string | undefined;
  #toldFault: string | undefined;
  #stopping: Promise<void> | undefined;

  constructor(client: MqttClient, options: ConnectionOptions) {
    this.#client = client;
    this.#options = options;
    this.#log = options.ports.log.child({ broker: options.broker });
    this.#delayNextRetry();
    client.on('connect', () => this.#connected());
    client.on('reconnect', () => this.#delayNextRetry());
    client.on('error', (error) => this.#failed(error));
    client.on('disconnect', ({ reasonCode }) => this.#dismissed(reasonCode));
    client.on('close', () => this.#closed());
    client.on('message', (topic, payload, { retain }) => {
      for (const listener of this.#subscriptions.get(topic)?.listeners ?? []) {
        listener({ topic, payload, isRetained: retain });
      }
    });
  }

  get isConnected(): boolean {
    return this.#state === 'connected';
  }

  /** Why it is not connected, as far as is known. */
  get fault(): string | undefined {
    return this.#fault ?? this.#toldFault;
  }

  /** Connected, and the broker has answered every subscription: what is published now arrives. */
  get isReady(): boolean {
    return this.isConnected && this.#unansweredCount === 0;
  }

  /** Hands every message of exact topics to `listener`, until the returned function is called. */
  subscribe(topics: readonly string[], qos: 0 | 1, listener: (message: MqttMessage) => void): () => void {
    for (const topic of topics) {
      const known = this.#subscriptions.get(topic);
      const subscription = {
        qos: known?.qos === 1 ? 1 : qos,
        listeners: known?.listeners ?? new Set(),
      } as const;
      this.#subscriptions.set(topic, subscription);
      subscription.listeners.add(listener);
      if (this.isConnected) this.#request(topic, subscription.qos);
    }
    return () => {
      for (const topic of topics) this.#subscriptions.get(topic)?.listeners.delete(listener);
    };
  }

  /**
   * False when it was dropped: nobody is connected, or the broker takes what we send too slowly. States and
   * requests are soon out of date, so nothing waits for a broker to come back.
   */
  publish(topic: string, payload: string, { qos = 0, isRetained = false }: PublishOptions = {}): boolean {
    if (!this.isConnected || this.#client.stream.writableLength > maxUnsentBytes) return false;
    this.#client.publish(topic, payload, { qos, retain: isRetained }, (error) => {
      if (error) this.#log.debug({ topic, reason: error.message }, 'MQTT message was not delivered');
    });
    return true;
  }

  /** Calls back after every connection, the one that stands included. The returned function ends that. */
  onConnected(listener: () => void): () => void {
    this.#connectListeners.add(listener);
    if (this.isConnected) listener();
    return () => this.#connectListeners.delete(listener);
  }

  /** Says goodbye and closes. A broker that does not answer is given a second. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const wasConnected = this.isConnected;
    if (wasConnected) this.#tellStatus('offline');
    this.#subscriptions.clear();
    this.#connectListeners.clear();
    const ended = this.#client.endAsync(!wasConnected);
    const timedOut = new Promise<void>((resolve) => {
      const cancel = this.#options.ports.clock.after(stopTimeoutMs, () => {
        this.#client.stream.destroy();
        resolve();
      });
      void ended.then(cancel, cancel);
    });
    await Promise.race([ended, timedOut]);
  }

  #connected(): void {
    this.#state = 'connected';
    this.#fault = undefined;
    this.#toldFault = undefined;
    // Not at once: two clients that throw each other out must come to rest too.
    this.#cancelSteady = this.#options.ports.clock.after(steadyAfterMs, () => {
      this.#attempts = 0;
      this.#delayNextRetry();
    });
    this.#log.info({ protocolVersion: this.#client.options.protocolVersion }, 'MQTT broker connected');
    for (const [topic, { qos }] of this.#subscriptions) this.#request(topic, qos);
    this.#tellStatus('online');
    for (const listener of this.#connectListeners) listener();
  }

  #tellStatus(status: 'online' | 'offline'): void {
    if (this.#options.tellsStatus) this.publish(statusTopic, status, { isRetained: true });
  }

  #request(topic: string, qos: 0 | 1): void {
    this.#unansweredCount += 1;
    this.#client.subscribe(topic, { qos }, (error) => {
      this.#unansweredCount -= 1;
      if (error === null || !this.isConnected) return;
      const whatToDo = 'allow this client to read the topic in the access list of the broker';
      this.#log.error({ topic, reason: error.message, whatToDo }, 'MQTT subscription was refused');
    });
  }

  #failed(error: Error & { readonly code?: number | string }): void {
    const code = Number(error.code);
    const { options } = this.#client;
    if (this.#options.mayFallBack && options.protocolVersion === 5 && versionRefusals.includes(code)) {
      this.#log.info('MQTT broker does not speak MQTT 5, using 3.1.1');
      this.#state = 'falling back';
      options.protocolVersion = 4;
      options.reconnectPeriod = fallbackRetryMs;
      return;
    }
    const remedy = accessRefusals.includes(code) ? ': check mqtt.username and mqtt.password' : '';
    this.#fault = `${error.message || error.code}${remedy}`;
  }

  #dismissed(reasonCode: number | undefined): void {
    this.#fault =
      reasonCode === takenOver
        ? 'another client uses the same name: give each Lastvakt its own mqtt.clientId'
        : `the broker ended the connection with reason code ${reasonCode ?? 0}`;
  }

  #closed(): void {
    const before = this.#state;
    this.#state = 'trying';
    this.#cancelSteady();
    if (this.#stopping !== undefined || before === 'falling back') return;
    // Not every broker gives a reason to the older of two clients with one name.
    const unsaid =
      before === 'connected' ? ': if this repeats, another client may use the same mqtt.clientId' : '';
    const reason = this.#fault ?? `the broker closed the connection${unsaid}`;
    if (before === 'connected') {
      this.#log.warn({ reason }, 'MQTT broker lost, meters are silent until it is back');
    } else if (reason !== this.#toldFault) {
      this.#log.warn({ reason }, 'MQTT broker not reachable, trying on');
    }
    this.#toldFault = reason;
    this.#fault = undefined;
  }

  /**
   * Sets how long the library waits after the attempt that just began, should it fail: doubled each time, and
   * spread, so that a thousand sites do not return to their broker in the same instant.
   */
  #delayNextRetry(): void {
    this.#attempts += 1;
    const delayMs = spread(backOffMs(retry, this.#attempts), this.#options.ports.random());
    this.#client.options.reconnectPeriod = Math.round(delayMs);
  }
}
