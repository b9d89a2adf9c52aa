import type { JSX } from 'preact';

interface FieldHeadProps {
  /** Of the input. */
  readonly id: string;
  readonly label: string;
  readonly hint: string | undefined;
}

export const hintOf = (id: string): string => `${id}-hint`;

/** What an input is for, and what helps to fill it in: it points at the hint with `hintOf`. */
export const FieldHead = ({ id, label, hint }: FieldHeadProps): JSX.Element => (
  <>
    <label htmlFor={id}>{label}</label>
    {hint !== undefined && (
      <span class="hint" id={hintOf(id)}>
        {hint}
      </span>
    )}
  </>
);
