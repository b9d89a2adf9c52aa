import { once } from 'node:events';
import { createServer } from 'node:http';
import { quantile } from './figures.ts';

// The other process of the OCPI bench: three eMSPs. The first pages CDRs; all of them are told sessions, and the last of them takes
// every connection and never says a word.

export type Asked =
  | { readonly kind: 'register'; readonly credentialsUrl: string; readonly token: string }
  | { readonly kind: 'page'; readonly url: string }
  | { readonly kind: 'count' };

export interface Paged {
  readonly kind: 'paged';
  readonly cdrs: number;
  readonly distinct: number;
  readonly pages: number;
  readonly ms: number;
  readonly pageMedianMs: number;
  readonly pageP99Ms: number;
}

export interface Counted {
  readonly kind: 'counted';
  /** By partner; how old updates were when they came. */
  readonly partners: readonly {
    readonly updates: number;
    readonly ageMedianMs: number;
    readonly ageP99Ms: number;
  }[];
}

export type Answered =
  | { readonly kind: 'ready'; readonly origins: readonly string[] }
  | { readonly kind: 'registered' }
  | Paged
  | Counted;

const partnerCount = 3;
const ages: number[][] = Array.from({ length: partnerCount }, () => []);
let token = '';

const timestamp = () => new Date().toISOString();
const envelope = (data?: unknown) =>
  JSON.stringify({ ...(data !== undefined && { data }), status_code: 1000, timestamp: timestamp() });

async function startPartner(index: number): Promise<string> {
  let origin = '';
  const own = (path: string): unknown => {
    if (path === '/versions') return [{ version: '2.2.1', url: `${origin}/details` }];
    if (path !== '/details') return undefined;
    const endpoints = ['credentials', 'sessions', 'cdrs'].map((identifier) => ({
      ...{ identifier, role: 'RECEIVER', url: `${origin}/${identifier}` },
    }));
    return { version: '2.2.1', endpoints };
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const data = own(request.url ?? '');
    if (data === undefined && index === partnerCount - 1) return;
    if (data === undefined) ages[index]?.push(Date.now() - Date.parse(JSON.parse(body).last_updated));
    response.writeHead(200, { 'content-type': 'application/json' }).end(envelope(data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return origin;
}

const authorization = (shown: string) => `Token ${Buffer.from(shown).toString('base64')}`;

async function register(credentialsUrl: string, first: string): Promise<void> {
  const answer = await fetch(credentialsUrl, {
    method: 'POST',
    headers: { authorization: authorization(first), 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ token: 'of-the-bench', url: `${origins[0]}/versions` },
      roles: [{ role: 'EMSP', country_code: 'DE', party_id: 'MSP', business_details: { name: 'MSP' } }],
    }),
  });
  token = String(Object(await answer.json()).data.token);
}

async function page(first: string): Promise<Paged> {
  const [ids, durations] = [new Set<string>(), [] as number[]];
  let cdrs = 0;
  const beganMs = performance.now();
  for (let url: string | undefined = first; url !== undefined; ) {
    const askedMs = performance.now();
    const answer = await fetch(url, { headers: { authorization: authorization(token) } });
    const { data } = Object(await answer.json());
    durations.push(performance.now() - askedMs);
    cdrs += data.length;
    for (const { id } of data) ids.add(id);
    url = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return {
    ...{ kind: 'paged', cdrs, distinct: ids.size, pages: durations.length, ms: performance.now() - beganMs },
    ...{ pageMedianMs: quantile(durations, 0.5), pageP99Ms: quantile(durations, 0.99) },
  };
}

async function answered(asked: Asked): Promise<Answered> {
  switch (asked.kind) {
    case 'register':
      await register(asked.credentialsUrl, asked.token);
      return { kind: 'registered' };
    case 'page':
      return page(asked.url);
    case 'count':
      return {
        kind: 'counted',
        partners: ages.map((each) => ({
          ...{ updates: each.length, ageMedianMs: quantile(each, 0.5), ageP99Ms: quantile(each, 0.99) },
        })),
      };
  }
}

const origins = await Promise.all(Array.from({ length: partnerCount }, (_, index) => startPartner(index)));
process.on('message', async (asked: Asked) => process.send?.(await answered(asked)));
process.send?.({ kind: 'ready', origins } satisfies Answered);
