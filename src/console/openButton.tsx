import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface ButtonProps {
  readonly label: string;
  /** Unlike any other on the page. */
  readonly name: string;
  readonly class?: string;
  readonly isOpen: Signal<boolean>;
}

/** Opens and closes a form beside it. The keyboard's focus comes back to it. */
export function OpenButton({ label, name, isOpen, ...also }: ButtonProps): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen.value) button.current?.focus();
    wasOpen.current = isOpen.value;
  }, [isOpen.value]);
  return (
    <button
      {...also}
      ref={button}
      type="button"
      aria-label={name}
      aria-expanded={isOpen.value}
      onClick={() => {
        isOpen.value = !isOpen.value;
      }}
    >
      {label}
    </button>
  );
}
