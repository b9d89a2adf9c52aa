import type { Clock } from '../../control/ports.ts';
import { backOffMs, spread } from '../../domain/backOff.ts';
import type { Logger } from '../../log.ts';
import { PartnerRefusalError } from './client.ts';

export interface PushPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** What all partners together may be told at the same time, beside the one thing that each of them always may. */
  readonly spare: SpareLanes;
}

export interface SpareLanes {
  left: number;
}

/** What a partner is told; `isUrgent`: before all that is not. */
export interface Telling {
  readonly send: () => Promise<unknown>;
  readonly isUrgent?: boolean;
}

interface Push extends Telling {
  readonly key: string;
  attempts: number;
}

/** What waits for one partner; past it the oldest goes, and is found again by the partner's next GET. */
const waitingMax = 5_000;
const attemptsMax = 8;
/** Requests to one partner at the same time, as long as it answers them: one is answered in 10 to 100 ms. */
const lanesMax = 32;
const pause = { firstMs: 1_000, maxMs: 300_000 };

/**
 * What one partner is to be told: a partner that is dead or slow keeps nobody else waiting. What is told under the key of
 * something that still waits takes its place, and nothing overtakes what is told under its key. A partner that answers is
 * told more at the same time, one that does not a single thing now and then. What it alone will not take is kept back alone.
 */
export class PushQueue {
  readonly #partnerId: string;
  readonly #ports: PushPorts;
  readonly #urgent = new Map<string, Push>();
  readonly #usual = new Map<string, Push>();
  /** Keys of what is being told. */
  readonly #underWay = new Set<string>();
  /** By key, how to end its wait. */
  readonly #keptBack = new Map<string, () => void>();
  /** One after the other, without anything that was answered between them. */
  #failures = 0;
  #lanes = 1;
  #isPaused = false;
  #isStopped = false;
  #cancelPause = (): void => undefined;

  constructor(partnerId: string, ports: PushPorts) {
    this.#partnerId = partnerId;
    this.#ports = ports;
  }

  put(key: string, telling: Telling): void {
    if (this.#isStopped) return;
    this.#forget(key);
    this.#shelf(telling).set(key, { ...telling, key, attempts: 0 });
    const [oldest] = (this.#usual.size > 0 ? this.#usual : this.#urgent).keys();
    if (this.waiting > waitingMax && oldest !== undefined) this.#forget(oldest);
    this.#begin();
  }

  get waiting(): number {
    return this.#urgent.size + this.#usual.size;
  }

  /** Forgets what waits. May be called twice. */
  stop(): void {
    this.#isStopped = true;
    for (const key of [...this.#urgent.keys(), ...this.#usual.keys()]) this.#forget(key);
    this.#cancelPause();
  }

  #shelf({ isUrgent = false }: Telling): Map<string, Push> {
    return isUrgent ? this.#urgent : this.#usual;
  }

  #forget(key: string): void {
    this.#urgent.delete(key);
    this.#usual.delete(key);
    this.#keptBack.get(key)?.();
    this.#keptBack.delete(key);
  }

  #begin(): void {
    this.#beginFrom(this.#urgent);
    this.#beginFrom(this.#usual);
  }

  #beginFrom(shelf: ReadonlyMap<string, Push>): void {
    for (const push of shelf.values()) {
      const laneCount = this.#underWay.size;
      if (this.#isPaused || laneCount >= this.#lanes) return;
      if (laneCount > 0 && this.#ports.spare.left === 0) return;
      if (!this.#underWay.has(push.key) && !this.#keptBack.has(push.key)) void this.#tell(push);
    }
  }

  async #tell(push: Push): Promise<void> {
    const { key } = push;
    const { spare } = this.#ports;
    const lent = this.#underWay.size > 0 ? 1 : 0;
    spare.left -= lent;
    this.#underWay.add(key);
    const failure = await this.#failureOf(push);
    this.#underWay.delete(key);
    spare.left += lent;
    if (failure === undefined) {
      this.#failures = 0;
      this.#lanes = Math.min(lanesMax, this.#lanes + 1);
    }
    const isDone = failure === undefined || push.attempts >= attemptsMax;
    // Something newer may have taken its place meanwhile.
    if (isDone && this.#shelf(push).get(key) === push) this.#forget(key);
    if (failure !== undefined) this.#wait(push, failure);
    this.#begin();
  }

  /** What keeps it from being told; undefined where the partner took it or never will. */
  async #failureOf(push: Push): Promise<{ readonly error: unknown } | undefined> {
    push.attempts += 1;
    try {
      await push.send();
      return undefined;
    } catch (error) {
      if (this.#isStopped) return undefined;
      const mayHelp = !(error instanceof PartnerRefusalError) || error.isFleeting;
      const isGivenUp = !mayHelp || push.attempts >= attemptsMax;
      const fields = { err: error, partner: this.#partnerId, key: push.key, attempts: push.attempts };
      if (isGivenUp) this.#ports.log.warn(fields, 'partner could not be told, it has to ask');
      else this.#ports.log.debug(fields, 'partner could not be told yet');
      return mayHelp ? { error } : undefined;
    }
  }

  /** Several that fail together are one failure, and the wait is that of the first. */
  #wait({ key, attempts }: Push, { error }: { readonly error: unknown }): void {
    if (this.#isStopped) return;
    this.#failures += 1;
    this.#lanes = 1;
    const waitMs = spread(backOffMs(pause, attempts), this.#ports.random());
    const { clock } = this.#ports;
    // It answers, and answered whatever was told before this: that may be about this alone.
    if (error instanceof PartnerRefusalError && this.#failures === 1) {
      this.#keptBack.get(key)?.();
      const goOn = (): void => {
        this.#keptBack.delete(key);
        this.#begin();
      };
      this.#keptBack.set(key, clock.after(waitMs, goOn));
    } else if (!this.#isPaused) {
      this.#isPaused = true;
      this.#cancelPause = clock.after(waitMs, () => {
        this.#isPaused = false;
        this.#begin();
      });
    }
  }
}
