import type { JSX } from 'preact';
import type { LoggedMessageBody } from '../../http/stationSchemas.ts';
import { clockSeconds } from '../format.ts';
import type { Exchange } from './exchanges.ts';
import { Json } from './json.tsx';
import { messageWords } from './messageWords.ts';

interface RowProps {
  readonly exchange: Exchange;
  readonly timeZone: string;
}

/** A call and what became of it, in a line; both as they were when it is opened. */
export function MessageRow({ exchange: { first, answer }, timeZone }: RowProps): JSX.Element {
  const text = messageWords.value;
  const { action, kind, at, isSent, messageId } = first;
  const outcome = outcomeOf(first, answer);
  return (
    <li>
      <details>
        <summary>
          <time dateTime={at}>{clockSeconds(Date.parse(at), timeZone)}</time>
          <span class="message-way">
            <span aria-hidden="true">{isSent ? '→' : '←'}</span> {isSent ? text.sent : text.received}
          </span>
          <strong>{action ?? (kind === 'malformed' ? text.malformed : text.answerAlone)}</strong>
          <span class={outcome.isBad ? 'fact is-warning' : 'hint'}>{outcome.text}</span>
        </summary>
        <Content message={first} />
        {answer !== undefined && (
          <>
            <p class="hint">{text.answer}</p>
            <Content message={answer} />
          </>
        )}
        {messageId !== null && <p class="hint">{text.messageId(messageId)}</p>}
      </details>
    </li>
  );
}

function Content({ message }: { readonly message: LoggedMessageBody }): JSX.Element {
  const text = messageWords.value;
  const { error, isCut, length, kind, payload } = message;
  if (error !== null) {
    const told = [error.code, error.description].filter(Boolean).join(': ');
    return <p>{kind === 'malformed' ? `${told} (${text.size(length)})` : told}</p>;
  }
  return isCut ? <p class="hint">{text.cut(text.size(length))}</p> : <Json value={payload} />;
}

interface Outcome {
  readonly text: string;
  readonly isBad: boolean;
}

function outcomeOf(first: LoggedMessageBody, answer: LoggedMessageBody | undefined): Outcome {
  const text = messageWords.value;
  if (first.error !== null) return { text: first.error.code, isBad: true };
  if (first.kind !== 'call') return { text: '', isBad: false };
  if (answer === undefined) return { text: text.unanswered, isBad: true };
  const latencyMs = answer.latencyMs ?? 0;
  return answer.error === null
    ? { text: text.answered(latencyMs), isBad: false }
    : { text: text.failed(answer.error.code, latencyMs), isBad: true };
}
