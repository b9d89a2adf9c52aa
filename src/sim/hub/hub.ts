import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type ClientStatus,
  hosts,
  type Joining,
  joined,
  type Named,
  type Platform,
  shown,
} from './platforms.ts';
import { envelope, type HubFault, Relay, type Relayed, type RelayRequest } from './relay.ts';

export interface HubOptions {
  readonly version: '2.2.1' | '2.3.0';
  readonly party?: Named;
  /** What goes wrong with a request that is to be brought to somebody. */
  readonly faultOf?: (request: RelayRequest) => HubFault | undefined;
}

/** A hub on a real socket: brings requests from one platform to another, tells who can be reached, and fails as it is told to. */
export interface SimulatedHub {
  readonly origin: string;
  /** What was brought to whom, the newest last. */
  readonly relayed: readonly Relayed[];
  /** Registers with a platform that invited it, and tells the others. */
  connect(joining: Joining): Promise<void>;
  /** Tells everybody else how the connection to the platform of this party is; from then on it is so. */
  setStatus(party: Named, status: ClientStatus): Promise<void>;
  /** May be called twice. */
  stop(): void;
}

const bodyMaxBytes = 1024 * 1024;
const modules = ['locations', 'tariffs', 'sessions', 'cdrs', 'tokens', 'commands', 'chargingprofiles'];
const roles = ['SENDER', 'RECEIVER'] as const;

export async function startHub({
  version,
  party = { country_code: 'NL', party_id: 'HUB' },
  faultOf = () => undefined,
}: HubOptions): Promise<SimulatedHub> {
  const platforms: Platform[] = [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const relay = new Relay({ origin, party, platforms, faultOf });
  const endpointsOfOurs = [
    { identifier: 'credentials', role: 'SENDER', url: `${origin}/credentials` },
    { identifier: 'hubclientinfo', role: 'SENDER', url: `${origin}/sender/hubclientinfo` },
    ...modules.flatMap((identifier) =>
      roles.map((role) => ({ identifier, role, url: `${origin}/${role.toLowerCase()}/${identifier}` })),
    ),
  ];
  const own = (path: string, asker: Platform): unknown => {
    if (path === '/versions') return [{ version, url: `${origin}/details` }];
    if (path === '/details') return { version, endpoints: endpointsOfOurs };
    const others = platforms.filter((each) => each !== asker);
    return path === '/sender/hubclientinfo' ? others.flatMap(clientsOf) : undefined;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const asker = platforms.find(({ tokenOfTheirs }) => isShown(request, tokenOfTheirs));
    const [path = ''] = (request.url ?? '').split('?');
    const data = asker && own(path, asker);
    const told =
      asker === undefined
        ? { status: 401, headers: {}, body: envelope(2000) }
        : data === undefined
          ? await relay.take(asker, request, body)
          : { status: 200, headers: {}, body: envelope(1000, data) };
    response.writeHead(told.status, { 'content-type': 'application/json', ...told.headers }).end(told.body);
  };
  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  /** Everybody who hears of clients hears of these. */
  const tell = async (about: Platform, to: readonly Platform[]): Promise<void> => {
    for (const platform of to)
      for (const client of clientsOf(about)) await relay.tellClient(platform, client);
  };
  return {
    origin,
    relayed: relay.relayed,
    connect: async (joining) => {
      const own = { version, versionsOfOurs: `${origin}/versions`, hub: party };
      const platform = await joined(joining, own, (begun) => platforms.push(begun));
      const others = platforms.filter((each) => each !== platform);
      await tell(platform, others);
      for (const other of others) await tell(other, [platform]);
    },
    setStatus: async (of, status) => {
      for (const platform of platforms.filter((each) => hosts(each, of))) {
        platform.status = status;
        platform.lastUpdated = new Date().toISOString();
        await tell(
          platform,
          platforms.filter((each) => each !== platform),
        );
      }
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const clientsOf = ({ roles: hosted, status, lastUpdated }: Platform) =>
  hosted.map(({ role, country_code, party_id }) => ({
    ...{ country_code, party_id, role, status, last_updated: lastUpdated },
  }));

const isShown = ({ headers }: IncomingMessage, token: string): boolean =>
  headers.authorization === shown(token);

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > bodyMaxBytes) throw new Error('the body is too large for a simulated hub');
  }
  return text;
}
