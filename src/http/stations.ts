import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { faultSources } from '../domain/fault.ts';
import { type StationId, stationId } from '../domain/ids.ts';
import { can } from './auth.ts';
import { closed } from './closed.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import {
  commandBody,
  faultBody,
  reportBody,
  reservationBody,
  stationBody,
  summaryBody,
} from './stationBodies.ts';
import { demandStation } from './stationCommands.ts';
import type { PageCursor, PageQuery } from './stationPorts.ts';
import { commandRecord, fault, report, reservation, station, summary } from './stationSchemas.ts';

const defaultPageSize = 100;

const params = Type.Object({ station: Type.String() });
// Text, because nothing in a URL is anything else and nothing is converted silently.
export const pageCount = Type.Optional(
  Type.String({ pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$', description: '1 to 500, default 100' }),
);
const pageQuery = {
  before: Type.Optional(
    Type.String({
      pattern: '^-?[0-9]{1,15}~.{1,200}$',
      description: 'The next page: see the Link header of this one',
    }),
  ),
  count: pageCount,
};

/** `GET /stations` and below: what stations are, what is wrong with them, and what was asked of them. */
export const stations =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    const config = { right: 'read sessions' } as const;

    api.get(
      '/stations',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'Stations on the sites of the key',
          response: { 200: Type.Array(summary) },
        },
      },
      async ({ actor }) => {
        const seen = new Map<StationId, boolean>();
        for (const { siteId, evses } of ports.views()) {
          const may = can(actor, 'read sites', siteId);
          for (const { stationId: id } of evses) seen.set(id, (seen.get(id) ?? true) && may);
        }
        return [...seen].filter(([, may]) => may).map(([id]) => summaryBody(id, ports.stations.now(id)));
      },
    );

    api.get(
      '/stations/:station',
      {
        config: { right: 'read sites' },
        schema: { summary: 'A station as it is now', params, response: { 200: station } },
      },
      async ({ actor, params: { station: name } }) => {
        const id = stationId(name);
        demandStation(ports, actor, 'read sites', id);
        return stationBody(id, ports.stations.now(id));
      },
    );

    api.get(
      '/stations/:station/faults',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'What is or was wrong with a station, the newest first',
          params,
          querystring: Type.Object(
            { ...pageQuery, source: Type.Optional(Type.Enum([...faultSources])) },
            closed,
          ),
          response: { 200: Type.Array(fault) },
        },
      },
      async ({ actor, params: { station: name }, query }, reply) => {
        const id = stationId(name);
        demandStation(ports, actor, 'read sites', id);
        const { items, next } = await ports.stations.faults(id, { ...pageOf(query), source: query.source });
        link(reply, `/stations/${encodeURIComponent(name)}/faults`, query, next);
        return items.map(faultBody);
      },
    );

    api.get(
      '/stations/:station/commands',
      {
        config,
        schema: {
          summary: 'Who asked a station for what, and its answer, the newest first',
          params,
          querystring: Type.Object(pageQuery, closed),
          response: { 200: Type.Array(commandRecord) },
        },
      },
      async ({ actor, params: { station: name }, query }, reply) => {
        const id = stationId(name);
        demandStation(ports, actor, config.right, id);
        const { items, next } = await ports.stations.commands(id, pageOf(query));
        link(reply, `/stations/${encodeURIComponent(name)}/commands`, query, next);
        return items.map(commandBody);
      },
    );

    api.get(
      '/stations/:station/reservations',
      {
        config,
        schema: {
          summary: 'Reservations at a station, the newest first',
          params,
          response: { 200: Type.Array(reservation) },
        },
      },
      async ({ actor, params: { station: name } }) => {
        const id = stationId(name);
        demandStation(ports, actor, config.right, id);
        return (await ports.stations.reservations(id)).map(reservationBody);
      },
    );

    api.get(
      '/stations/:station/reports',
      {
        config,
        schema: {
          summary: 'What a station told in parts after it was asked: device model, monitors, messages',
          params,
          response: { 200: Type.Array(report) },
        },
      },
      async ({ actor, params: { station: name } }) => {
        const id = stationId(name);
        demandStation(ports, actor, config.right, id);
        return [...ports.stations.reports(id)].reverse().map(reportBody);
      },
    );
  };

interface Query {
  readonly before?: string | undefined;
  readonly count?: string | undefined;
  readonly source?: string | undefined;
}

function pageOf({ before, count }: Query): PageQuery {
  const at = before?.indexOf('~') ?? 0;
  return {
    count: count === undefined ? defaultPageSize : Number(count),
    ...(before !== undefined && { before: { atMs: Number(before.slice(0, at)), id: before.slice(at + 1) } }),
  };
}

/** Where the next page is [RFC 8288]. */
function link(
  reply: FastifyReply,
  path: string,
  { count, source }: Query,
  next: PageCursor | undefined,
): void {
  if (next === undefined) return;
  const parameters = new URLSearchParams({
    ...(count !== undefined && { count }),
    ...(source !== undefined && { source }),
    before: `${next.atMs}~${next.id}`,
  });
  reply.header('link', `</api/v1${path}?${parameters}>; rel="next"`);
}
