import { randomUUID } from 'node:crypto';

// The platforms that a simulated hub is connected with, in the words of the wire: it knows nothing of the code it is there to try.

export interface Named {
  readonly country_code: string;
  readonly party_id: string;
}

export interface Role extends Named {
  readonly role: string;
}

interface Endpoint {
  readonly identifier: string;
  readonly role: string;
  readonly url: string;
}

export type ClientStatus = 'CONNECTED' | 'OFFLINE' | 'PLANNED' | 'SUSPENDED';

export interface Platform {
  /** What it shows us. */
  readonly tokenOfTheirs: string;
  /** What we show it. */
  tokenOfOurs: string;
  roles: readonly Role[];
  endpoints: readonly Endpoint[];
  status: ClientStatus;
  lastUpdated: string;
}

export interface Joining {
  readonly versionsUrl: string;
  /** The first token, that the platform gave. */
  readonly token: string;
}

export const isSame = (a: Named, b: Named): boolean =>
  a.country_code.toUpperCase() === b.country_code.toUpperCase() &&
  a.party_id.toUpperCase() === b.party_id.toUpperCase();

export const hosts = ({ roles }: Platform, party: Named): boolean =>
  roles.some((role) => isSame(role, party));

export const endpointOf = (
  { endpoints }: Platform,
  module: string,
  role: 'SENDER' | 'RECEIVER',
): string | undefined =>
  endpoints.find((each) => each.identifier === module && each.role === role)?.url.replace(/\/+$/, '');

export const shown = (token: string): string => `Token ${Buffer.from(token).toString('base64')}`;

/** What a platform answered as `data`. Throws where it refused. */
export async function asked(url: string, token: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...{ authorization: shown(token), 'content-type': 'application/json' },
      ...{ 'x-request-id': randomUUID(), 'x-correlation-id': randomUUID() },
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const told = Object(await answer.json());
  if (told.status_code !== 1000)
    throw new Error(`${url} answered ${told.status_code} ${told.status_message}`);
  return told.data;
}

/** Registers the hub with a platform; `begin` makes its token good before the platform looks at us with it. */
export async function joined(
  { versionsUrl, token }: Joining,
  { version, versionsOfOurs, hub }: { version: string; versionsOfOurs: string; hub: Named },
  begin: (platform: Platform) => void,
): Promise<Platform> {
  const versions = await asked(versionsUrl, token);
  const offered = Array.isArray(versions) ? versions.find((each) => each.version === version) : undefined;
  const { endpoints } = Object(await asked(String(offered?.url), token));
  const tokenOfTheirs = randomUUID();
  const lastUpdated = new Date().toISOString();
  const status = 'CONNECTED';
  const platform: Platform = { tokenOfTheirs, tokenOfOurs: '', roles: [], endpoints, status, lastUpdated };
  begin(platform);
  const is230 = version === '2.3.0';
  const role = is230 ? 'OTHER' : 'HUB';
  const { token: ours, roles } = Object(
    await asked(endpoints.find((each: Endpoint) => each.identifier === 'credentials').url, token, {
      ...{ token: tokenOfTheirs, url: versionsOfOurs },
      roles: [{ role, ...hub, business_details: { name: 'Hub' } }],
      // [OCPI 2.3.0 credentials] has no role of a hub; country and party are one word.
      ...(is230 && { hub_party_id: `${hub.country_code}${hub.party_id}` }),
    }),
  );
  platform.tokenOfOurs = ours;
  platform.roles = roles;
  return platform;
}
