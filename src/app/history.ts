import type { LoadedConfig } from '../config/config.ts';
import type { Clock } from '../control/ports.ts';
import type { ViewBoard } from '../control/viewBoard.ts';
import type { Figure } from '../http/ports.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/openStore.ts';
import { MinuteBook } from '../timeseries/minuteBook.ts';
import type { Running } from './app.ts';

const dayMs = 86_400_000;
/** Until the first look for what is too old, and while there may be more of it. */
const pruneAgainMs = 60_000;

interface HistoryNeeds {
  readonly board: ViewBoard;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Keeps every minute in the database for as long as the config says. */
export function startHistory(
  { config }: LoadedConfig,
  { board, store, clock, log }: HistoryNeeds,
): { stop(): void } {
  const book = new MinuteBook();
  const unfollow = board.onView((view) => store.keepMinutes(book.follow(view)));
  let cancel = (): void => {};
  const next = (delayMs: number): void => {
    cancel = clock.after(delayMs, () => {
      store.pruneHistory(clock.nowMs() - config.history.keepDays * dayMs).then(
        (hours) => next(hours > 0 ? pruneAgainMs : dayMs),
        (error: unknown) => {
          log.warn({ err: error }, 'history that is too old could not be removed, tomorrow again');
          next(dayMs);
        },
      );
    });
  };
  next(pruneAgainMs);
  return {
    stop() {
      unfollow();
      cancel();
    },
  };
}

export function historyFigures({ store }: Running): readonly Figure[] {
  const { waiting, lost } = store.historyQueue();
  return [
    {
      name: 'history_waiting',
      help: 'Minutes waiting for the database',
      kind: 'gauge',
      samples: [{ labels: {}, value: waiting }],
    },
    {
      name: 'history_lost_total',
      help: 'Minutes that the database will never get',
      kind: 'counter',
      samples: [{ labels: {}, value: lost }],
    },
  ];
}
