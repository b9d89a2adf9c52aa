import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../../control/ports.ts';
import { objectTypes, type VtnChange, type VtnObject, VtnStore, type VtnVersion } from './vtnStore.ts';

/** How the VTN misbehaves, each switched on and off while it runs. */
export interface VtnFaults {
  /** Connections are taken and never answered. */
  readonly isSilent: boolean;
  /** Every answer but tokens has this status. */
  readonly failsWith: number | undefined;
  readonly retryAfterS: number | undefined;
  /** Its clock is so much ahead of everybody's. */
  readonly clockAheadMs: number;
  /** Tokens that were given are refused. */
  readonly refusesTokens: boolean;
  /** Takes no notice of skip and limit. */
  readonly ignoresPaging: boolean;
  /** Each notification is sent so many times. */
  readonly noticeCopies: number;
  readonly noticeDelayMs: number;
  /** Sent instead of the list of events. */
  readonly eventsText: string | undefined;
}

const noFaults: VtnFaults = {
  isSilent: false,
  failsWith: undefined,
  retryAfterS: undefined,
  clockAheadMs: 0,
  refusesTokens: false,
  ignoresPaging: false,
  noticeCopies: 1,
  noticeDelayMs: 0,
  eventsText: undefined,
};

export interface VtnOptions {
  readonly version: VtnVersion;
  readonly clock: Clock;
  readonly credentials?: { readonly clientId: string; readonly clientSecret: string };
  readonly tokenLifeS?: number;
  /** Asks a callback address to repeat a word before it keeps a subscription, as Switch does. */
  readonly challengesCallbacks?: boolean;
  /** 3.1: tells of changes over this broker too. */
  readonly mqtt?: { readonly url: string; readonly publish: (topic: string, payload: string) => void };
}

/** One request and its answer, as seen on the wire. */
export interface VtnExchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

const exchangesMax = 10_000;

/** A VTN on a real socket, its calendar in the hands of a script. */
export async function startVtn(options: VtnOptions): Promise<Vtn> {
  const vtn = new Vtn(options);
  await vtn.listen();
  return vtn;
}

export class Vtn {
  readonly #options: VtnOptions;
  readonly #server: Server;
  readonly #tokens = new Map<string, number>();
  readonly store: VtnStore;
  /** The newest last. */
  readonly exchanges: VtnExchange[] = [];
  readonly notices: { readonly url: string; readonly body: unknown; readonly status: number }[] = [];
  faults: VtnFaults = noFaults;
  /** Requests that came while it was silent. */
  unanswered = 0;
  #tokenCount = 0;

  constructor(options: VtnOptions) {
    this.#options = options;
    this.store = new VtnStore(
      options.version,
      () => this.#nowMs(),
      (change) => this.#tell(change),
    );
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}/openadr3` : '';
  }

  fail(faults: Partial<VtnFaults>): void {
    this.faults = { ...noFaults, ...faults };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #nowMs(): number {
    return this.#options.clock.nowMs() + this.faults.clockAheadMs;
  }

  // --- requests ------------------------------------------------------------------------------------------

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://vtn');
    const path = url.pathname.replace(/^\/openadr3/, '');
    if (this.faults.isSilent) {
      this.unanswered += 1;
      return;
    }
    const query = Object.fromEntries(url.searchParams);
    const text = await textOf(request);
    const body = path === '/auth/token' ? Object.fromEntries(new URLSearchParams(text)) : parsed(text);
    const method = request.method ?? 'GET';
    const { status, answer } = await this.#answer(method, path, query, body, request.headers.authorization);
    this.exchanges.push({ method, path, query, body, status, answer });
    if (this.exchanges.length > exchangesMax) this.exchanges.shift();
    response.setHeader('date', new Date(this.#nowMs()).toUTCString());
    if (this.faults.retryAfterS !== undefined)
      response.setHeader('retry-after', String(this.faults.retryAfterS));
    response.writeHead(status, { 'content-type': 'application/json' });
    const isRaw =
      path === '/events' && method === 'GET' && status === 200 && this.faults.eventsText !== undefined;
    response.end(isRaw ? this.faults.eventsText : JSON.stringify(answer));
  }

  async #answer(
    method: string,
    path: string,
    query: Readonly<Record<string, string>>,
    body: unknown,
    authorization: string | undefined,
  ): Promise<Answer> {
    if (path === '/auth/server' && this.#options.version === '3.1') {
      return { status: 200, answer: { tokenURL: `${this.url}/auth/token` } };
    }
    if (path === '/auth/token') return this.#tokenFor(body);
    if (this.faults.failsWith !== undefined) return problem(this.faults.failsWith, 'told to fail');
    if (!this.#isAuthorised(authorization)) return problem(401, 'no token, or one that is over');
    if (path.startsWith('/notifiers') && this.#options.version === '3.1') return this.#notifiers(path);
    const [, first = '', second, third, fourth] = path.split('/');
    if (
      first === 'vens' &&
      third === 'resources' &&
      second !== undefined &&
      this.#options.version === '3.0.1'
    ) {
      return this.#collection(
        'resources',
        fourth,
        method,
        { ...query, venID: second },
        withKey(body, 'venID', second),
      );
    }
    return isKind(first)
      ? this.#collection(first, second, method, query, body)
      : problem(404, `there is no ${path} here`);
  }

  #tokenFor(body: unknown): Answer {
    const { credentials, tokenLifeS = 3_600 } = this.#options;
    const given = typeof body === 'object' && body !== null ? new Map(Object.entries(body)) : new Map();
    const isKnown =
      credentials === undefined ||
      (given.get('client_id') === credentials.clientId &&
        given.get('client_secret') === credentials.clientSecret);
    if (!isKnown) return { status: 401, answer: { error: 'invalid_client' } };
    this.#tokenCount += 1;
    const token = `token-${this.#tokenCount}`;
    this.#tokens.set(token, this.#options.clock.monotonicMs() + tokenLifeS * 1_000);
    return { status: 200, answer: { access_token: token, token_type: 'Bearer', expires_in: tokenLifeS } };
  }

  #isAuthorised(authorization: string | undefined): boolean {
    if (this.#options.credentials === undefined) return true;
    const untilMs = this.#tokens.get(authorization?.replace(/^Bearer /, '') ?? '');
    return !this.faults.refusesTokens && untilMs !== undefined && this.#options.clock.monotonicMs() < untilMs;
  }

  async #collection(
    kind: Kind,
    id: string | undefined,
    method: string,
    query: Readonly<Record<string, string>>,
    body: unknown,
  ): Promise<Answer> {
    if (id === undefined) {
      if (method === 'GET') return { status: 200, answer: this.#page(kind, query) };
      if (method !== 'POST' || typeof body !== 'object' || body === null) return problem(400, 'no body');
      if (kind === 'subscriptions' && !(await this.#isOwned(body)))
        return problem(400, 'the callback did not echo');
      const object = this.store.create(kind, body);
      return object === 'conflict'
        ? problem(409, 'there is one of that name')
        : { status: 201, answer: object };
    }
    const object =
      method === 'PUT' && typeof body === 'object' && body !== null
        ? this.store.update(kind, id, body)
        : method === 'DELETE'
          ? this.store.remove(kind, id)
          : this.store.find(kind, id);
    return object === undefined ? problem(404, `there is no ${kind}/${id}`) : { status: 200, answer: object };
  }

  #page(kind: Kind, query: Readonly<Record<string, string>>): readonly VtnObject[] {
    const filters = ['programID', 'venID', 'venName', 'resourceName', 'clientName'];
    const found = this.store
      .all(kind)
      .filter((each) => filters.every((key) => query[key] === undefined || String(each[key]) === query[key]));
    if (this.faults.ignoresPaging) return found;
    const skip = Number(query['skip'] ?? 0);
    return found.slice(skip, skip + Math.min(50, Number(query['limit'] ?? 50)));
  }

  #notifiers(path: string): Answer {
    const { mqtt } = this.#options;
    if (path === '/notifiers') {
      const binding = { serialization: 'JSON', authentication: { method: 'ANONYMOUS' } };
      return {
        status: 200,
        answer: { WEBHOOK: true, ...(mqtt === undefined ? {} : { MQTT: { URIS: [mqtt.url], ...binding } }) },
      };
    }
    if (path !== '/notifiers/mqtt/topics/events' || mqtt === undefined) return problem(404, 'no such topics');
    const [CREATE, UPDATE, DELETE] = ['create', 'update', 'delete'].map((each) => `events/${each}`);
    return { status: 200, answer: { topics: { CREATE, UPDATE, DELETE, ALL: 'events/+' } } };
  }

  // --- notifications -------------------------------------------------------------------------------------

  #tell(change: VtnChange): void {
    const body = this.#noticeOf(change);
    const { mqtt, clock } = this.#options;
    mqtt?.publish(`${change.kind}/${change.operation.toLowerCase()}`, JSON.stringify(body));
    for (const { url, token } of this.#subscribers(change)) {
      for (let copy = 0; copy < this.faults.noticeCopies; copy += 1) {
        clock.after(this.faults.noticeDelayMs, () => void this.notify(url, body, token));
      }
    }
  }

  #noticeOf({ kind, operation, object }: VtnChange): object {
    const methods = { CREATE: 'POST', UPDATE: 'PUT', DELETE: 'DELETE' } as const;
    const word = this.#options.version === '3.0.1' ? methods[operation] : operation;
    return { objectType: objectTypes[kind], operation: word, object };
  }

  #subscribers({
    kind,
    operation,
    object,
  }: VtnChange): readonly { url: string; token: string | undefined }[] {
    return this.store.all('subscriptions').flatMap((subscription) => {
      if (subscription['programID'] !== undefined && subscription['programID'] !== object['programID'])
        return [];
      return operationsOf(subscription).flatMap(({ objects, operations, callbackUrl, bearerToken }) =>
        objects.includes(objectTypes[kind]) && operations.includes(operation)
          ? [{ url: callbackUrl, token: bearerToken }]
          : [],
      );
    });
  }

  /** Calls a callback address with any body: also what no VTN should send. */
  async notify(url: string, body: unknown, token: string | undefined): Promise<number> {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { 'content-type': 'application/json', ...authorization };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    const status = answer?.status ?? 0;
    this.notices.push({ url, body, status });
    return status;
  }

  async #isOwned(subscription: object): Promise<boolean> {
    if (this.#options.challengesCallbacks !== true) return true;
    const word = `challenge-${this.#tokenCount}-${this.exchanges.length}`;
    for (const { callbackUrl } of operationsOf({ ...subscription })) {
      const answer = await fetch(`${callbackUrl}?echo=${word}`).catch(() => undefined);
      if ((await answer?.text()) !== word) return false;
    }
    return true;
  }
}

type Kind = keyof typeof objectTypes;
interface Answer {
  readonly status: number;
  readonly answer: unknown;
}

const isKind = (text: string): text is Kind => text in objectTypes;

const problem = (status: number, title: string): Answer => ({ status, answer: { title, status } });

interface Operation {
  readonly objects: readonly string[];
  readonly operations: readonly string[];
  readonly callbackUrl: string;
  readonly bearerToken: string | undefined;
}

function operationsOf(subscription: Readonly<Record<string, unknown>>): readonly Operation[] {
  const list = subscription['objectOperations'];
  // The simulator believes its own subscribers.
  return Array.isArray(list) ? (list as readonly Operation[]) : [];
}

const withKey = (body: unknown, key: string, value: string): unknown =>
  typeof body === 'object' && body !== null ? { ...body, [key]: value } : body;

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
