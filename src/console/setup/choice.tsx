import type { JSX } from 'preact';
import { FieldHead, hintOf } from '../fieldHead.tsx';

interface ChoiceProps<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, name: string])[];
  readonly hint?: string;
  onChoose(value: T): void;
}

/** One of several. */
export function Choice<T extends string>(props: ChoiceProps<T>): JSX.Element {
  const { id, label, value, options, hint, onChoose } = props;
  return (
    <div class="field">
      <FieldHead id={id} label={label} hint={hint} />
      <select
        id={id}
        value={value}
        aria-describedby={hint === undefined ? undefined : hintOf(id)}
        onChange={({ currentTarget }) => {
          const chosen = options.find(([each]) => each === currentTarget.value);
          if (chosen !== undefined) onChoose(chosen[0]);
        }}
      >
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
