import Type from 'typebox';
import { ocpiVersions, type Partner } from '../domain/roaming/partner.ts';
import { closed } from './closed.ts';
import { invitation, type PartnerBody, partner } from './partnerSchemas.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { instant } from './siteBody.ts';
import { notFound } from './visible.ts';

const request = Type.Object(
  {
    id: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$',
      description: 'Your name for the partner',
    }),
    versionsUrl: Type.Optional(
      Type.String({ maxLength: 255, description: 'Where its versions are; left away: it registers with us' }),
    ),
    token: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'The first token, that it gave you' }),
    ),
    tokenForm: Type.Optional(
      Type.Enum(['base64', 'raw'], {
        default: 'base64',
        description: 'How it reads the header Authorization; raw for some older platforms',
      }),
    ),
    version: Type.Optional(
      Type.Enum([...ocpiVersions], { description: 'Left away: the newest that both speak' }),
    ),
  },
  closed,
);

const params = Type.Object({ partner: Type.String() });

/** `GET`, `POST /partners`, `POST /partners/{partner}/rotation` and `DELETE /partners/{partner}`. */
export const partners =
  ({ partners: desk }: HttpPorts): Plugin =>
  async (api) => {
    const needed = (): NonNullable<HttpPorts['partners']> => {
      if (desk !== undefined) return desk;
      throw new ProblemError('refused', { detail: 'OCPI is not configured: add the section "ocpi"' });
    };
    const bodyOf = (each: Partner): PartnerBody => partnerBody(each, desk?.behind(each) ?? []);
    const known = (id: string): Partner =>
      needed().find(id) ?? notFound(`no partner "${id}": GET /api/v1/partners lists what there is`);

    api.get(
      '/partners',
      {
        config: { right: 'manage partners' },
        schema: { summary: 'Roaming partners', response: { 200: Type.Array(partner) } },
      },
      async () => (desk?.list() ?? []).map(bodyOf),
    );

    api.post(
      '/partners',
      {
        config: { right: 'manage partners' },
        schema: {
          summary: 'Invites a partner to register with us, or registers with one that gave us a token',
          body: request,
          response: { 201: Type.Union([invitation, partner]) },
        },
      },
      async ({ actor, body }, reply) => {
        const { id, versionsUrl, token, tokenForm = 'base64', version } = body;
        if ((versionsUrl === undefined) !== (token === undefined))
          throw new ProblemError('refused', {
            field: versionsUrl === undefined ? 'versionsUrl' : 'token',
            detail: 'to register with a partner both its versionsUrl and its token are needed',
          });
        reply.code(201);
        if (versionsUrl === undefined || token === undefined) {
          const { partner: invited, ...told } = succeeded(await needed().invite(id, actor));
          return { ...told, partner: bodyOf(invited) };
        }
        const asked = { id, versionsUrl, token, tokenForm, ...(version !== undefined && { version }) };
        return bodyOf(succeeded(await needed().register(asked, actor)).partner);
      },
    );

    api.post(
      '/partners/:partner/rotation',
      {
        config: { right: 'manage partners' },
        schema: { summary: 'Exchanges the tokens for new ones', params, response: { 200: partner } },
      },
      async ({ actor, params: { partner: id } }) =>
        bodyOf(succeeded(await needed().rotate(known(id), actor)).partner),
    );

    api.delete(
      '/partners/:partner',
      {
        config: { right: 'manage partners' },
        schema: {
          summary:
            'Ends it with a partner: its tokens are good for nothing any more, and it is told if it can be',
          params,
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params: { partner: id } }, reply) => {
        await needed().remove(known(id), actor);
        return reply.code(204).send(null);
      },
    );
  };

function succeeded<Done extends { readonly status: 'done' }>(
  outcome: Done | { readonly status: 'refused' | 'failed'; readonly why: string },
): Done {
  if (outcome.status === 'done') return outcome;
  throw new ProblemError(outcome.status === 'failed' ? 'partner-failed' : 'refused', { detail: outcome.why });
}

function partnerBody(
  { id, state, addedAtMs, addedBy }: Partner,
  behind: ReturnType<NonNullable<HttpPorts['partners']>['behind']>,
): PartnerBody {
  const registered = state.kind === 'registered' ? state : undefined;
  return {
    id,
    state: state.kind,
    version: registered?.version ?? null,
    versionsUrl: registered?.versionsUrl ?? null,
    parties: (registered?.roles ?? []).map(({ role, countryCode, partyId, businessDetails }) => {
      return { role, countryCode, partyId, name: businessDetails.name };
    }),
    behind: [...behind],
    modules: (registered?.endpoints ?? []).map(({ module, role }) => `${module} ${role}`),
    addedAt: instant(addedAtMs),
    addedBy,
  };
}
