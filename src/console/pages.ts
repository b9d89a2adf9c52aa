import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { repeatedly } from './asked.ts';
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

interface Loading<T> {
  /** Of the pages before. */
  readonly known: readonly T[];
  /** So many are shown: the pages after are asked for too until there are as many again. */
  readonly least: number;
  readonly ended?: AbortSignal | undefined;
}

/** A list of the API, told page by page; with `everyMs` all that is shown is asked for again and again. */
export function usePages<T>(path: string, everyMs?: number): Pages<T> {
  const items = useSignal<readonly T[] | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const next = useSignal<string | undefined>(undefined);
  const round = useSignal(0);
  const load = async (page: string, { known, least, ended }: Loading<T>): Promise<void> => {
    const answer = await ask<readonly T[]>('GET', page, undefined, ended);
    if (ended?.aborted) return;
    problem.value = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return;
    const told = [...known, ...answer.body];
    const following = nextIn(answer.headers);
    if (following !== undefined && told.length < least) return load(following, { known: told, least, ended });
    items.value = told;
    next.value = following;
  };
  useEffect(() => {
    let least = 0;
    return repeatedly(everyMs, async (ended) => {
      await load(path, { known: [], least, ended });
      least = items.value?.length ?? 0;
    });
  }, [path, everyMs, round.value]);
  const following = next.value;
  return {
    items,
    problem,
    more:
      following === undefined
        ? undefined
        : () => void load(following, { known: items.value ?? [], least: 0 }),
    again: () => {
      round.value += 1;
    },
  };
}

/** The next page, as `ask` wants it [RFC 8288]. */
const nextIn = (headers: Headers): string | undefined =>
  /^<\/api\/v1(.*?)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
