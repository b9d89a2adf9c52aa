import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { LoggedMessageBody } from '../../http/stationSchemas.ts';
import { repeatedly } from '../asked.ts';
import { download } from '../download.ts';
import { ask, type Problem } from '../request.ts';
import { SearchField } from '../searchField.tsx';
import { type Exchange, exchangesIn, fits, isRoutine, linesOf } from './exchanges.ts';
import { MessageRow } from './messageRow.tsx';
import { messageWords } from './messageWords.ts';

const everyMs = 2_000;
/** The most that the server tells at once. */
const keptMax = 500;
/** More rows than anybody reads make every new one slow. */
const shownMax = 100;

interface LogProps {
  readonly id: string;
  readonly timeZone: string;
}

/** What a station says and is told over OCPP, live, the newest first. */
export function MessageLog({ id, timeZone }: LogProps): JSX.Element {
  const text = messageWords.value;
  const isPaused = useSignal(false);
  const typed = useSignal('');
  const isBrief = useSignal(false);
  const { messages, problem } = useMessages(id, isPaused);
  const all = exchangesIn(messages.value ?? []);
  const found = all.filter((each) => !(isBrief.value && isRoutine(each)) && fits(each, typed.value.trim()));
  return (
    <section class="card" aria-labelledby="messages-title">
      <h2 id="messages-title">{text.title}</h2>
      <p class="hint">{text.hint}</p>
      <div class="message-tools">
        <SearchField label={text.find} typed={typed} />
        <label class="check">
          <input type="checkbox" checked={isBrief.value} onChange={() => toggle(isBrief)} />
          {text.hideRoutine}
        </label>
        <button type="button" aria-pressed={isPaused.value} onClick={() => toggle(isPaused)}>
          {text.pause}
        </button>
        <button type="button" disabled={found.length === 0} onClick={() => save(id, found)}>
          {text.save}
        </button>
      </div>
      {problem.value !== undefined && <p class="fault">{problem.value.detail}</p>}
      {messages.value !== undefined && found.length === 0 && (
        <p class="quiet">{all.length === 0 ? text.none : text.noneFits}</p>
      )}
      <ol class="messages">
        {found.slice(0, shownMax).map((exchange) => (
          <MessageRow key={exchange.first.sequence} exchange={exchange} timeZone={timeZone} />
        ))}
      </ol>
      {found.length > shownMax && <p class="hint">{text.more(found.length - shownMax)}</p>}
    </section>
  );
}

const toggle = (is: Signal<boolean>): void => {
  is.value = !is.value;
};

function save(id: string, exchanges: readonly Exchange[]): void {
  const instant = new Date().toISOString().replaceAll(':', '');
  const lines = new Blob([linesOf(exchanges)], { type: 'application/x-ndjson' });
  download(`${id}-ocpp-${instant}.jsonl`, lines);
}

interface Messages {
  /** The newest first; undefined before the first answer. */
  readonly messages: ReadonlySignal<readonly LoggedMessageBody[] | undefined>;
  readonly problem: ReadonlySignal<Problem | undefined>;
}

/** Those that are kept, and what is new as long as nobody pauses it. */
function useMessages(id: string, isPaused: ReadonlySignal<boolean>): Messages {
  const messages = useSignal<readonly LoggedMessageBody[] | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  useEffect(() => {
    if (isPaused.value) return undefined;
    return repeatedly(everyMs, async (ended) => {
      const known = messages.peek() ?? [];
      const after = known[0] === undefined ? '' : `&after=${known[0].sequence}`;
      const path = `/stations/${encodeURIComponent(id)}/messages?count=${keptMax}${after}`;
      const answer = await ask<readonly LoggedMessageBody[]>('GET', path, undefined, ended);
      if (ended.aborted) return;
      problem.value = answer.ok ? undefined : answer.problem;
      if (answer.ok) messages.value = [...answer.body, ...known].slice(0, keptMax);
    });
  }, [id, isPaused.value]);
  return { messages, problem };
}
