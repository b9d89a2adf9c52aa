type Headers = Readonly<Record<string, string | undefined>>;

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
