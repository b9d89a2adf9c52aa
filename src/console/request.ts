import { signal } from '@preact/signals';

/** An API key, for as long as this window is open. */
export const key = signal(sessionStorage.getItem('lastvakt.key') ?? '');

export function useKey(value: string): void {
  key.value = value;
  sessionStorage.setItem('lastvakt.key', value);
}

export const authorization = (): Record<string, string> =>
  key.value === '' ? {} : { authorization: `Bearer ${key.value}` };
