import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../control/ports.ts';

// A capacity provider that speaks OSCP 2.0 on a real socket and does what it is told to, faults included. It knows nothing
// of the code it is there to try.

export interface ProviderOptions {
  /** 0 for any free one. */
  readonly port?: number;
  /** What it asks of the flexibility provider when they shake hands. */
  readonly heartbeatS?: number;
  readonly measurements?: readonly ('CONTINUOUS' | 'INTERMITTENT')[];
  /** How far its clock is ahead of ours. */
  readonly clockAheadMs?: number;
}

/** A message from the flexibility provider. */
export interface ReceivedMessage {
  readonly method: string;
  /** The last part of its path. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly atMs: number;
}

/** A message to the flexibility provider, with the answer to it. */
export interface SentMessage {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  readonly answer: string;
}

export interface SendOptions {
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ForecastBlock {
  readonly capacity: number | string;
  readonly phase: string;
  readonly unit: string;
  readonly start_time: string;
  readonly end_time: string;
}

export interface Forecast {
  readonly group_id: string;
  readonly type: string;
  readonly forecasted_blocks: readonly ForecastBlock[];
}

const keptMax = 10_000;
const bodyMaxBytes = 1024 * 1024;

/** Starts listening on loopback. */
export async function startCapacityProvider(
  options: ProviderOptions,
  clock: Clock,
): Promise<CapacityProvider> {
  const provider = new CapacityProvider(options, clock);
  await provider.listen();
  return provider;
}

export class CapacityProvider {
  readonly #options: ProviderOptions;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #received: ReceivedMessage[] = [];
  readonly #sent: SentMessage[] = [];
  /** By which the flexibility provider speaks to us, and we to it. */
  #ownToken: string = randomUUID();
  #peerToken: string | undefined;
  #peerUrl: string | undefined;
  #isSilent = false;
  #cutOff = 0;

  constructor(options: ProviderOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#options.port ?? 0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Its base address. */
  get url(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}/oscp/cp/2.0`;
  }

  received(path?: string): readonly ReceivedMessage[] {
    return path === undefined ? this.#received : this.#received.filter((each) => each.path === path);
  }

  sent(): readonly SentMessage[] {
    return this.#sent;
  }

  /** What its clock shows. */
  nowMs(): number {
    return this.#clock.nowMs() + (this.#options.clockAheadMs ?? 0);
  }

  /** Introduces itself with the first token; the other side's registration comes afterwards, by itself. */
  register(peer: { readonly url: string; readonly token: string }): Promise<SentMessage> {
    this.#peerUrl = peer.url;
    this.#peerToken = peer.token;
    return this.send('register', this.#introduction());
  }

  /** Goes on with tokens that were exchanged before, or are fixed. */
  resume(peer: { readonly url: string; readonly token: string; readonly ownToken: string }): void {
    this.#peerUrl = peer.url;
    this.#peerToken = peer.token;
    this.#ownToken = peer.ownToken;
  }

  updateRegistration(): Promise<SentMessage> {
    this.#ownToken = randomUUID();
    return this.send('register', this.#introduction(), { method: 'PUT' });
  }

  handshake(): Promise<SentMessage> {
    const { heartbeatS, measurements = [] } = this.#options;
    const interval = heartbeatS === undefined ? {} : { heartbeat_interval: heartbeatS };
    return this.send('handshake', {
      required_behaviour: { ...interval, measurement_configuration: measurements },
    });
  }

  heartbeat(forMs: number): Promise<SentMessage> {
    return this.send('heartbeat', { offline_mode_at: new Date(this.nowMs() + forMs).toISOString() });
  }

  forecast(forecast: Forecast, options: SendOptions = {}): Promise<SentMessage> {
    return this.send('update_group_capacity_forecast', forecast, options);
  }

  /** The parts of a forecast that is cut; later ones correlate to the first. They are sent by `send`, in any order. */
  segments(
    forecast: Forecast,
    count: number,
  ): readonly { readonly body: Forecast; readonly headers: Record<string, string> }[] {
    const ids = Array.from({ length: count }, () => randomUUID());
    const size = Math.ceil(forecast.forecasted_blocks.length / count);
    return ids.map((id, index) => ({
      body: {
        ...forecast,
        forecasted_blocks: forecast.forecasted_blocks.slice(index * size, (index + 1) * size),
      },
      headers: {
        'x-request-id': id,
        ...(index > 0 && { 'x-correlation-id': ids[0] ?? id }),
        'x-segment-index': String(index + 1),
        'x-segment-count': String(count),
      },
    }));
  }

  /** Sends one message and waits for its answer. `headers` replace those it would have. */
  async send(path: string, body: object, options: SendOptions = {}): Promise<SentMessage> {
    const { method = 'POST' } = options;
    const headers = {
      'content-type': 'application/json',
      authorization: `Token ${this.#peerToken}`,
      'x-request-id': randomUUID(),
      ...options.headers,
    };
    const response = await fetch(`${this.#peerUrl}/${path}`, {
      method,
      headers,
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    const message: SentMessage = { method, path, headers, body, status: response.status, answer };
    this.#sent.push(message);
    if (this.#sent.length > keptMax) this.#sent.shift();
    return message;
  }

  /** Cuts every request off without an answer, as a machine does that is gone. */
  set isSilent(isSilent: boolean) {
    this.#isSilent = isSilent;
  }

  /** How many requests it cut off. */
  get cutOff(): number {
    return this.#cutOff;
  }

  /** May be called twice. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #introduction(): object {
    return { token: this.#ownToken, version_url: [{ version: '2.0', base_url: this.url }] };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#isSilent) {
      this.#cutOff += 1;
      request.destroy();
      return;
    }
    response.setHeader('date', new Date(this.nowMs()).toUTCString());
    const path = request.url?.split('/').at(-1) ?? '';
    const body = await bodyOf(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const isKnown = [`Token ${this.#ownToken}`, `Bearer ${this.#ownToken}`].includes(
      headers['authorization'] ?? '',
    );
    if (!isKnown) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"unknown token"}');
      return;
    }
    this.#received.push({ method: request.method ?? '', path, headers, body, atMs: this.#clock.nowMs() });
    if (this.#received.length > keptMax) this.#received.shift();
    if (path === 'register') this.#registered(body);
    response.writeHead(204).end();
  }

  #registered(body: unknown): void {
    const { token } = Object(body);
    if (typeof token === 'string') this.#peerToken = token;
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > bodyMaxBytes) return undefined;
  }
  return text === '' ? undefined : JSON.parse(text);
}
