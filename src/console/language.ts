import { computed } from '@preact/signals';
import { english } from './english.ts';
import { language } from './preferences.ts';
import { swedish } from './swedish.ts';

export type Language = 'sv' | 'en';

/** Every text of the page. English is the measure: a text that Swedish lacks does not compile. */
export type Words = typeof english;

const dictionaries: Readonly<Record<Language, Words>> = { en: english, sv: swedish };

/** The texts in the language in use; reading them makes a component follow it. */
export const words = computed<Words>(() => dictionaries[language.value]);
