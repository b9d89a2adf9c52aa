import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, type Problem } from './request.ts';

export interface Asked<T> {
  /** The last good answer: a failure leaves it, and the page says that it is old. */
  readonly body: ReadonlySignal<T | undefined>;
  readonly problem: ReadonlySignal<Problem | undefined>;
  /** Asks at once. */
  again(): void;
}

/** What the API tells at a path, asked again and again as long as the component is there. */
export function useAsked<T>(path: string, everyMs: number): Asked<T> {
  const body = useSignal<T | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const round = useSignal(0);
  useEffect(() => {
    return repeatedly(everyMs, async (ended) => {
      const answer = await ask<T>('GET', path, undefined, ended);
      if (ended.aborted) return;
      problem.value = answer.ok ? undefined : answer.problem;
      if (answer.ok) body.value = answer.body;
    });
  }, [path, everyMs, round.value]);
  return {
    body,
    problem,
    again: () => {
      round.value += 1;
    },
  };
}

/** Acts at once and then so long after it last did, if at all, until what is returned is called. */
export function repeatedly(
  everyMs: number | undefined,
  act: (ended: AbortSignal) => Promise<void>,
): () => void {
  const ended = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const go = async (): Promise<void> => {
    await act(ended.signal);
    if (everyMs !== undefined && !ended.signal.aborted) timer = setTimeout(() => void go(), everyMs);
  };
  void go();
  return () => {
    ended.abort();
    clearTimeout(timer);
  };
}
