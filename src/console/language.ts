import { computed, type ReadonlySignal } from '@preact/signals';
import { english } from './english.ts';
import { language } from './preferences.ts';
import { swedish } from './swedish.ts';

export type Language = 'sv' | 'en';

/** Every text of the page. English is the measure: a text that Swedish lacks does not compile. */
export type Words = typeof english;

const dictionaries: Readonly<Record<Language, Words>> = { en: english, sv: swedish };

/** The texts of one page, in the language in use. */
export const inLanguages = <W>(texts: Readonly<Record<Language, W>>): ReadonlySignal<W> =>
  computed(() => texts[language.value]);

/** The texts in the language in use; reading them makes a component follow it. */
export const words = inLanguages<Words>(dictionaries);
