import { randomUUID } from 'node:crypto';
import type { Clock } from '../../control/ports.ts';
import { backOffMs, spread } from '../../domain/backOff.ts';
import type { Logger } from '../../log.ts';
import type { AccessTokens } from './accessTokens.ts';
import { ensureOutside, type PeerPolicy } from './peerAddress.ts';

/** Where to send, and by what we are known there. */
export interface PeerAccess {
  readonly url: string;
  readonly authorization: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OutgoingMessage {
  readonly path: string;
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  readonly body: object;
  /** X-Request-ID of what it answers. */
  readonly correlationId?: string;
  readonly place?: { readonly index: number; readonly count: number };
  readonly requestId?: string;
  /** How often it is tried; what is overtaken by the next of its kind is tried once. */
  readonly attempts: number;
  /** Whether it is still true; asked before every attempt. */
  readonly isCurrent?: () => boolean;
}

export interface PeerPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** undefined as long as there is no peer. */
  access(): Promise<PeerAccess | undefined>;
  readonly policy: PeerPolicy;
  readonly tokens?: AccessTokens;
}

const timeoutMs = 10_000;
const pause = { firstMs: 1_000, maxMs: 30_000 };
/** Messages under way; a peer that answers nothing must not fill the memory. */
const outstandingMax = 64;
const segmentItemsMax = 100;
const skewMaxMs = 30_000;

/** Sends to the peer, each message by itself, trying again where that may help. */
export class Peer {
  readonly #ports: PeerPorts;
  /** Ends what waits: requests under way and pauses before the next try. */
  readonly #ends = new Set<() => void>();
  #isStopped = false;
  #outstanding = 0;
  #isReached = true;
  #isClockOff = false;

  constructor(ports: PeerPorts) {
    this.#ports = ports;
  }

  /** Whether the peer took it. Never rejects; what went wrong is in the log. */
  async deliver(message: OutgoingMessage): Promise<boolean> {
    const { log } = this.#ports;
    if (this.#outstanding >= outstandingMax) {
      log.warn({ path: message.path }, 'message to the capacity provider dropped, too many under way');
      return false;
    }
    this.#outstanding += 1;
    try {
      return await this.#tried(message);
    } finally {
      this.#outstanding -= 1;
    }
  }

  /** The same for a message with a list in it, in as many segments as it takes. The first one refused ends it. */
  async deliverList(
    message: OutgoingMessage,
    { key, items }: { readonly key: string; readonly items: readonly object[] },
  ): Promise<boolean> {
    const requestIds: string[] = [];
    const count = Math.ceil(items.length / segmentItemsMax);
    for (let index = 1; index <= count; index += 1) {
      const part = items.slice((index - 1) * segmentItemsMax, index * segmentItemsMax);
      // Later segments name the first one, by which the peer finds what belongs together.
      const correlationId = requestIds[0] ?? message.correlationId;
      const requestId = randomUUID();
      requestIds.push(requestId);
      const isTaken = await this.deliver({
        ...message,
        body: { ...message.body, [key]: part },
        requestId,
        ...(correlationId !== undefined && { correlationId }),
        ...(count > 1 && { place: { index, count } }),
      });
      if (!isTaken) return false;
    }
    return true;
  }

  /** Gives up what is under way. May be called twice. */
  stop(): void {
    this.#isStopped = true;
    for (const end of this.#ends) end();
  }

  async #tried(message: OutgoingMessage): Promise<boolean> {
    const requestId = message.requestId ?? randomUUID();
    for (let attempt = 1; !this.#isStopped; attempt += 1) {
      if (message.isCurrent?.() === false) return false;
      const outcome = await this.#attempt(message, requestId);
      if (outcome.isTaken) return true;
      if (attempt >= message.attempts || !outcome.mayHelp) return false;
      await this.#pause(attempt);
    }
    return false;
  }

  async #attempt(
    message: OutgoingMessage,
    requestId: string,
  ): Promise<{ readonly isTaken: boolean; readonly mayHelp: boolean }> {
    const { policy, tokens, log } = this.#ports;
    const given = new AbortController();
    const end = (): void => given.abort();
    this.#ends.add(end);
    const cancel = this.#ports.clock.after(timeoutMs, () => given.abort(new Error('no answer in time')));
    try {
      const access = await this.#ports.access();
      if (access === undefined) return { isTaken: false, mayHelp: false };
      await ensureOutside(access.url, policy);
      const response = await fetch(`${access.url}/${message.path}`, {
        method: message.method ?? 'POST',
        headers: headersOf(message, access, requestId),
        body: JSON.stringify(message.body),
        redirect: 'manual',
        signal: given.signal,
      });
      await response.body?.cancel();
      this.#compareClocks(response.headers.get('date'));
      if (response.ok) {
        this.#reached(true);
        return { isTaken: true, mayHelp: false };
      }
      if (response.status === 401) tokens?.forget();
      log.warn(
        { path: message.path, status: response.status, requestId },
        'message refused by the capacity provider',
      );
      const isFleeting = response.status >= 500 || [408, 429].includes(response.status);
      return { isTaken: false, mayHelp: isFleeting || (response.status === 401 && tokens !== undefined) };
    } catch (error) {
      this.#reached(false, error);
      return { isTaken: false, mayHelp: true };
    } finally {
      cancel();
      this.#ends.delete(end);
    }
  }

  /** Blocks begin and end by the peer's clock: one that is off moves every limit, and nobody else would notice. */
  #compareClocks(date: string | null): void {
    const skewMs = Date.parse(date ?? '') - this.#ports.clock.nowMs();
    if (Number.isNaN(skewMs)) return;
    const isOff = Math.abs(skewMs) > skewMaxMs;
    if (isOff === this.#isClockOff) return;
    this.#isClockOff = isOff;
    if (isOff) this.#ports.log.warn({ skewMs }, 'clock of the capacity provider differs from ours');
    else this.#ports.log.info('clock of the capacity provider agrees with ours again');
  }

  #reached(isReached: boolean, error?: unknown): void {
    if (isReached === this.#isReached || this.#isStopped) return;
    this.#isReached = isReached;
    if (isReached) this.#ports.log.info('capacity provider reached again');
    else this.#ports.log.warn({ err: error }, 'capacity provider not reached');
  }

  #pause(attempt: number): Promise<void> {
    const { clock, random } = this.#ports;
    return new Promise((resolve) => {
      const over = (): void => {
        cancel();
        this.#ends.delete(over);
        resolve();
      };
      const cancel = clock.after(spread(backOffMs(pause, attempt), random()), over);
      this.#ends.add(over);
    });
  }
}

function headersOf(message: OutgoingMessage, access: PeerAccess, requestId: string): Record<string, string> {
  const { correlationId, place } = message;
  return {
    ...access.headers,
    'content-type': 'application/json',
    authorization: access.authorization,
    'x-request-id': requestId,
    ...(correlationId !== undefined && { 'x-correlation-id': correlationId }),
    ...(place !== undefined && {
      'x-segment-index': String(place.index),
      'x-segment-count': String(place.count),
    }),
  };
}
