import type { Party } from '../../domain/roaming/common.ts';
import { invalid } from './reply.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** The party that a request is to or from; undefined where it does not say. Throws a refusal of what names none. */
export function routedParty(headers: Headers, end: 'to' | 'from'): Party | undefined {
  const countryCode = headers[`ocpi-${end}-country-code`];
  const partyId = headers[`ocpi-${end}-party-id`];
  if (countryCode === undefined && partyId === undefined) return undefined;
  if (isParty(countryCode ?? '', partyId ?? ''))
    return { countryCode: countryCode ?? '', partyId: partyId ?? '' };
  throw invalid(`the headers OCPI-${end}-country-code and OCPI-${end}-party-id name no party`);
}

/** Two letters and three characters of those that ids of parties are made of. */
export const isParty = (countryCode: string, partyId: string): boolean =>
  /^[A-Za-z]{2}$/.test(countryCode) && /^[A-Za-z0-9*]{1,3}$/.test(partyId);

/** Printable, and no longer than any id is: what goes back into a header must not be anything else. */
const echoable = /^[\x20-\x7e]{1,64}$/;

const turned = [
  ['x-request-id', 'X-Request-ID'],
  ['x-correlation-id', 'X-Correlation-ID'],
  ['ocpi-from-party-id', 'OCPI-to-party-id'],
  ['ocpi-from-country-code', 'OCPI-to-country-code'],
  ['ocpi-to-party-id', 'OCPI-from-party-id'],
  ['ocpi-to-country-code', 'OCPI-from-country-code'],
] as const;

/** Headers of the answer to a request: its ids as they came, its way turned round [OCPI 2.2.1 transport and format]. */
export const routeReplied = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries(
    turned.flatMap(([asked, told]) => {
      const value = headers[asked];
      return value !== undefined && echoable.test(value) ? [[told, value] as const] : [];
    }),
  );
