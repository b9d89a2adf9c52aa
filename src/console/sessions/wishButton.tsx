import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { may } from '../me.ts';
import { OpenButton } from '../openButton.tsx';
import { sessionWords } from './sessionWords.ts';

interface ButtonProps {
  readonly evse: string;
  readonly isOpen: Signal<boolean>;
}

/** Opens and closes the form of what a driver wants, for whoever may change it. */
export function WishButton({ evse, isOpen }: ButtonProps): JSX.Element | null {
  const { change } = sessionWords.value;
  if (!may('change sessions')) return null;
  return <OpenButton label={change} name={`${change}: ${evse}`} class="session-change" isOpen={isOpen} />;
}
