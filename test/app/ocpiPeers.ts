import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GivenApp, givenApp } from './givenApp.ts';

/** A service that speaks OCPI, and everything to end it. */
export interface GivenParty extends GivenApp {
  readonly versionsUrl: string;
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  end(): Promise<void>;
}

const configText = (partyId: string, folder: string, more: string): string => `
http: { port: 0 }
ocpp: { port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite:${join(folder, 'lastvakt.db')}" }
incidents: { enabled: false }
ocpi:
  party: { countryCode: SE, partyId: ${partyId}, name: "${partyId} charging" }
  allowPrivatePartners: true
${more}
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 63
      evses: [{ id: A1, station: CP-A1 }]
`;

/** The whole service on free loopback ports, as a roaming party of this id. */
export async function givenParty(partyId: string, more = ''): Promise<GivenParty> {
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-ocpi-'));
  const given = await givenApp(configText(partyId, folder, more));
  return {
    ...given,
    versionsUrl: `${given.api}/ocpi/versions`,
    async ask(method, path, body) {
      const answer = await fetch(`${given.api}/api/v1${path}`, {
        method,
        ...(body !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    async end() {
      await given.app.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A request as any partner can send it; `token` as it is, not in base64. */
export async function askOcpi(
  url: string,
  {
    method = 'GET',
    token,
    body,
    headers,
  }: {
    readonly method?: string;
    readonly token?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
) {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Token ${Buffer.from(token).toString('base64')}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}
