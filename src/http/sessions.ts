import Type, { type Static } from 'typebox';
import { sessionId } from '../domain/ids.ts';
import { instantGiven } from './instantGiven.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts, SessionChange, SessionCursor } from './ports.ts';
import { ProblemError, refusal } from './problem.ts';
import { named, nullable, profileType, type SessionBody, type SessionDetailBody } from './schemas.ts';
import { instant, sessionBody, sessionDetailBody } from './siteBody.ts';
import { notFound, visibleEvse, visibleSites } from './visible.ts';

const defaultPageSize = 100;
const maxEnergyWh = 1_000_000;

const instantText = (description: string) =>
  Type.String({ maxLength: 40, description: `${description}: ISO 8601 with zone` });

// Text, because nothing in a URL is anything else and nothing is converted silently.
const query = Type.Object(
  {
    site: Type.Optional(Type.String({ description: 'Only of this site' })),
    evse: Type.Optional(Type.String({ description: 'Only at this EVSE' })),
    state: Type.Optional(Type.Enum(['running', 'finished'])),
    from: Type.Optional(instantText('Only those that started from then on')),
    until: Type.Optional(instantText('Only those that started before')),
    before: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,15}~.{1,200}$',
        description: 'The next page: see the Link header of this one',
      }),
    ),
    count: Type.Optional(
      Type.String({ pattern: '^([1-9][0-9]{0,2}|1000)$', description: '1 to 1000, default 100' }),
    ),
  },
  { additionalProperties: false },
);

const change = Type.Object(
  {
    wantedEnergyWh: Type.Optional(nullable(Type.Number({ minimum: 0, maximum: maxEnergyWh }))),
    departureAt: Type.Optional(
      nullable(Type.String({ maxLength: 40, description: 'ISO 8601 with zone, in the future' })),
    ),
    priority: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 100 }))),
    profile: Type.Optional(nullable(profileType)),
  },
  { additionalProperties: false, minProperties: 1, description: 'Null takes a wish back' },
);

/** `GET /sessions`, `GET` and `PATCH /sessions/{session}`. */
export const sessions =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/sessions',
      {
        config: { right: 'read sessions' },
        schema: {
          summary: 'Sessions on the sites of the key, the newest first',
          querystring: query,
          response: { 200: Type.Array(named<SessionBody>('Session')) },
        },
      },
      async ({ actor, query }, reply) => {
        const { site, evse, state, from, until, before, count } = query;
        const evseIds = visibleSites(ports, actor, 'read sessions')
          .filter(({ siteId }) => site === undefined || site === siteId)
          .flatMap((view) => view.evses.map(({ id }) => id))
          .filter((id) => evse === undefined || evse === id);
        if (evseIds.length === 0) return [];
        const page = await ports.sessions.list({
          evseIds,
          count: count === undefined ? defaultPageSize : Number(count),
          ...(state !== undefined && { isFinished: state === 'finished' }),
          ...(from !== undefined && { fromMs: instantGiven('from', from) }),
          ...(until !== undefined && { untilMs: instantGiven('until', until) }),
          ...(before !== undefined && { before: cursorOf(before) }),
        });
        if (page.next !== undefined) reply.header('link', nextLink(query, page.next));
        return page.sessions.map(sessionBody);
      },
    );

    api.get(
      '/sessions/:session',
      {
        config: { right: 'read sessions' },
        schema: {
          summary: 'A session with its charging periods and signed meter values',
          params: Type.Object({ session: Type.String() }),
          response: { 200: named<SessionDetailBody>('SessionDetail') },
        },
      },
      async ({ actor, params }) => {
        const detail = await ports.sessions.find(sessionId(params.session));
        const isVisible = visibleSites(ports, actor, 'read sessions').some(({ evses }) =>
          evses.some(({ id }) => id === detail?.session.evseId),
        );
        if (detail !== undefined && isVisible) return sessionDetailBody(detail);
        return notFound(
          `no session "${params.session}" on a site of key "${actor.name}": GET /api/v1/sessions lists what there is`,
        );
      },
    );

    api.patch(
      '/sessions/:session',
      {
        config: { right: 'change sessions' },
        schema: {
          summary: 'What the driver of a running session wants',
          params: Type.Object({ session: Type.String() }),
          body: change,
          response: { 200: named<SessionBody>('Session') },
        },
      },
      async ({ actor, params, body }) => {
        const what = `running session "${params.session}"`;
        const asked = { actor, right: 'change sessions', what } as const;
        const { evse } = visibleEvse(ports, asked, ({ session }) => session?.id === params.session);
        if (evse.session === undefined) return notFound(`${what} has ended`);
        const outcome = await ports.sessions.change(
          evse.session.id,
          changeOf(body, ports.clock.nowMs()),
          actor,
        );
        switch (outcome.status) {
          case 'changed':
            return sessionBody(outcome.session);
          case 'unknown':
            return notFound(`${what} has ended`);
          case 'refused':
            throw refusal(outcome);
          default:
            return outcome satisfies never;
        }
      },
    );
  };

function cursorOf(text: string): SessionCursor {
  const at = text.indexOf('~');
  return { atMs: Number(text.slice(0, at)), id: text.slice(at + 1) };
}

/** Where the next page of a query is [RFC 8288]. */
function nextLink(asked: Static<typeof query>, next: SessionCursor): string {
  const parameters = new URLSearchParams({ ...asked, before: `${next.atMs}~${next.id}` });
  return `</api/v1/sessions?${parameters}>; rel="next"`;
}

function changeOf(
  { wantedEnergyWh, departureAt, priority, profile }: Static<typeof change>,
  nowMs: number,
): SessionChange {
  return {
    ...(wantedEnergyWh !== undefined && { wantedEnergyWh: wantedEnergyWh ?? undefined }),
    ...(departureAt !== undefined && {
      departureAtMs: departureAt === null ? undefined : departure(departureAt, nowMs),
    }),
    ...(priority !== undefined && { priority: priority ?? undefined }),
    ...(profile !== undefined && { profile: profile ?? undefined }),
  };
}

function departure(text: string, nowMs: number): number {
  const field = 'departureAt';
  const ms = instantGiven(field, text);
  if (ms > nowMs) return ms;
  const detail = `${field} is in the past: give an instant after now, which is ${instant(nowMs)}`;
  throw new ProblemError('refused', { field, detail });
}
