import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyRequest } from 'fastify';
import { type SiteId, siteId } from '../domain/ids.ts';
import type { HttpPorts } from './ports.ts';

/** The request that a change came with, for its record. */
export interface Origin {
  readonly requestId: string;
  readonly address: string;
  readonly site: SiteId | undefined;
  /** Whether something it did is on record. */
  isOnRecord: boolean;
}

const origins = new AsyncLocalStorage<Origin>();

export const inOrigin = <T>(origin: Origin, work: () => T): T => origins.run(origin, work);

/** Whatever asks writes a record: where it comes from, undefined outside of requests. */
export function recordOrigin(): Omit<Origin, 'isOnRecord'> | undefined {
  const origin = origins.getStore();
  if (origin !== undefined) origin.isOnRecord = true;
  return origin;
}

export const originOf = (request: FastifyRequest, ports: HttpPorts): Origin => ({
  requestId: request.id,
  address: request.ip,
  site: siteOf(request, ports),
  isOnRecord: false,
});

/** The site that a request is about, by what its URL or its body names. */
function siteOf({ params, body }: FastifyRequest, { views }: HttpPorts): SiteId | undefined {
  const { station, session, evse, ...named } = textsOf(params);
  const site = named['site'] ?? textsOf(body)['site'];
  if (site !== undefined) return siteId(site);
  if (station === undefined && session === undefined && evse === undefined) return undefined;
  const view = views().find(({ evses }) =>
    evses.some((each) => each.stationId === station || each.session?.id === session || each.id === evse),
  );
  return view?.siteId;
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, held]) => (typeof held === 'string' ? [[name, held]] : [])),
  );
}
