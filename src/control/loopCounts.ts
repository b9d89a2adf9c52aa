import type { EvseId } from '../domain/ids.ts';
import type { TickResult } from './controlLoop.ts';
import type { CommandAnswer } from './ports.ts';

/** Times to an answer that are counted apart, in seconds. */
export const answerBoundsS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** How a loop and its commands did since the start. Instants are monotonic. */
export interface LoopCounts {
  follow(result: Pick<TickResult, 'sent' | 'refused'>, nowMs: number): void;
  answered(answer: CommandAnswer, nowMs: number): void;
  /** Ticks that came later than twice the pace. */
  readonly overdue: number;
  /** Raises that the validator kept back. */
  readonly refusedRaises: number;
  readonly outcomes: ReadonlyMap<CommandAnswer['outcome'], number>;
  /** Of the answers that a station gave: how many came within each of `answerBoundsS`, how many at all, and their times together. */
  readonly answers: { readonly within: readonly number[]; readonly count: number; readonly sumS: number };
}

/** Counts what passes by. One command an EVSE is in flight, so that what is remembered is bounded by the config. */
export function loopCounts(tickMs: number): LoopCounts {
  const inFlight = new Map<EvseId, { readonly sequence: number; readonly sentAtMs: number }>();
  const outcomes = new Map<CommandAnswer['outcome'], number>([
    ['accepted', 0],
    ['rejected', 0],
    ['timed-out', 0],
    ['unsent', 0],
  ]);
  const within = answerBoundsS.map(() => 0);
  let [count, sumS, overdue, refusedRaises] = [0, 0, 0, 0];
  let lastTickMs: number | undefined;
  return {
    follow({ sent, refused }, nowMs) {
      if (lastTickMs !== undefined && nowMs - lastTickMs > 2 * tickMs) overdue += 1;
      lastTickMs = nowMs;
      refusedRaises += refused.length;
      for (const { command } of sent) inFlight.set(command.evseId, command);
    },
    answered({ evseId, sequence, outcome }, nowMs) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const command = inFlight.get(evseId);
      if (command?.sequence !== sequence) return;
      inFlight.delete(evseId);
      if (outcome !== 'accepted' && outcome !== 'rejected') return;
      const tookS = (nowMs - command.sentAtMs) / 1000;
      count += 1;
      sumS += tookS;
      answerBoundsS.forEach((boundS, index) => {
        if (tookS <= boundS) within[index] = (within[index] ?? 0) + 1;
      });
    },
    get overdue() {
      return overdue;
    },
    get refusedRaises() {
      return refusedRaises;
    },
    outcomes,
    get answers() {
      return { within, count, sumS };
    },
  };
}
