import type { Clock } from '../control/ports.ts';
import type { Logger } from '../log.ts';

/** Something that a grid operator may ask about years later. */
export interface Evidence {
  readonly atMs: number;
  readonly kind: EvidenceKind;
  readonly connectionId: string;
  readonly node: string | undefined;
  readonly externalId: string | undefined;
  readonly body: unknown;
}

/**
 * `heard`: a message, with what was made of it. `acknowledged`: the sender was told. `phase`: a connection fell silent
 * or came back. `progress`: a step of the load towards a limit. `curtailment`: all of it, once it is over. `minute`:
 * the mean of a minute at a target.
 */
export type EvidenceKind = 'heard' | 'acknowledged' | 'phase' | 'progress' | 'curtailment' | 'minute';

/** Evidence that nobody waits for, on its way to the store, in its order. */
export interface EvidenceQueue {
  put(entry: Evidence): void;
  /** Entries that were lost because the store took none for too long. */
  readonly lost: number;
  /** Writes what waits, once. May be called twice. */
  stop(): Promise<void>;
}

export interface EvidenceQueuePorts {
  readonly clock: Clock;
  readonly log: Logger;
  append(entries: readonly Evidence[]): Promise<void>;
}

const waitingMax = 20_000;
const batchMax = 500;
const flushMs = 500;
const retryMs = 5_000;

export function evidenceQueue({ clock, log, append }: EvidenceQueuePorts): EvidenceQueue {
  let waiting: Evidence[] = [];
  let lost = 0;
  let isFailing = false;
  let flushing: Promise<void> | undefined;
  let cancel: (() => void) | undefined;

  const flush = async (): Promise<void> => {
    const batch = waiting.slice(0, batchMax);
    if (batch.length === 0) return;
    try {
      await append(batch);
      waiting = waiting.slice(batch.length);
      if (isFailing) log.info({ lost }, 'evidence is kept again');
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.error({ err: error, waiting: waiting.length }, 'evidence cannot be kept, it waits');
      isFailing = true;
    }
  };
  const schedule = (): void => {
    if (cancel !== undefined || flushing !== undefined) return;
    cancel = clock.after(isFailing ? retryMs : flushMs, () => {
      cancel = undefined;
      flushing = flush().finally(() => {
        flushing = undefined;
        if (waiting.length > 0) schedule();
      });
    });
  };

  return {
    put(entry) {
      if (waiting.length >= waitingMax) {
        if (lost === 0) log.error({ waiting: waiting.length }, 'evidence is lost, more may follow');
        lost += 1;
        return;
      }
      waiting.push(entry);
      schedule();
    },
    get lost() {
      return lost;
    },
    async stop() {
      cancel?.();
      await flushing;
      cancel?.();
      while (waiting.length > 0) {
        const before = waiting.length;
        await flush();
        if (waiting.length === before) return;
      }
    },
  };
}
