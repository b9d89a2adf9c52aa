import type { JSX } from 'preact';
import type { CommandBody } from '../../http/stationSchemas.ts';
import { moment } from '../format.ts';
import { minuteMs } from '../live.ts';
import type { Problem } from '../request.ts';
import { Json } from './json.tsx';
import { stationWords } from './stationWords.ts';

interface LogProps {
  readonly log: readonly CommandBody[] | undefined;
  readonly problem: Problem | undefined;
  readonly timeZone: string;
}

/** Who asked a station for what, and what it answered, the newest first. */
export function CommandLog({ log, problem, timeZone }: LogProps): JSX.Element {
  const text = stationWords.value;
  // The API says its words in a text, so that a new one does not break a client.
  const outcome = (word: string | null): string =>
    word === null ? text.pending : (text.outcomes[word as keyof typeof text.outcomes] ?? word);
  return (
    <section class="card" aria-labelledby="log-title">
      <h2 id="log-title">{text.log}</h2>
      {problem !== undefined && <p class="fault">{problem.detail}</p>}
      {log?.length === 0 && <p class="quiet">{text.logNone}</p>}
      <ul class="entries">
        {log?.map((record) => (
          <li key={record.sequence}>
            <span class="entry-what">
              <strong>{record.command}</strong>{' '}
              <span class={isGood(record.outcome) ? 'fact' : 'fact is-warning'}>
                {outcome(record.outcome)}
              </span>
            </span>
            <span class="entry-when">
              {moment(Date.parse(record.at), timeZone, minuteMs.value)} {text.logBy(record.actor)}
            </span>
            <details>
              <summary>{text.details}</summary>
              <Json value={{ request: record.request, answer: record.answer }} />
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

const isGood = (outcome: string | null): boolean => outcome === 'accepted' || outcome === 'answered';
