import Type from 'typebox';
import { siteId } from '../domain/ids.ts';
import type { ApiKey, User } from '../domain/person.ts';
import { closed } from './closed.ts';
import { instantIfGiven } from './instantGiven.ts';
import {
  type KeyBody,
  key,
  keyWithSecret,
  newPassword,
  personName,
  role,
  sites,
  type UserBody,
  user,
} from './peopleBody.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError, refusal } from './problem.ts';
import { nullable } from './schemas.ts';
import { instant, instantOrNull } from './siteBody.ts';
import { notFound } from './visible.ts';

const right = 'manage people';

const removed = { 204: Type.Null({ description: 'It is removed, durably' }) };

/** `GET`, `POST /users`, `PATCH`, `DELETE /users/{user}`, `GET`, `POST /keys` and `DELETE /keys/{key}`. */
export const people =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    await api.register(users(ports));
    await api.register(keys(ports));
  };

const users =
  ({ people: port }: HttpPorts): Plugin =>
  async (api) => {
    const params = Type.Object({ user: Type.String() });

    api.get(
      '/users',
      { config: { right }, schema: { summary: 'Who may sign in', response: { 200: Type.Array(user) } } },
      async () => port.users().map(userBody),
    );

    api.post(
      '/users',
      {
        config: { right },
        schema: {
          summary: 'Adds a user; durable when the answer comes. The first one has to be an admin',
          body: Type.Object(
            { name: personName, role, sites: Type.Optional(sites), password: newPassword },
            closed,
          ),
          response: { 201: user },
        },
      },
      async ({ actor, body }, reply) => {
        const asked = { ...body, sites: (body.sites ?? []).map(siteId) };
        const outcome = await port.addUser(asked, actor.name);
        if (outcome.status === 'refused') throw refusal(outcome);
        reply.code(201);
        return userBody(outcome.user);
      },
    );

    api.patch(
      '/users/:user',
      {
        config: { right },
        schema: {
          summary: 'Changes a user. A new password, or blocking, ends all its logins',
          params,
          body: Type.Partial(
            Type.Object({ role, sites, isBlocked: Type.Boolean(), password: newPassword }, closed),
          ),
          response: { 200: user },
        },
      },
      async ({ actor, body: { sites: asked, ...body }, params }) => {
        const change = { ...body, ...(asked !== undefined && { sites: asked.map(siteId) }) };
        const outcome = await port.changeUser(params.user, change, actor.name);
        if (outcome === undefined) return unknownUser(params.user);
        if (outcome.status === 'refused') throw refusal(outcome);
        return userBody(outcome.user);
      },
    );

    api.delete(
      '/users/:user',
      {
        config: { right },
        schema: { summary: 'Removes a user, and ends all its logins', params, response: removed },
      },
      async ({ actor, params }, reply) => {
        const outcome = await port.removeUser(params.user, actor.name);
        if (outcome === undefined) return unknownUser(params.user);
        if (outcome.status === 'refused') throw refusal(outcome);
        return reply.code(204).send(null);
      },
    );
  };

const keys =
  ({ people: port }: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/keys',
      {
        config: { right },
        schema: { summary: 'Keys made while the service runs', response: { 200: Type.Array(key) } },
      },
      async () => port.keys().map(keyBody),
    );

    api.post(
      '/keys',
      {
        config: { right },
        schema: {
          summary: 'Makes a key and shows it once',
          body: Type.Object(
            {
              name: personName,
              role,
              sites: Type.Optional(sites),
              expiresAt: Type.Optional(
                nullable(Type.String({ maxLength: 40, description: 'ISO 8601 with zone; null: never' })),
              ),
            },
            closed,
          ),
          response: { 201: keyWithSecret },
        },
      },
      async ({ actor, body }, reply) => {
        if (actor.name === 'trial')
          throw new ProblemError('refused', { detail: 'on trial there are no keys: add a user first' });
        const asked = {
          ...body,
          sites: (body.sites ?? []).map(siteId),
          expiresAtMs: instantIfGiven('expiresAt', body.expiresAt),
        };
        const outcome = await port.addKey(asked, actor.name);
        if (outcome.status === 'refused') throw refusal(outcome);
        reply.code(201);
        return { ...keyBody(outcome.key), secret: outcome.secret };
      },
    );

    api.delete(
      '/keys/:key',
      {
        config: { right },
        schema: {
          summary: 'Removes a key: from then on it is unknown',
          params: Type.Object({ key: Type.String() }),
          response: removed,
        },
      },
      async ({ actor, params }, reply) => {
        if (!(await port.removeKey(params.key, actor.name)))
          return notFound(`no key "${params.key}": GET /api/v1/keys lists what there is`);
        return reply.code(204).send(null);
      },
    );
  };

const unknownUser = (given: string): never =>
  notFound(`no user "${given}": GET /api/v1/users lists who there is`);

const userBody = (each: User): UserBody => ({
  name: each.name,
  role: each.role,
  sites: [...each.sites],
  isBlocked: each.isBlocked,
  setAt: instant(each.setAtMs),
  setBy: each.setBy,
});

const keyBody = (each: ApiKey): KeyBody => ({
  name: each.name,
  role: each.role,
  sites: [...each.sites],
  expiresAt: instantOrNull(each.expiresAtMs),
  setAt: instant(each.setAtMs),
  setBy: each.setBy,
});
