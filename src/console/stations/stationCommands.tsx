import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { StationBody } from '../../http/stationSchemas.ts';
import { Icon } from '../icons.tsx';
import { ask } from '../request.ts';
import type { SiteStore } from '../sites.ts';
import { Sure } from '../sure.tsx';
import { Json } from './json.tsx';
import { type AskName, askNames, askOf } from './stationAsks.ts';
import { stationWords } from './stationWords.ts';

interface CommandsProps {
  readonly site: SiteStore;
  readonly station: StationBody;
  onAnswered(): void;
}

/** What the person wants to ask. */
interface Question {
  readonly name: AskName;
  /** An EVSE, or empty for the station as a whole. */
  readonly place: string;
  readonly token: string;
}

type Said =
  | { readonly kind: 'nothing' | 'waiting' | 'token missing' }
  | { readonly kind: 'fault'; readonly text: string }
  | { readonly kind: 'answer'; readonly answer: StationAnswer };

interface StationAnswer {
  readonly outcome: 'accepted' | 'rejected';
  readonly reason: string;
  readonly data?: unknown;
}

const tokenLengthMax = 255;

/** Asks a station for something, once more where somebody would notice, and shows what it answered. */
export function StationCommands({ site, station, onAnswered }: CommandsProps): JSX.Element {
  const text = stationWords.value;
  const question = useSignal<Question>({ name: 'state', place: station.evses[0]?.id ?? '', token: '' });
  const said = useSignal<Said>({ kind: 'nothing' });
  const wanted = askOf(question.value.name);
  const isWaiting = said.value.kind === 'waiting';

  const send = async (): Promise<void> => {
    const token = question.value.token.trim();
    if (wanted.needsToken === true && (token === '' || token.length > tokenLengthMax)) {
      said.value = { kind: 'token missing' };
      document.getElementById('ask-token')?.focus();
      return;
    }
    const evse = wanted.where === 'station' ? undefined : site.evses.get(question.value.place)?.peek();
    const body = wanted.body({ evse, token });
    if (body === undefined) {
      said.value = { kind: 'fault', text: text.noSession };
      return;
    }
    said.value = { kind: 'waiting' };
    const path = `/stations/${encodeURIComponent(station.id)}/commands/${wanted.command}`;
    const told = await ask<StationAnswer>('POST', path, body);
    said.value = told.ok
      ? { kind: 'answer', answer: told.body }
      : { kind: 'fault', text: told.problem.detail };
    onAnswered();
  };

  return (
    <section class="card" aria-labelledby="ask-title">
      <h2 id="ask-title">{text.commands}</h2>
      <form
        class="fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted.isGrave !== true && !isWaiting) void send();
        }}
      >
        <Fields station={station} question={question} said={said} />
        <div class="ask-do">
          {wanted.isGrave === true ? (
            <>
              <Sure
                key={question.value.name}
                name={text.ask}
                sure={text.sure}
                keep={text.keep}
                isDisabled={isWaiting}
                onSure={() => void send()}
              />
              <span class="hint">{text.grave}</span>
            </>
          ) : (
            <button type="submit" disabled={isWaiting}>
              {text.ask}
            </button>
          )}
        </div>
      </form>
      <div role="status">
        <Answer said={said.value} />
      </div>
    </section>
  );
}

interface FieldsProps {
  readonly station: StationBody;
  readonly question: Signal<Question>;
  readonly said: Signal<Said>;
}

function Fields({ station, question, said }: FieldsProps): JSX.Element {
  const text = stationWords.value;
  const { name, place, token } = question.value;
  const { where, needsToken } = askOf(name);
  const change = (to: Partial<Question>): void => {
    question.value = { ...question.value, ...to };
    said.value = { kind: 'nothing' };
  };
  const isFaulty = said.value.kind === 'token missing';
  return (
    <>
      <label class="field">
        <span>{text.what}</span>
        <select
          value={name}
          onChange={({ currentTarget }) => {
            const chosen = askNames.find((each) => each === currentTarget.value) ?? 'state';
            const isWhole = place === '' && askOf(chosen).where === 'evse';
            change({ name: chosen, place: isWhole ? (station.evses[0]?.id ?? '') : place });
          }}
        >
          {askNames.map((each) => (
            <option key={each} value={each}>
              {text.asks[each]}
            </option>
          ))}
        </select>
      </label>
      {where !== 'station' && (
        <label class="field">
          <span>{text.where}</span>
          <select value={place} onChange={({ currentTarget }) => change({ place: currentTarget.value })}>
            {station.evses.map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
            {where === 'either' && <option value="">{text.whole}</option>}
          </select>
        </label>
      )}
      {needsToken === true && (
        <label class="field">
          <span>{text.token}</span>
          <input
            id="ask-token"
            autocomplete="off"
            value={token}
            aria-invalid={isFaulty}
            aria-describedby={isFaulty ? 'ask-token-fault' : undefined}
            onInput={({ currentTarget }) => change({ token: currentTarget.value })}
          />
          {isFaulty && (
            <span class="fault" id="ask-token-fault">
              {text.tokenFault}
            </span>
          )}
        </label>
      )}
    </>
  );
}

function Answer({ said }: { readonly said: Said }): JSX.Element | null {
  const text = stationWords.value;
  switch (said.kind) {
    case 'nothing':
    case 'token missing':
      return null;
    case 'waiting':
      return <p class="quiet">{text.waiting}</p>;
    case 'fault':
      return (
        <p class="fault">
          <Icon name="attention" /> {said.text}
        </p>
      );
    case 'answer': {
      const { outcome, reason, data } = said.answer;
      return (
        <>
          <p class={`answer is-${outcome}`}>
            <Icon name={outcome === 'accepted' ? 'normal' : 'attention'} /> {text.outcomes[outcome]}: {reason}
          </p>
          {data !== undefined && <Json value={data} />}
        </>
      );
    }
    default:
      return said satisfies never;
  }
}
