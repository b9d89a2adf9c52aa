import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';

interface SearchProps {
  readonly label: string;
  readonly typed: Signal<string>;
}

/** Narrows a list while one types. */
export const SearchField = ({ label, typed }: SearchProps): JSX.Element => (
  <label>
    <span class="unseen">{label}</span>
    <input
      type="search"
      placeholder={label}
      value={typed.value}
      onInput={({ currentTarget }) => {
        typed.value = currentTarget.value;
      }}
    />
  </label>
);
