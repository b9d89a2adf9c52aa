import type { JSX } from 'preact';
import { FieldHead, hintOf } from './fieldHead.tsx';

interface TextFieldProps {
  /** Unlike any other on the page. */
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'password' | 'datetime-local' | 'search';
  readonly autocomplete: string;
  readonly value?: string;
  readonly hint?: string;
  readonly inputMode?: 'decimal' | 'numeric' | 'url';
  /** Ids of what to choose from. */
  readonly list?: string;
  onInput?(event: JSX.TargetedInputEvent<HTMLInputElement>): void;
  /** What is wrong with what was typed. */
  readonly fault: string | undefined;
}

/** An input with its label, and what is wrong with it where it is wrong. */
export function TextField({ id, label, hint, fault, ...input }: TextFieldProps): JSX.Element {
  const described = [hint && hintOf(id), fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <FieldHead id={id} label={label} hint={hint} />
      <input
        {...input}
        id={id}
        maxLength={255}
        autoCapitalize="none"
        spellcheck={false}
        aria-invalid={fault !== undefined}
        aria-describedby={described || undefined}
      />
      {fault !== undefined && (
        <span class="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
    </div>
  );
}
