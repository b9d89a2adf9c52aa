import type { Clock } from '../../control/ports.ts';
import { type BackOff, backOffMs, spread } from '../../domain/backOff.ts';
import { every } from '../../domain/every.ts';

export interface TurnsPorts<Asked> {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Who can be asked now, by a key that stays the same. */
  all(): ReadonlyMap<string, Asked>;
  /** Rejects where it has to be asked again soon. */
  ask(asked: Asked): Promise<void>;
  /** It could not be asked, for the how manieth time in a row. */
  onFailure(asked: Asked, error: unknown, failures: number): void;
}

export interface TurnsOptions {
  /** Who has come, and who could not be asked, is found this often. */
  readonly sweepMs: number;
  /** Who was asked is asked again after this. */
  readonly askEveryMs: number;
  /** Who could not be asked is asked again after this. */
  readonly again: BackOff;
}

/** Asked at the same time. */
const underWayMax = 8;

interface Turn {
  /** On our monotonic clock. */
  readonly dueAtMs: number;
  readonly failures: number;
}

/** Asks everybody in turn, from time to time; whoever cannot be asked sooner, and later after each failure. */
export class Turns<Asked> {
  readonly #ports: TurnsPorts<Asked>;
  readonly #options: TurnsOptions;
  readonly #turns = new Map<string, Turn>();
  readonly #underWay = new Map<string, Promise<void>>();
  #stopSweeping = (): void => undefined;
  #isStopped = false;

  constructor(ports: TurnsPorts<Asked>, options: TurnsOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** Asks whoever is due, now and from then on. */
  start(): void {
    if (this.#isStopped) return;
    this.#sweep();
    this.#stopSweeping = every(this.#ports.clock, this.#options.sweepMs, () => this.#sweep());
  }

  /** It is asked with the next sweep. */
  doubt(key: string): void {
    this.#turns.delete(key);
  }

  /** Resolves when what is under way is done with. May be called twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopSweeping();
    await Promise.all(this.#underWay.values());
  }

  #sweep(): void {
    const all = this.#ports.all();
    const nowMs = this.#ports.clock.monotonicMs();
    for (const key of this.#turns.keys()) if (!all.has(key)) this.#turns.delete(key);
    for (const [key, asked] of all) {
      const isDue = nowMs >= (this.#turns.get(key)?.dueAtMs ?? Number.NEGATIVE_INFINITY);
      if (isDue && !this.#underWay.has(key) && this.#underWay.size < underWayMax)
        this.#underWay.set(key, this.#ask(key, asked));
    }
  }

  /** Never rejects. */
  async #ask(key: string, asked: Asked): Promise<void> {
    const { clock, ask, onFailure, random } = this.#ports;
    const { askEveryMs, again } = this.#options;
    let [pauseMs, failures] = [askEveryMs, 0];
    try {
      await ask(asked);
    } catch (error) {
      failures = (this.#turns.get(key)?.failures ?? 0) + 1;
      pauseMs = spread(backOffMs(again, failures), random());
      if (!this.#isStopped) onFailure(asked, error, failures);
    }
    this.#turns.set(key, { dueAtMs: clock.monotonicMs() + pauseMs, failures });
    this.#underWay.delete(key);
  }
}
