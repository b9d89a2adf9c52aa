import type { Clock } from '../control/ports.ts';
import type { Logger } from '../log.ts';

const quietMs = 60_000;

/** Something wrong with a message. `kind` is constant for one sort of fault, `why` may hold the values. */
interface Fault {
  readonly kind: string;
  readonly why: string;
}

interface Episode {
  isOpen: boolean;
  isTold: boolean;
  toldAtMs: number;
  /** Faults of this kind that the log was not told of. */
  untoldCount: number;
}

/**
 * Tells the log when a kind of fault of one topic begins and when it is over, each kind at most once a minute.
 * A meter that sends rubbish every second is two lines and a count.
 */
export class FaultLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #episodes = new Map<string, Episode>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Takes all faults of one message; none says that the message was good. */
  heard(faults: readonly Fault[]): void {
    for (const fault of faults) this.#began(fault);
    if (this.#episodes.size === 0) return;
    const kinds = new Set(faults.map(({ kind }) => kind));
    for (const [kind, episode] of this.#episodes) {
      if (episode.isOpen && !kinds.has(kind)) this.#ended(kind, episode);
    }
  }

  #began({ kind, why }: Fault): void {
    const nowMs = this.#clock.monotonicMs();
    const episode = this.#episodes.get(kind);
    if (episode !== undefined && (episode.isOpen || nowMs - episode.toldAtMs < quietMs)) {
      episode.isOpen = true;
      episode.untoldCount += 1;
      return;
    }
    this.#episodes.set(kind, { isOpen: true, isTold: true, toldAtMs: nowMs, untoldCount: 0 });
    this.#log.warn({ kind, why, untoldCount: episode?.untoldCount ?? 0 }, 'MQTT payload refused');
  }

  #ended(kind: string, episode: Episode): void {
    episode.isOpen = false;
    if (!episode.isTold) return;
    this.#log.info({ kind, refusedCount: episode.untoldCount + 1 }, 'MQTT payload fits again');
    episode.isTold = false;
    episode.untoldCount = 0;
  }
}
