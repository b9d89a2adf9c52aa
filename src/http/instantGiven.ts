import { instantMs } from '../domain/instant.ts';
import { refusal } from './problem.ts';

const why = 'is not an instant: give ISO 8601 with a zone, such as 2026-01-31T18:00:00Z';

/** Throws a problem that names the field. */
export function instantGiven(field: string, text: string): number {
  const ms = instantMs(text);
  if (ms === undefined) throw refusal({ status: 'refused', field, why });
  return ms;
}

/** undefined where it is left away. Throws a problem that names the field. */
export const instantIfGiven = (field: string, text: string | null | undefined): number | undefined =>
  text == null ? undefined : instantGiven(field, text);
