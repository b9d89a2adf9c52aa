import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask, type Problem } from './request.ts';

export interface Pages<T> {
  /** Of all pages that were asked for; undefined before the first answer. */
  readonly items: ReadonlySignal<readonly T[] | undefined>;
  readonly problem: ReadonlySignal<Problem | undefined>;
  /** Asks for the next page; undefined where there is none. */
  readonly more: (() => void) | undefined;
  /** Asks for the first page, and forgets the others. */
  again(): void;
}

/** A list of the API, told page by page. */
export function usePages<T>(path: string): Pages<T> {
  const items = useSignal<readonly T[] | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const next = useSignal<string | undefined>(undefined);
  const round = useSignal(0);
  const load = async (page: string, known: readonly T[], ended?: AbortSignal): Promise<void> => {
    const answer = await ask<readonly T[]>('GET', page, undefined, ended);
    if (ended?.aborted) return;
    problem.value = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return;
    items.value = [...known, ...answer.body];
    next.value = nextIn(answer.headers);
  };
  useEffect(() => {
    const ended = new AbortController();
    void load(path, [], ended.signal);
    return () => ended.abort();
  }, [path, round.value]);
  const following = next.value;
  return {
    items,
    problem,
    more: following === undefined ? undefined : () => void load(following, items.value ?? []),
    again: () => {
      round.value += 1;
    },
  };
}

/** The next page, as `ask` wants it [RFC 8288]. */
const nextIn = (headers: Headers): string | undefined =>
  /^<\/api\/v1(.*?)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
