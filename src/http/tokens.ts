import Type, { type Static } from 'typebox';
import { type SiteId, siteId } from '../domain/ids.ts';
import type { Token } from '../domain/token.ts';
import { type Actor, can } from './auth.ts';
import { closed } from './closed.ts';
import { instantIfGiven } from './instantGiven.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { nullable } from './schemas.ts';
import { instant, instantOrNull } from './siteBody.ts';
import { notFound } from './visible.ts';

const pageSize = 200;

const text = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, description });

const request = Type.Object(
  {
    // The longest of OCPP 2.1; 1.6 has no more than 20.
    id: text(255, 'As the card tells it; upper and lower case are the same'),
    type: Type.Optional(
      nullable(text(20, 'Of OCPP 2.x, such as ISO14443, eMAID or Central; null: whatever the station says')),
    ),
    groupId: Type.Optional(nullable(text(36, "Members of a group may end each other's sessions"))),
    isBlocked: Type.Optional(Type.Boolean({ default: false })),
    expiresAt: Type.Optional(nullable(Type.String({ maxLength: 40, description: 'ISO 8601 with zone' }))),
    sites: Type.Optional(
      Type.Array(text(48, 'Id'), { maxItems: 1_000, description: 'Where it is good; none: everywhere' }),
    ),
    note: Type.Optional(Type.String({ maxLength: 200, description: 'For people' })),
  },
  closed,
);

const token = Type.Object(
  {
    key: Type.String({ description: 'Names it in the URL' }),
    id: Type.String(),
    type: nullable(Type.String()),
    groupId: nullable(Type.String()),
    isBlocked: Type.Boolean(),
    expiresAt: nullable(Type.String()),
    sites: Type.Array(Type.String()),
    note: Type.String(),
    setAt: Type.String(),
    setBy: Type.String(),
  },
  { ...closed, description: 'A token of a driver' },
);

const query = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{32}$',
        description: 'The next page: see the Link header of this one',
      }),
    ),
  },
  closed,
);

/** `GET`, `POST /tokens` and `DELETE /tokens/{token}`. */
export const tokens =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/tokens',
      {
        config: { right: 'manage tokens' },
        schema: {
          summary: 'Tokens that are good on a site of the key',
          querystring: query,
          response: { 200: Type.Array(token) },
        },
      },
      async ({ actor, query: { after = '' } }, reply) => {
        const visible = ports.tokens
          .list()
          .filter((each) => each.key > after && isVisible(actor, each))
          .sort((a, b) => (a.key < b.key ? -1 : 1));
        const page = visible.slice(0, pageSize);
        const last = page.at(-1);
        if (last !== undefined && visible.length > page.length)
          reply.header('link', `</api/v1/tokens?after=${last.key}>; rel="next"`);
        return page.map(tokenBody);
      },
    );

    api.post(
      '/tokens',
      {
        config: { right: 'manage tokens' },
        schema: {
          summary: 'Adds a token, or replaces it; durable and in force when the answer comes',
          body: request,
          response: { 200: token, 201: token },
        },
      },
      async ({ actor, body }, reply) => {
        const sites = (body.sites ?? []).map(siteId);
        demandSites(ports, actor, sites);
        const known = ports.tokens.find(ports.tokens.keyOf(body.id));
        if (known !== undefined && !mayChange(actor, known.sites)) throw notYours(actor);
        const kept = await ports.tokens.set({ ...tokenOf(body), sites }, actor);
        if (kept === undefined)
          throw new ProblemError('refused', {
            detail: 'there are as many tokens as can be kept: remove some',
          });
        reply.code(known === undefined ? 201 : 200);
        return tokenBody(kept);
      },
    );

    api.delete(
      '/tokens/:token',
      {
        config: { right: 'manage tokens' },
        schema: {
          summary: 'Removes a token: from then on it is a stranger',
          params: Type.Object({ token: Type.String() }),
          response: { 204: Type.Null({ description: 'It is removed, durably' }) },
        },
      },
      async ({ actor, params }, reply) => {
        const known = ports.tokens.find(params.token);
        if (known === undefined || !isVisible(actor, known))
          return notFound(`no token "${params.token}": GET /api/v1/tokens lists what there is`);
        if (!mayChange(actor, known.sites)) throw notYours(actor);
        await ports.tokens.remove(known, actor);
        return reply.code(204).send(null);
      },
    );
  };

const isVisible = (actor: Actor, { sites }: Token): boolean =>
  sites.length === 0 || sites.some((site) => can(actor, 'manage tokens', site));

/** What is good everywhere, or elsewhere too, is for an admin. */
const mayChange = (actor: Actor, sites: readonly SiteId[]): boolean =>
  actor.role === 'admin' || (sites.length > 0 && sites.every((site) => can(actor, 'manage tokens', site)));

function demandSites(ports: HttpPorts, actor: Actor, sites: readonly SiteId[]): void {
  if (!mayChange(actor, sites)) throw notYours(actor);
  const unknown = sites.find((site) => !ports.views().some(({ siteId: known }) => known === site));
  if (unknown !== undefined)
    throw new ProblemError('refused', { field: 'sites', detail: `site "${unknown}" is not in the config` });
}

const notYours = (actor: Actor): ProblemError =>
  new ProblemError('forbidden', {
    detail: `key "${actor.name}" may only set tokens of its own sites: name them in "sites"`,
  });

type TokenRequestBody = Static<typeof request>;

function tokenOf(body: TokenRequestBody): Omit<Token, 'key' | 'sites' | 'setAtMs' | 'setBy'> {
  const { id, type, groupId, isBlocked = false, expiresAt, note = '' } = body;
  const expiresAtMs = instantIfGiven('expiresAt', expiresAt);
  return { id, type: type ?? undefined, groupId: groupId ?? undefined, isBlocked, expiresAtMs, note };
}

const tokenBody = (each: Token): Static<typeof token> => ({
  key: each.key,
  id: each.id,
  type: each.type ?? null,
  groupId: each.groupId ?? null,
  isBlocked: each.isBlocked,
  expiresAt: instantOrNull(each.expiresAtMs),
  sites: [...each.sites],
  note: each.note,
  setAt: instant(each.setAtMs),
  setBy: each.setBy,
});
