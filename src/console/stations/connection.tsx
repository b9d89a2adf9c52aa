import type { JSX } from 'preact';
import { Icon } from '../icons.tsx';
import { stationWords } from './stationWords.ts';

/** Whether a station hears us. */
export function Connection({ isOnline }: { readonly isOnline: boolean }): JSX.Element {
  const text = stationWords.value;
  return (
    <span class={isOnline ? 'connection is-online' : 'connection is-offline'}>
      <Icon name={isOnline ? 'normal' : 'offline'} /> {isOnline ? text.online : text.offline}
    </span>
  );
}
