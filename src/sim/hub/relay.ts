import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  type ClientStatus,
  endpointOf,
  hosts,
  isSame,
  type Named,
  type Platform,
  type Role,
  shown,
} from './platforms.ts';

/**
 * `unconnected`: it is not brought, and answered as if the receiver were away. `no answer`: it is brought, and the answer gets
 * lost. `twice`: it is brought twice.
 */
export type HubFault = 'unconnected' | 'no answer' | 'twice';

export interface RelayRequest {
  readonly method: string;
  readonly module: string;
  readonly side: 'SENDER' | 'RECEIVER';
  /** Below the module, with its query. */
  readonly rest: string;
  readonly from: Named;
  readonly to: Named;
}

/** A request that was brought to a platform, and the HTTP status it answered with. */
export interface Relayed extends RelayRequest {
  readonly status: number;
}

interface RelayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface RelayPorts {
  readonly origin: string;
  readonly party: Named;
  readonly platforms: readonly Platform[];
  readonly faultOf: (request: RelayRequest) => HubFault | undefined;
}

interface Message {
  readonly request: RelayRequest;
  readonly correlationId: string;
  readonly body: string;
}

const keptMax = 10_000;
const passedOn = ['link', 'x-total-count', 'x-limit', 'location', 'retry-after'];
/** [OCPI 2.2.1 status codes, hub errors]. */
const codes = { unknownReceiver: 4001, timeout: 4002, connectionProblem: 4003 } as const;

/** Brings requests to the parties that they are for, with new ids and the way that they came. */
export class Relay {
  readonly relayed: Relayed[] = [];
  readonly #ports: RelayPorts;
  /** `response_url`s must lead to the hub for whoever gets them: by number, where they lead on. */
  readonly #callbacks = new Map<string, string>();

  constructor(ports: RelayPorts) {
    this.#ports = ports;
  }

  async take(asker: Platform, { method = 'GET', url = '', headers }: IncomingMessage, text: string) {
    const [, place = '', module = ''] = url.split(/[/?]/);
    const rest = url.slice(`/${place}/${module}`.length);
    const [from, to] = [partyIn(headers, 'from'), partyIn(headers, 'to')];
    if (from === undefined || to === undefined || !hosts(asker, from)) return refusal(2001);
    const side = place === 'sender' ? 'SENDER' : 'RECEIVER';
    const request: RelayRequest = { method, module, side, rest, from, to };
    const body = this.#withCallback(text);
    const message = { request, body, correlationId: String(headers['x-correlation-id'] ?? '') };
    if (place === 'callback') return this.#broughtTo(message, this.#callbacks.get(module));
    if (isSame(to, this.#ports.party)) return this.#broadcast(asker, message);
    return this.#toReceiver(message);
  }

  /** Configuration is not routed: there is no way in its headers. */
  async tellClient(platform: Platform, client: Role & { readonly status: ClientStatus }): Promise<void> {
    const url = endpointOf(platform, 'hubclientinfo', 'RECEIVER');
    if (url === undefined || platform.status !== 'CONNECTED') return;
    await fetch(`${url}/${client.country_code}/${client.party_id}`, {
      method: 'PUT',
      headers: { authorization: shown(platform.tokenOfOurs), 'content-type': 'application/json' },
      body: JSON.stringify(client),
    });
  }

  async #toReceiver(message: Message): Promise<RelayAnswer> {
    const { request } = message;
    const { module, side, rest, to } = request;
    const receiver = this.#ports.platforms.find((each) => hosts(each, to));
    if (receiver === undefined) return refusal(codes.unknownReceiver);
    const url = endpointOf(receiver, module, side);
    if (receiver.status !== 'CONNECTED' || url === undefined) return refusal(codes.connectionProblem);
    const fault = this.#ports.faultOf(request);
    if (fault === 'unconnected') return refusal(codes.connectionProblem);
    if (fault === 'twice') await this.#broughtTo(message, `${url}${rest}`);
    const answer = await this.#broughtTo(message, `${url}${rest}`);
    return fault === 'no answer' ? refusal(codes.timeout) : this.#turnedHere(answer, url, request);
  }

  /** To everybody who takes it, from the hub itself. */
  async #broadcast(asker: Platform, message: Message): Promise<RelayAnswer> {
    const { request } = message;
    if (request.method === 'GET') return refusal(2001);
    for (const receiver of this.#ports.platforms) {
      const url = endpointOf(receiver, request.module, 'RECEIVER');
      const [to] = receiver.roles;
      if (receiver === asker || receiver.status !== 'CONNECTED' || url === undefined || to === undefined)
        continue;
      const told = { ...message, request: { ...request, from: this.#ports.party, to } };
      await this.#broughtTo(told, `${url}${request.rest}`);
    }
    return { status: 200, headers: {}, body: envelope(1000) };
  }

  async #broughtTo({ request, body, correlationId }: Message, url: string | undefined): Promise<RelayAnswer> {
    const { method, from, to } = request;
    const receiver = this.#ports.platforms.find((each) => hosts(each, to));
    if (receiver === undefined || url === undefined) return refusal(codes.unknownReceiver);
    const answer = await fetch(url, {
      method,
      headers: {
        ...{ authorization: shown(receiver.tokenOfOurs), 'content-type': 'application/json' },
        ...{ 'x-request-id': randomUUID(), 'x-correlation-id': correlationId },
        ...{ 'ocpi-from-country-code': from.country_code, 'ocpi-from-party-id': from.party_id },
        ...{ 'ocpi-to-country-code': to.country_code, 'ocpi-to-party-id': to.party_id },
      },
      ...(method !== 'GET' && method !== 'DELETE' && { body }),
    });
    this.relayed.push({ ...request, status: answer.status });
    if (this.relayed.length > keptMax) this.relayed.shift();
    const told = passedOn.map((name) => [name, answer.headers.get(name) ?? ''] as const);
    const headers = Object.fromEntries(told.filter(([, value]) => value !== ''));
    return { status: answer.status, headers, body: await answer.text() };
  }

  /** The next page of a list, and the place of a new object, are found through the hub. */
  #turnedHere({ headers, ...answer }: RelayAnswer, url: string, { module, side }: RelayRequest): RelayAnswer {
    const here = `${this.#ports.origin}/${side.toLowerCase()}/${module}`;
    const turned = Object.entries(headers).map(([name, value]) => [name, value.replace(url, here)]);
    return { ...answer, headers: Object.fromEntries(turned) };
  }

  #withCallback(text: string): string {
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const url: unknown = Object(body).response_url;
    if (typeof url !== 'string') return text;
    const number = randomUUID();
    this.#callbacks.set(number, url);
    const [oldest] = this.#callbacks.keys();
    if (this.#callbacks.size > keptMax && oldest !== undefined) this.#callbacks.delete(oldest);
    return JSON.stringify({ ...Object(body), response_url: `${this.#ports.origin}/callback/${number}` });
  }
}

/** What every answer comes in. */
export const envelope = (statusCode: number, data?: unknown): string =>
  JSON.stringify({
    ...(data !== undefined && { data }),
    status_code: statusCode,
    timestamp: new Date().toISOString(),
  });

const refusal = (statusCode: number): RelayAnswer => ({
  status: 200,
  headers: {},
  body: envelope(statusCode),
});

function partyIn(headers: IncomingMessage['headers'], end: 'from' | 'to'): Named | undefined {
  const [country_code, party_id] = [headers[`ocpi-${end}-country-code`], headers[`ocpi-${end}-party-id`]];
  return country_code === undefined || party_id === undefined
    ? undefined
    : { country_code: String(country_code), party_id: String(party_id) };
}
