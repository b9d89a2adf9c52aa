import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { words } from './language.ts';
import { reconnect } from './live.ts';
import { key, useKey } from './request.ts';

/** Asks for an API key where the service has any. */
export function Locked(): JSX.Element {
  const text = words.value.locked;
  const typed = useSignal('');
  const wasRefused = key.value !== '';
  return (
    <form
      class="card locked"
      onSubmit={(event) => {
        event.preventDefault();
        useKey(typed.value.trim());
        reconnect();
      }}
    >
      <h1>{text.title}</h1>
      <p>{text.hint}</p>
      <label class="field">
        <span>{text.key}</span>
        <input
          type="password"
          autocomplete="current-password"
          required
          value={typed.value}
          aria-invalid={wasRefused}
          aria-describedby={wasRefused ? 'key-fault' : undefined}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
        {wasRefused && (
          <span class="fault" id="key-fault">
            {text.refused}
          </span>
        )}
      </label>
      <button type="submit" class="primary">
        {text.open}
      </button>
    </form>
  );
}
