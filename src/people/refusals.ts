import type { SiteId } from '../domain/ids.ts';
import type { Refusal } from '../domain/limitRequest.ts';
import type { Standing } from '../domain/person.ts';

export const refused = (field: string, why: string): Refusal => ({ status: 'refused', field, why });

/** What is wrong with where somebody shall be good, if anything. */
export function siteFault({ role, sites }: Standing, known: ReadonlySet<SiteId>): string | undefined {
  if (role === 'admin') return undefined;
  if (sites.length === 0) return 'must name one site at least: only an admin is good everywhere';
  const unknown = sites.find((site) => !known.has(site));
  return unknown === undefined ? undefined : `names "${unknown}", which is not in the config`;
}
