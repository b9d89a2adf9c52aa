import { signal } from '@preact/signals';
import type { WrittenBody } from '../../http/setup/setupBody.ts';
import type { Step } from './draft.ts';
import type { DraftFaults } from './draftFaults.ts';

/** Where somebody is. */
export const step = signal<Step>('site');
/** What the server found wrong, by its fields. */
export const faultsTold = signal<DraftFaults>({});
/** What was written, once it is: the passwords are nowhere else. */
export const written = signal<WrittenBody | undefined>(undefined);

/** To another step; the keyboard and the reader begin at its heading. */
export function go(to: Step): void {
  step.value = to;
  requestAnimationFrame(() => document.getElementById('step-title')?.focus());
}

/** The step that asks for a field of the server. */
export function stepOf(field: string): Step {
  if (/^(name|timeZone|breakerAmps|phases|system)$/.test(field)) return 'site';
  if (/^(meter|backgroundAmps)/.test(field)) return 'meter';
  return 'stations';
}
