import { RPCClient } from 'ocpp-rpc';
import { givenApp } from './givenApp.ts';

/** A garage of one station with one EVSE that falls to 8 A without us, on a database file or in memory. */
const configText = (database: string, more: string): string => `
http: { port: 0 }
ocpp: { port: 0${more} }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite:${database}" }
incidents: { enabled: false }
control: { tickMs: 200 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 32
      assumedBackgroundAmps: 10
      evses: [ { id: A1, station: CP-A1, failsafeAmps: 8 } ]
`;

export interface Asked {
  readonly action: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** The service, and a station on somebody else's OCPP stack that checks every message against the published schemas. */
export async function commandedStation(
  protocol: 'ocpp1.6' | 'ocpp2.0.1',
  answers: Readonly<Record<string, (request: never) => object>> = {},
  { database = ':memory:', ocpp = '' } = {},
) {
  const { app, api } = await givenApp(configText(database, ocpp));
  const client = new RPCClient({
    endpoint: `ws://127.0.0.1:${app.ocppPort}/ocpp`,
    identity: 'CP-A1',
    protocols: [protocol],
    strictMode: true,
    reconnect: false,
  } as ConstructorParameters<typeof RPCClient>[0]); // Its types want every option, though all have defaults.
  const asked: Asked[] = [];
  client.handle(async ({ method = '', params = {} }) => {
    asked.push({ action: method, request: params });
    // The schema has checked it.
    return answers[method]?.(params as never) ?? { status: 'Accepted' };
  });
  await client.connect();
  let stopped: Promise<void> | undefined;
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${api}/api/v1/stations/CP-A1${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
    const answer: any = await response.json();
    return { status: response.status, body: answer };
  };
  return {
    client,
    asked,
    command: (name: string, body: object) => call('POST', `/commands/${name}`, body),
    read: async (path = '') => (await call('GET', path)).body,
    stop(): Promise<void> {
      stopped ??= client.close().then(() => app.stop());
      return stopped;
    },
  };
}
