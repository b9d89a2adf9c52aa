import { once } from 'node:events';
import { createServer } from 'node:http';
import { askOcpi, type GivenParty } from './ocpiPeers.ts';

interface CpoHeard {
  readonly method: string;
  /** Below the address of the operator, without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  readonly body: any;
}

/** What it answers; `hang`: nothing at all. */
export type CpoAnswer = { readonly data?: unknown; readonly link?: string; readonly code?: number } | 'hang';

const endpoints = [
  ['credentials', 'SENDER'],
  ['sessions', 'SENDER'],
  ['chargingprofiles', 'RECEIVER'],
] as const;

/** Another operator on a socket of its own, `DE CPO`, registered with the service as `fjord`. */
export async function startCpo(
  host: GivenParty,
  {
    version = '2.2.1',
    answers = () => ({}),
  }: { version?: string; answers?: (heard: CpoHeard, origin: string) => CpoAnswer } = {},
) {
  const heard: CpoHeard[] = [];
  let origin = '';
  const known = (path: string): CpoAnswer | undefined => {
    if (path === '/versions') return { data: [{ version, url: `${origin}/details` }] };
    if (path !== '/details') return undefined;
    const told = endpoints.map(([identifier, role]) => ({
      identifier,
      role,
      url: `${origin}/${identifier}`,
    }));
    return { data: { version, endpoints: told } };
  };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', origin);
    const one = {
      method: request.method ?? '',
      path,
      query,
      body: text === '' ? undefined : JSON.parse(text),
    };
    const versionAnswer = known(path);
    if (versionAnswer === undefined) heard.push(one);
    const answer = versionAnswer ?? answers(one, origin);
    if (answer === 'hang') return;
    const { data, link, code = 1000 } = answer;
    const linked = link === undefined ? {} : { link: `<${link}>; rel="next"` };
    response.writeHead(200, { 'content-type': 'application/json', ...linked });
    const envelope = { status_code: code, timestamp: new Date().toISOString() };
    response.end(JSON.stringify({ ...(data !== undefined && { data }), ...envelope }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const base = host.versionsUrl.replace('versions', version);
  const { body: invited } = await host.ask('POST', '/partners', { id: 'fjord' });
  const registered = await askOcpi(`${base}/credentials`, {
    method: 'POST',
    token: String(Object(invited).token),
    body: {
      token: 'token-of-fjord',
      url: `${origin}/versions`,
      roles: [{ role: 'CPO', country_code: 'DE', party_id: 'CPO', business_details: { name: 'Fjord' } }],
    },
  });
  const token = String(registered.body.data.token);
  return {
    heard,
    origin,
    roles: registered.body.data.roles,
    /** A request to a module of the service, below its version. */
    ask: (path: string, method = 'GET', body?: unknown) =>
      askOcpi(`${base}${path}`, { method, token, ...(body !== undefined && { body }) }),
    /** Says to the service what it asked at `response_url`. */
    answerAt: (url: string, body: unknown) => askOcpi(url, { method: 'POST', token, body }),
    stop(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A session of its at EVSE `E1`, in words that both versions understand. */
export const cpoSession = (id: string, change: object = {}) => ({
  ...{ country_code: 'DE', party_id: 'CPO', id, start_date_time: '2026-01-31T11:00:00Z', kwh: 0 },
  cdr_token: { country_code: 'DE', party_id: 'MSP', uid: 'CAFE', type: 'RFID', contract_id: 'DE8ACC1' },
  ...{ auth_method: 'WHITELIST', location_id: 'LOC1', evse_uid: 'E1', connector_id: '1', currency: 'EUR' },
  ...{ status: 'ACTIVE', last_updated: new Date().toISOString() },
  ...change,
});
