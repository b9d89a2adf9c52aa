import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface SureProps {
  /** On the button that begins it. */
  readonly name: string;
  /** What it is about, for whoever does not see where the button stands. */
  readonly about?: string;
  /** On the button that does it. */
  readonly sure: string;
  /** On the button that leaves all as it is. */
  readonly keep: string;
  readonly isDisabled?: boolean;
  onSure(): void;
}

/** A button that asks once more before it does what cannot be taken back. The keyboard's focus follows. */
export function Sure({ name, about, sure, keep, isDisabled = false, onSure }: SureProps): JSX.Element {
  const isAsking = useSignal(false);
  const place = useRef<HTMLSpanElement>(null);
  const wasAsking = useRef(false);
  // In the same breath as the change: a key pressed in between would reach nothing.
  useLayoutEffect(() => {
    if (wasAsking.current !== isAsking.value) place.current?.querySelector('button')?.focus();
    wasAsking.current = isAsking.value;
  }, [isAsking.value]);
  const answer = (act?: () => void) => () => {
    isAsking.value = false;
    act?.();
  };
  return (
    <span class="actions" ref={place}>
      {isAsking.value ? (
        <>
          <button type="button" class="danger" onClick={answer(onSure)}>
            {sure}
          </button>
          <button type="button" onClick={answer()}>
            {keep}
          </button>
        </>
      ) : (
        <button
          type="button"
          disabled={isDisabled}
          aria-label={about === undefined ? undefined : `${name}: ${about}`}
          onClick={() => {
            isAsking.value = true;
          }}
        >
          {name}
        </button>
      )}
    </span>
  );
}
