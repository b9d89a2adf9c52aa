import type { JSX } from 'preact';
import type { StationSummaryBody } from '../../http/stationSchemas.ts';
import { useAsked } from '../asked.ts';
import { amps, typedNumber } from '../format.ts';
import { Icon } from '../icons.tsx';
import { draft } from './draft.ts';
import { written } from './progress.ts';
import { setupWords } from './setupWords.ts';

const everyMs = 1_000;

/** The service runs: what to enter at each station, and whether it is there. */
export function ConnectStep(): JSX.Element {
  const text = setupWords.value;
  // Of the service, which answers on the same address as soon as it runs.
  const { body: seen, problem } = useAsked<readonly StationSummaryBody[]>('/stations', everyMs);
  const isRunning = seen.value !== undefined;
  return (
    <section class="card setup-step" aria-labelledby="step-title">
      <h2 id="step-title" tabIndex={-1}>
        {text.connectTitle}
      </h2>
      <p role="status">
        {isRunning ? (
          <>
            <Icon name="normal" /> <strong>{text.running}</strong>{' '}
            {text.under(amps(typedNumber(draft.value.breakerAmps) ?? 0))}
          </>
        ) : (
          text.starting
        )}
      </p>
      {!isRunning && problem.value !== undefined && <p class="hint">{text.slow}</p>}
      <p class="hint">{text.connectHint}</p>
      <p>
        <strong>{text.once}</strong>
      </p>
      <ul class="setup-stations">
        {(written.value?.stations ?? []).map((station) => (
          <Station
            key={station.id}
            station={station}
            isOnline={seen.value?.some(({ id, isOnline }) => id === station.id && isOnline) ?? false}
          />
        ))}
      </ul>
      {isRunning && (
        <>
          <p class="hint">{text.openHint}</p>
          <div class="actions">
            <a class="button primary" href="./">
              {text.open}
            </a>
          </div>
        </>
      )}
    </section>
  );
}

interface StationProps {
  readonly station: { readonly id: string; readonly url: string; readonly password: string };
  readonly isOnline: boolean;
}

function Station({ station: { id, url, password }, isOnline }: StationProps): JSX.Element {
  const text = setupWords.value;
  return (
    <li>
      <h3>{id}</h3>
      <p role="status" class={isOnline ? 'is-there' : undefined}>
        <Icon name={isOnline ? 'normal' : 'starting'} /> {isOnline ? text.there : text.awaiting}
      </p>
      <dl class="invitation">
        <dt>{text.ocppUrl}</dt>
        <dd>
          <code>{url}</code>
        </dd>
        <dt>{text.ocppId}</dt>
        <dd>
          <code>{id}</code>
        </dd>
        <dt>{text.ocppPassword}</dt>
        <dd>
          <code>{password}</code>
        </dd>
      </dl>
    </li>
  );
}
