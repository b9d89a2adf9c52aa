import { once } from 'node:events';
import { createServer } from 'node:http';
import { askOcpi, type GivenParty } from './ocpiPeers.ts';

interface Heard {
  readonly method: string;
  /** Below the address of the eMSP, with its query. */
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  readonly body: any;
}

interface Answer {
  readonly status?: number;
  readonly data?: unknown;
}

const receivers = ['locations', 'tariffs', 'sessions', 'cdrs'];
const senders = ['tokens', 'chargingprofiles', 'commands'];

/** An eMSP that takes whatever it is told and keeps it, on a socket of its own, registered with the service as `roam`. */
export async function startEmsp(
  host: GivenParty,
  {
    version = '2.2.1',
    partyId = 'MSP',
    id = 'roam',
    offers = [],
    hears = [],
    answers = () => undefined,
  }: {
    version?: string;
    partyId?: string;
    id?: string;
    /** More modules that it is the sender of. */
    offers?: readonly string[];
    /** More modules that it is the receiver of. */
    hears?: readonly string[];
    /** undefined: taken, with nothing to say. */
    answers?: (heard: Heard) => Answer | 'hang' | undefined;
  } = {},
) {
  const heard: Heard[] = [];
  let origin = '';
  const known = (path: string): unknown => {
    if (path === '/versions') return [{ version, url: `${origin}/details` }];
    if (path !== '/details') return undefined;
    const endpoint = (role: string) => (identifier: string) => ({
      identifier,
      role,
      url: `${origin}/${identifier}`,
    });
    return {
      version,
      endpoints: ['credentials', ...senders, ...offers]
        .map(endpoint('SENDER'))
        .concat([...receivers, ...hears].map(endpoint('RECEIVER'))),
    };
  };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const path = request.url ?? '';
    const data = known(path);
    const one = { method: request.method ?? '', path, body: text === '' ? undefined : JSON.parse(text) };
    if (data === undefined) heard.push(one);
    const answer = data === undefined ? answers(one) : { data };
    if (answer === 'hang') return;
    const { status = 200, data: told } = answer ?? {};
    response.writeHead(status, { 'content-type': 'application/json' });
    const code = status < 300 ? 1000 : 3000;
    response.end(
      JSON.stringify({
        ...(told !== undefined && { data: told }),
        status_code: code,
        timestamp: new Date().toISOString(),
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const base = host.versionsUrl.replace('versions', version);
  const { body: invited } = await host.ask('POST', '/partners', { id });
  const registered = await askOcpi(`${base}/credentials`, {
    method: 'POST',
    token: String(Object(invited).token),
    body: {
      token: `token-of-${partyId}`,
      url: `${origin}/versions`,
      roles: [{ role: 'EMSP', country_code: 'DE', party_id: partyId, business_details: { name: partyId } }],
    },
  });
  const token = String(registered.body.data.token);
  const party = { country_code: 'DE', party_id: partyId };
  /** A request to a module of the service, below its version. */
  const ask = (path: string, method = 'GET', body?: unknown) =>
    askOcpi(`${base}${path}`, { method, token, ...(body !== undefined && { body }) });
  return {
    heard,
    origin,
    token,
    party,
    ask,
    /** Tells the service of a driver's card that may charge. */
    giveCard: (uid: string) =>
      ask(`/receiver/tokens/DE/${partyId}/${uid}`, 'PUT', {
        ...party,
        ...{ uid, type: 'RFID', contract_id: 'DE8ACC12E46L89', issuer: partyId },
        ...{ valid: true, whitelist: 'ALLOWED', last_updated: '2026-01-31T18:00:00Z' },
      }),
    stop(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}
