import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { IClientOptions } from 'mqtt';
import type { MqttConfig } from '../domain/mqttConfig.ts';
import { statusTopic } from './topics.ts';

/** A link that died without a word is noticed after one and a half of these. */
const keepAliveS = 20;
const connectTimeoutMs = 10_000;
/** Told to an MQTT 5 broker, so that it keeps anything larger to itself. */
const maxPacketBytes = 262_144;

/** What the library is told of the broker and of us. Throws when a TLS file of the config cannot be read. */
export function clientOptions(config: Omit<MqttConfig, 'embedded'>): IClientOptions {
  const { username, password, tls } = config;
  return {
    protocolVersion: config.protocolVersion ?? 5,
    clientId: config.clientId ?? `lastvakt-${hostname()}`,
    // Every connection starts afresh: what was sent while we were away is no longer true.
    clean: true,
    // We subscribe again ourselves, so that a refusal is told for its topic.
    resubscribe: false,
    queueQoSZero: false,
    reconnectOnConnackError: true,
    keepalive: keepAliveS,
    connectTimeout: connectTimeoutMs,
    properties: { maximumPacketSize: maxPacketBytes },
    will: { topic: statusTopic, payload: Buffer.from('offline'), qos: 1, retain: true },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls?.ca !== undefined && { ca: pem(tls.ca, 'ca') }),
    ...(tls?.cert !== undefined && { cert: pem(tls.cert, 'cert') }),
    ...(tls?.key !== undefined && { key: pem(tls.key, 'key') }),
  };
}

function pem(textOrPath: string, setting: string): string {
  if (textOrPath.includes('-----BEGIN ')) return textOrPath;
  try {
    return readFileSync(textOrPath, 'utf8');
  } catch (cause) {
    throw new Error(`mqtt.tls.${setting}: cannot read "${textOrPath}": give a readable PEM file`, { cause });
  }
}
