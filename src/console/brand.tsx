import type { JSX } from 'preact';

/** The mark and the name. */
export const Brand = (): JSX.Element => (
  <>
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <path class="brand-bars" d="M8 24V12M14 24v-8M20 24V14M26 24v-5" />
      <path class="brand-limit" d="M5 7.5h22" />
    </svg>
    <span>Lastvakt</span>
  </>
);
