import Type from 'typebox';
import { gridMessage } from '../domain/gridMessage.ts';
import { instantMs } from '../domain/instant.ts';
import { type Actor, can } from './auth.ts';
import { connectionBody, shareBody } from './gridBody.ts';
import { gridConnectionSchema } from './gridSchemas.ts';
import type { Plugin } from './plugin.ts';
import type { GridConnectionNow, HttpPorts } from './ports.ts';
import { ProblemError, refusal } from './problem.ts';
import { notFound, visibleSites } from './visible.ts';

const params = Type.Object({ connection: Type.String() });
const heard = Type.Object(
  {
    externalId: Type.String(),
    outcome: Type.Enum(['accepted', 'unchanged', 'outdated']),
    why: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false, description: 'What became of it; the answer is the acknowledgement' },
);
const scheduleBytesMax = 1_048_576;

/** What grid operators without a protocol of their own send, and where their connections stand. */
export const grid =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.post(
      '/grid/heartbeat',
      {
        config: { right: 'send heartbeats', isRecorded: false },
        schema: {
          summary: 'A sign of life of the grid operator, for every site of the key',
          response: { 204: Type.Null({ description: 'It is noted' }) },
        },
      },
      async ({ actor }, reply) => {
        const sites = visibleSites(ports, actor, 'send heartbeats').map(({ siteId }) => siteId);
        await ports.heartbeat(sites, actor);
        return reply.code(204).send(null);
      },
    );

    api.get(
      '/grid',
      {
        config: { right: 'read sites' },
        schema: {
          summary:
            'The connections to grid operators: where they stand, what they limit, what each site has of it',
          response: { 200: Type.Array(gridConnectionSchema) },
        },
      },
      async ({ actor }) =>
        ports.grid
          .connections()
          .filter((each) => each.sites.every((site) => can(actor, 'read sites', site)))
          .map((each) => ({ ...connectionBody(each), shares: each.shares.map(shareBody) })),
    );

    api.post(
      '/grid/:connection/limits',
      {
        config: { right: 'set limits' },
        schema: {
          summary: 'Sets, changes or ends a limit of a grid operator; the same again changes nothing',
          params,
          body: gridMessage,
          response: { 200: heard, 201: heard },
        },
      },
      async ({ actor, params: { connection }, body }, reply) => {
        const { id } = owned(ports, actor, connection);
        const answer = await ports.grid.take(id, body, JSON.stringify(body));
        if (answer.status === 'refused') throw refusal({ ...answer, status: 'refused' });
        const { externalId, outcome, why = null } = answer;
        if (outcome === 'refused') throw new ProblemError('refused', { detail: why ?? 'was refused' });
        return reply.code(outcome === 'accepted' ? 201 : 200).send({ externalId, outcome, why });
      },
    );

    api.delete(
      '/grid/:connection/limits/:externalId',
      {
        config: { right: 'set limits' },
        schema: {
          summary: 'Ends a limit of a grid operator at once',
          params: Type.Object({ connection: Type.String(), externalId: Type.String() }),
          response: { 204: Type.Null({ description: 'It is ended, durably' }) },
        },
      },
      async ({ actor, params: { connection, externalId } }, reply) => {
        const { id } = owned(ports, actor, connection);
        const { outcome } = await ports.grid.withdraw(id, externalId);
        if (outcome !== 'accepted')
          return notFound(`limit "${externalId}" of ${id} is not there or has ended`);
        return reply.code(204).send(null);
      },
    );

    api.post(
      '/grid/:connection/heartbeat',
      {
        config: { right: 'send heartbeats', isRecorded: false },
        schema: {
          summary: 'A sign of life: without it the failsafe limit of the connection comes into force',
          params,
          querystring: Type.Object(
            { aliveUntil: Type.Optional(Type.String({ maxLength: 40 })) },
            { additionalProperties: false },
          ),
          response: { 204: Type.Null({ description: 'It is noted' }) },
        },
      },
      async ({ actor, params: { connection }, query: { aliveUntil } }, reply) => {
        const { id } = owned(ports, actor, connection);
        const aliveUntilMs = aliveUntil === undefined ? undefined : instantMs(aliveUntil);
        if (aliveUntil !== undefined && aliveUntilMs === undefined) {
          const why = 'is not an instant: give ISO 8601 with a zone, such as 2026-01-31T18:00:00Z';
          throw refusal({ status: 'refused', field: 'aliveUntil', why });
        }
        ports.grid.heartbeat(id, aliveUntilMs);
        return reply.code(204).send(null);
      },
    );

    await api.register(schedules(ports));
  };

/** In a scope of its own: nothing else takes CSV. */
const schedules =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    api.post(
      '/grid/:connection/schedules/:name',
      {
        bodyLimit: scheduleBytesMax,
        config: { right: 'set limits' },
        schema: {
          summary: 'Caps of many intervals as CSV: from,until,watts; all of it or nothing',
          consumes: ['text/csv'],
          params: Type.Object({
            connection: Type.String(),
            name: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' }),
          }),
          querystring: Type.Object(
            {
              target: Type.Optional(Type.String({ maxLength: 128 })),
              kind: Type.Optional(Type.Enum(['cap', 'baseline'])),
            },
            { additionalProperties: false },
          ),
          body: Type.String({ description: 'A line for each interval; instants with a zone' }),
          response: {
            200: Type.Object(
              { accepted: Type.Integer(), unchanged: Type.Integer() },
              { additionalProperties: false },
            ),
          },
        },
      },
      async ({ actor, params: { connection, name }, query: { target, kind = 'cap' }, body }) => {
        const { id } = owned(ports, actor, connection);
        const answer = await ports.grid.takeSchedule(id, {
          csv: body,
          name,
          kind,
          ...(target !== undefined && { target }),
        });
        if (answer.status === 'heard') return { accepted: answer.accepted, unchanged: answer.unchanged };
        const detail = answer.faults
          .map(({ line, why }) => (line === 0 ? why : `line ${line}: ${why}`))
          .join('; ');
        throw new ProblemError('refused', { detail, field: 'body' });
      },
    );
  };

/** The connection, for an actor who speaks for grid operators on everything it limits; else 403 or 404. */
function owned(ports: HttpPorts, actor: Actor, connection: string): GridConnectionNow {
  const found = ports.grid.connections().find(({ id }) => id === connection);
  const isGridOperator = actor.role === 'grid-operator' || actor.role === 'admin';
  if (found !== undefined && isGridOperator && found.sites.every((site) => can(actor, 'set limits', site)))
    return found;
  if (found === undefined && actor.role === 'admin')
    return notFound(`connection "${connection}" is not in the config under grid.connections`);
  throw new ProblemError('forbidden', {
    detail: `key "${actor.name}" (role ${actor.role}) does not speak for connection "${connection}": use a grid-operator key with every site it limits`,
  });
}
