import type { JSX } from 'preact';

/** Shapes, so that colour never says anything alone. Drawn on 24 by 24. */
const shapes = {
  normal: 'M20 6.5 9.5 17 4 11.5',
  limited: 'M4 5h16M12 20V9m0 0-4.5 4.5M12 9l4.5 4.5',
  assumed:
    'M9 9a3 3 0 1 1 4.6 2.5c-1 .7-1.6 1.3-1.6 2.7M12 18v.2M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19Z',
  failsafe: 'M12 2.8 20 6v5.5c0 5-3.4 8.3-8 9.7-4.6-1.4-8-4.7-8-9.7V6l8-3.2ZM12 8v5M12 16.5v.2',
  starting: 'M7 3h10M7 21h10M8 3c0 5 8 6 8 9s-8 4-8 9M16 3c0 5-8 6-8 9s8 4 8 9',
  stopped: 'M8.2 2.8h7.6l5.4 5.4v7.6l-5.4 5.4H8.2l-5.4-5.4V8.2l5.4-5.4ZM9 9h6v6H9z',
  stale:
    'M3 3l18 18M8.5 16.5a5 5 0 0 1 7 0M5 13a10 10 0 0 1 4.5-2.6M19 13a10 10 0 0 0-4-2.4M2 9.5a15 15 0 0 1 4.5-3M22 9.5A15 15 0 0 0 11 5M12 20v.2',
  attention: 'M12 3.5 22 20.5H2L12 3.5ZM12 10v4.5M12 17.5v.2',
  settings:
    'M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM8 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z',
  person: 'M12 3.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  people:
    'M9 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM2.5 20c.5-3.6 3-5.5 6.5-5.5s6 1.9 6.5 5.5M15.5 4.9a3.5 3.5 0 0 1 0 6.3M17.5 15c2.3.7 3.6 2.4 4 5',
  audit: 'M6 3h9l4 4v14H6zM9.5 12h6M9.5 16h6M9.5 8h2',
  now: 'M3 12h4l3-8 4 16 3-8h4',
  limits: 'M4 6h16M7 20v-9M12 20v-6M17 20v-9',
  stations:
    'M6 21V5a2 2 0 0 1 2-2h5a2 2 0 0 1 2 2v16M4 21h13M8.5 7h4M15 11h2a2 2 0 0 1 2 2v3a1.5 1.5 0 0 0 3 0V9l-3-3',
  plan: 'M4 5h16v15H4zM4 10h16M8 3v4M16 3v4M8 14h3M13 17h3',
  sessions: 'M5 6h14M5 12h14M5 18h9',
  partners:
    'M8.5 4.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM2.5 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 5a3 3 0 0 1 0 5.5M17.5 14.5c2.4.7 4 2.8 4 5.5',
  charging: 'M13 2.5 5 13.5h6l-1 8 8-11h-6l1-8Z',
  paused: 'M8 5v14M16 5v14',
  'suspended-by-ev': 'M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z',
  offline: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-9 5.2M12 17v4M3 3l18 18',
  available: 'M12 4.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15Z',
  occupied: 'M5 16v-3l2-5h10l2 5v3M5 16h14M5 16v2.5M19 16v2.5M8 13h.2M16 13h.2',
  reserved: 'M7 3h10v18l-5-4-5 4V3Z',
  unavailable: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM7 12h10',
  faulted: 'M12 3.5 22 20.5H2L12 3.5ZM12 10v4.5M12 17.5v.2',
  unknown: 'M9 9a3 3 0 1 1 4.6 2.5c-1 .7-1.6 1.3-1.6 2.7M12 18v.2',
} as const;

export type IconName = keyof typeof shapes;

/** Beside a text that says the same; alone it would be nothing to somebody who does not see it. */
export const Icon = ({ name }: { readonly name: IconName }): JSX.Element => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={shapes[name]} />
  </svg>
);
