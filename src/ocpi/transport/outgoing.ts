import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../control/ports.ts';
import { type AddressPolicy, partnerUrl } from './partnerUrl.ts';

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The only one that the URL may lead to; undefined: any that is not private. */
  readonly origin?: string;
  /** How long an answer is awaited. */
  readonly timeoutMs?: number;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface OutgoingPorts {
  readonly clock: Clock;
  readonly policy: AddressPolicy;
  /** The resolver of the system, where there is no other. */
  readonly lookup?: typeof systemLookup;
}

/** A partner could not be asked, or its answer could not be read. */
export class PartnerUnreachableError extends Error {
  readonly code = 'partner-unreachable';
  readonly url: string;

  constructor(url: string, why: string, cause?: unknown) {
    super(`${url.slice(0, 200)}: ${why}`, { cause });
    this.name = 'PartnerUnreachableError';
    this.url = url;
  }
}

const usualTimeoutMs = 8_000;
const answerMaxBytes = 8 * 1024 * 1024;
/** Requests under way: partners that answer nothing must not fill the memory. */
const underWayMax = 256;
/** Connections to a partner that are kept for its next request: to make one takes longer than to ask. */
const kept = { keepAlive: true, maxFreeSockets: 32, timeout: 15_000 } as const;

/** The way to partners: no redirects, answers bounded in time and size, every address checked as it is connected to. */
export class Outgoing {
  readonly #ports: OutgoingPorts;
  readonly #underWay = new Set<AbortController>();
  readonly #ways = {
    'http:': { make: httpRequest, agent: new HttpAgent(kept) },
    'https:': { make: httpsRequest, agent: new HttpsAgent(kept) },
  };
  #isStopped = false;

  constructor(ports: OutgoingPorts) {
    this.#ports = ports;
  }

  /** Throws a PartnerUnreachableError. */
  async send(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const { clock, policy } = this.#ports;
    const fail = (why: string, cause?: unknown): never => {
      throw new PartnerUnreachableError(request.url, why, cause);
    };
    if (this.#isStopped) return fail('the service ends');
    if (this.#underWay.size >= underWayMax) return fail('too many requests are under way');
    const address = partnerUrl(request.url, policy, request.origin);
    if ('why' in address) return fail(address.why);
    const given = new AbortController();
    const { timeoutMs = usualTimeoutMs, method } = request;
    const cancel = clock.after(timeoutMs, () => given.abort(new Error('no answer in time')));
    this.#underWay.add(given);
    try {
      // A POST may have been taken though its connection broke, and must not be sent again: it gets one that cannot be stale.
      return await this.#exchange(address.url, request, given.signal, method !== 'POST');
    } catch (error) {
      const why: unknown = given.signal.aborted ? given.signal.reason : error;
      return fail(why instanceof Error ? why.message : String(why), why);
    } finally {
      cancel();
      this.#underWay.delete(given);
    }
  }

  /** Gives up what is under way. May be called twice. */
  stop(): void {
    this.#isStopped = true;
    for (const given of [...this.#underWay]) given.abort(new Error('the service ends'));
    for (const { agent } of Object.values(this.#ways)) agent.destroy();
  }

  async #exchange(
    url: URL,
    request: OutgoingRequest,
    signal: AbortSignal,
    mayReuse: boolean,
  ): Promise<OutgoingAnswer> {
    const { policy, lookup = systemLookup } = this.#ports;
    const { make, agent } = this.#ways[url.protocol === 'https:' ? 'https:' : 'http:'];
    const sent = make(url, {
      method: request.method,
      headers: { ...request.headers, ...lengthOf(request.body) },
      lookup: policy.allowsPrivate ? undefined : guarded(lookup, policy),
      agent: mayReuse && agent,
      signal,
    });
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        sent.once('response', resolve).once('error', reject);
        sent.end(request.body);
      }).catch((error: unknown) => {
        // The partner may have closed the connection while this was on its way.
        if (signal.aborted || !sent.reusedSocket) throw error;
      });
      return answer === undefined ? await this.#exchange(url, request, signal, false) : await read(answer);
    } finally {
      sent.destroy();
    }
  }
}

const lengthOf = (body: string | undefined): Record<string, string> =>
  body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };

async function read(answer: IncomingMessage): Promise<OutgoingAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.length;
    if (bytes > answerMaxBytes) throw new Error(`the answer is larger than ${answerMaxBytes} bytes`);
    chunks.push(chunk);
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat()[0]] as const);
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/**
 * Resolves a name for the connection itself, and refuses it when any address is private: a name that was checked before
 * may lead elsewhere by the time it is called.
 */
const guarded =
  (lookup: typeof systemLookup, policy: AddressPolicy): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: readonly LookupAddress[]) => {
      const [first] = found ?? [];
      const hidden = found?.find(({ address }) => policy.isPrivateAddress(address));
      if (error !== null) callback(error, []);
      else if (hidden !== undefined)
        callback(new Error(`${hostname} leads to the private address ${hidden.address}`), []);
      else if (first === undefined) callback(new Error(`${hostname} has no address`), []);
      else if (options.all === true) callback(null, [...found]);
      else callback(null, first.address, first.family);
    });
  };
