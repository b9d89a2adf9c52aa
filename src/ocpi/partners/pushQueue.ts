import type { Clock } from '../../control/ports.ts';
import { backOffMs, spread } from '../../domain/backOff.ts';
import type { Logger } from '../../log.ts';
import { PartnerRefusalError } from './client.ts';

export interface PushPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

interface Push {
  readonly send: () => Promise<unknown>;
  attempts: number;
}

/** What waits for one partner; past it the oldest goes, and is found again by the partner's next GET. */
const waitingMax = 5_000;
const attemptsMax = 8;
/** Requests to one partner at the same time, as long as it answers them. */
const lanesMax = 8;
const pause = { firstMs: 1_000, maxMs: 300_000 };

/**
 * What one partner is to be told: a partner that is dead or slow keeps nobody else waiting. What is told under the key of
 * something that still waits takes its place, and nothing overtakes what is told under its key. A partner that answers is
 * told more at the same time, one that does not a single thing now and then.
 */
export class PushQueue {
  readonly #partnerId: string;
  readonly #ports: PushPorts;
  readonly #waiting = new Map<string, Push>();
  /** Keys of what is being told. */
  readonly #underWay = new Set<string>();
  #lanes = 1;
  #isPaused = false;
  #isStopped = false;
  #cancelPause = (): void => undefined;

  constructor(partnerId: string, ports: PushPorts) {
    this.#partnerId = partnerId;
    this.#ports = ports;
  }

  put(key: string, send: () => Promise<unknown>): void {
    if (this.#isStopped) return;
    this.#waiting.delete(key);
    this.#waiting.set(key, { send, attempts: 0 });
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > waitingMax && oldest !== undefined) this.#waiting.delete(oldest);
    this.#begin();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Forgets what waits. May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
    this.#cancelPause();
  }

  #begin(): void {
    if (this.#isPaused) return;
    for (const [key, push] of this.#waiting) {
      if (this.#underWay.size >= this.#lanes) return;
      if (!this.#underWay.has(key)) void this.#tell(key, push);
    }
  }

  async #tell(key: string, push: Push): Promise<void> {
    this.#underWay.add(key);
    const pauseMs = await this.#attempt(key, push);
    this.#underWay.delete(key);
    if (pauseMs === undefined) {
      // Something newer may have taken its place meanwhile.
      if (this.#waiting.get(key) === push) this.#waiting.delete(key);
      this.#lanes = Math.min(lanesMax, this.#lanes + 1);
    } else {
      this.#lanes = 1;
      this.#pause(pauseMs);
    }
    this.#begin();
  }

  /** Several that fail together are one failure, and the wait is that of the first. */
  #pause(pauseMs: number): void {
    if (this.#isPaused || this.#isStopped) return;
    this.#isPaused = true;
    this.#cancelPause = this.#ports.clock.after(pauseMs, () => {
      this.#isPaused = false;
      this.#begin();
    });
  }

  /** How long to wait before it is tried again; undefined where it is done with. */
  async #attempt(key: string, push: Push): Promise<number | undefined> {
    push.attempts += 1;
    try {
      await push.send();
      return undefined;
    } catch (error) {
      if (this.#isStopped) return undefined;
      const mayHelp = !(error instanceof PartnerRefusalError) || error.isFleeting;
      const isGivenUp = !mayHelp || push.attempts >= attemptsMax;
      const fields = { err: error, partner: this.#partnerId, key, attempts: push.attempts };
      if (isGivenUp) this.#ports.log.warn(fields, 'partner could not be told, it has to ask');
      else this.#ports.log.debug(fields, 'partner could not be told yet');
      if (isGivenUp && !mayHelp) return undefined;
      if (isGivenUp) this.#waiting.delete(key);
      return spread(backOffMs(pause, push.attempts), this.#ports.random());
    }
  }
}
