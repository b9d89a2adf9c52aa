import { effect, signal } from '@preact/signals';
import type { Language } from './language.ts';

export type Theme = 'system' | 'light' | 'dark';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** What the person at this screen chose; kept in the browser, never sent. */
export const theme = signal<Theme>(themes.find((each) => each === stored('theme')) ?? 'system');
export const language = signal<Language>(firstLanguage());

/** Keeps the document and the browser's memory in step with what was chosen. */
export function followPreferences(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    keep('theme', theme.value);
  });
  effect(() => {
    document.documentElement.lang = language.value;
    keep('language', language.value);
  });
}

function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('language') ?? stored('language');
  if (asked === 'sv' || asked === 'en') return asked;
  return navigator.language.toLowerCase().startsWith('sv') ? 'sv' : 'en';
}

/** A browser that keeps nothing, as in a private window, is as good as one that never kept anything. */
function stored(name: string): string | null {
  try {
    return localStorage.getItem(`lastvakt.${name}`);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`lastvakt.${name}`, value);
  } catch {
    // The choice then lasts as long as the page.
  }
}
