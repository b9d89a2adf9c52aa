import Type from 'typebox';
import { stationId } from '../domain/ids.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { loggedMessageBody } from './stationBodies.ts';
import { demandStation } from './stationCommands.ts';
import { loggedMessage } from './stationSchemas.ts';
import { pageCount } from './stations.ts';

const sequence = (description: string) =>
  Type.Optional(Type.String({ pattern: '^[0-9]{1,16}$', description }));

const query = Type.Object(
  {
    count: pageCount,
    before: sequence('Only messages before this sequence: see the Link header'),
    after: sequence('Only messages after this sequence: what is new since the last answer'),
  },
  { additionalProperties: false },
);

const defaultPageSize = 100;

/** `GET /stations/{station}/messages`: what it said and was told over OCPP. */
export const stationMessageLog =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    const right = 'read sessions';
    api.get(
      '/stations/:station/messages',
      {
        config: { right },
        schema: {
          summary: 'What a station said and was told over OCPP, the newest first; kept in memory',
          params: Type.Object({ station: Type.String() }),
          querystring: query,
          response: { 200: Type.Array(loggedMessage) },
        },
      },
      async ({ actor, params: { station: name }, query: { count, before, after } }, reply) => {
        const station = stationId(name);
        demandStation(ports, actor, right, station);
        const endedBefore = before === undefined ? Number.POSITIVE_INFINITY : Number(before);
        const beganAfter = after === undefined ? Number.NEGATIVE_INFINITY : Number(after);
        const asked = ports.stations
          .messageLog(station)
          .filter((message) => message.sequence < endedBefore && message.sequence > beganAfter);
        const page = asked.slice(-(count === undefined ? defaultPageSize : Number(count)));
        const oldest = page[0]?.sequence;
        if (page.length < asked.length) {
          const next = new URLSearchParams({
            ...(count !== undefined && { count }),
            ...(after !== undefined && { after }),
            before: String(oldest),
          });
          const path = `/api/v1/stations/${encodeURIComponent(name)}/messages`;
          reply.header('link', `<${path}?${next}>; rel="next"`);
        }
        return page.map(loggedMessageBody).reverse();
      },
    );
  };
