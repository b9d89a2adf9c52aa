import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RPCClient } from 'ocpp-rpc';
import type { Clock } from '../../src/control/ports.ts';
import { type GivenApp, givenApp } from './givenApp.ts';

/** A service that speaks OCPI, and everything to end it. */
export interface RoamingParty {
  readonly api: string;
  readonly versionsUrl: string;
  ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** The station of its EVSE, of OCPP 1.6 and on another stack; it accepts whatever `answers` does not name. */
  connectStation(answers?: Readonly<Record<string, (request: never) => object>>): Promise<RPCClient>;
  end(): Promise<void>;
}

/** The same within this process. */
export interface GivenParty extends GivenApp, RoamingParty {}

export interface PartyOptions {
  /** More of the section `ocpi`, two spaces deep. */
  readonly ocpi?: string;
  /** More of the site, four spaces deep. */
  readonly site?: string;
  /** More of its one EVSE, as a flow mapping. */
  readonly evse?: string;
  /** More EVSEs, each after a comma. */
  readonly evses?: string;
  readonly ocpp?: string;
  /** In the place of a file that goes with the service. */
  readonly databaseUrl?: string;
  readonly tickMs?: number;
  /** Time that a test moves, in the place of the time of day. */
  readonly clock?: Clock;
  /** In the place of any that are free. */
  readonly ports?: { readonly http: number; readonly ocpp: number };
}

export const configText = (partyId: string, folder: string, more: PartyOptions): string => `
http: { port: ${more.ports?.http ?? 0} }
ocpp: { port: ${more.ports?.ocpp ?? 0}${more.ocpp ?? ''} }
mqtt: { embedded: { port: 0 } }
database: { url: "${more.databaseUrl ?? `sqlite:${join(folder, 'lastvakt.db')}`}" }
incidents: { enabled: false }
control: { tickMs: ${more.tickMs ?? 200} }
ocpi:
  party: { countryCode: SE, partyId: ${partyId}, name: "${partyId} charging" }
  allowPrivatePartners: true
${more.ocpi ?? ''}
sites:
  - id: garage
    timeZone: Europe/Stockholm
${more.site ?? ''}
    circuit:
      id: grid
      breakerAmps: 63
      evses: [{ id: A1, station: CP-A1, failsafeAmps: 8${more.evse ?? ''} }${more.evses ?? ''}]
`;

/** A garage that partners see, with a tariff of 0.50 EUR to start and 0.40 EUR a kWh, VAT 25 %. */
export const publicGarage: PartyOptions = {
  ocpi: `  tariffs:
    - id: T1
      currency: EUR
      tax_included: "NO"
      elements:
        - price_components:
            - { type: FLAT, price: 0.5, vat: 25, step_size: 1 }
            - { type: ENERGY, price: 0.4, vat: 25, step_size: 1 }`,
  site: `    name: Garage Lund
    location: { address: Storgatan 1, city: Lund, country: SWE, latitude: "55.70466", longitude: "13.19101" }`,
  evse: ', public: { evseId: SE*GRG*E1, tariffs: [T1] }',
};

/** An electricity retailer, whose drivers charge at the stations of others. */
export const retailer: PartyOptions = {
  ocpi: '  retailer: { timeZone: Europe/Stockholm, language: en }',
};

/** Registers the guest with the host, as `guest` there and as `host` here. */
export async function connect(host: RoamingParty, guest: RoamingParty, version: string): Promise<void> {
  const invited = await host.ask('POST', '/partners', { id: 'guest' });
  const { token } = Object(invited.body);
  const asked = { id: 'host', versionsUrl: host.versionsUrl, token, version };
  const { status, body } = await guest.ask('POST', '/partners', asked);
  if (status !== 201) throw new Error(`they did not register: ${JSON.stringify(body)}`);
}

/** The whole service on free loopback ports, as a roaming party of this id. */
export async function givenParty(partyId: string, more: PartyOptions = {}): Promise<GivenParty> {
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-ocpi-'));
  const given = await givenApp(configText(partyId, folder, more), more.clock);
  const end = async (): Promise<void> => {
    await given.app.stop();
    rmSync(folder, { recursive: true });
  };
  return { ...given, ...partyAt(given, end) };
}

/** The party that a service is; `end` ends the service. */
export function partyAt(
  { api, ocppUrl }: Pick<GivenApp, 'api' | 'ocppUrl'>,
  end: () => Promise<void>,
): RoamingParty {
  let station: RPCClient | undefined;
  return {
    api,
    async connectStation(answers = {}) {
      station = new RPCClient({
        endpoint: ocppUrl,
        identity: 'CP-A1',
        protocols: ['ocpp1.6'],
        strictMode: true,
        reconnect: false,
      } as ConstructorParameters<typeof RPCClient>[0]); // Its types want every option, though all have defaults.
      // The schema has checked what comes here.
      station.handle(
        async ({ method = '', params = {} }) => answers[method]?.(params as never) ?? { status: 'Accepted' },
      );
      await station.connect();
      return station;
    },
    versionsUrl: `${api}/ocpi/versions`,
    async ask(method, path, body) {
      const answer = await fetch(`${api}/api/v1${path}`, {
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
      await station?.close();
      await end();
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
