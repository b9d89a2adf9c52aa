import Type from 'typebox';
import { fraction } from '../domain/pricing/fraction.ts';
import { closed } from './closed.ts';
import { linkNext, pageOf, pageQuery } from './pages.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { nullable } from './schemas.ts';
import { notFound } from './visible.ts';

const decimal = (description: string) =>
  Type.Optional(Type.String({ pattern: '^[0-9]{1,9}(\\.[0-9]{1,4})?$', description }));

const request = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Kept in the audit; the remark of a corrected CDR',
    }),
    corrected: Type.Optional(
      Type.Object(
        {
          energyKwh: decimal('What was really charged, such as "12.5": priced by the tariffs of the CDR'),
          beforeTaxes: decimal('What it costs in all, such as "4.20": taxed as the CDR'),
        },
        { ...closed, minProperties: 1, description: 'Left away: it is taken back, and that is all' },
      ),
    ),
  },
  closed,
);

const query = Type.Object(
  {
    ...pageQuery.properties,
    newest: Type.Optional(
      Type.Enum(['true', 'false'], {
        description: 'Whether the newest comes first; else in the order they were made',
      }),
    ),
    cdr: Type.Optional(Type.String({ maxLength: 48, description: 'This one alone, by its id' })),
  },
  closed,
);

const cdr = Type.Object({}, { additionalProperties: true, description: 'In the words of OCPI 2.3.0' });

const answer = Type.Object({ credit: cdr, corrected: nullable(cdr) }, closed);

/** `GET /partners/{partner}/cdrs`, `POST /partners/{partner}/cdrs/{cdr}/credit`. */
export const partnerBills =
  ({ partnerBills: bills }: HttpPorts): Plugin =>
  async (api) => {
    const config = { right: 'manage partners' } as const;
    const needed = () => {
      if (bills !== undefined) return bills;
      throw new ProblemError('refused', { detail: 'nobody is billed: add the section "ocpi" to the config' });
    };

    api.get(
      '/partners/:partner/cdrs',
      {
        config,
        schema: {
          summary: 'The CDRs that a partner has of us, credits among them',
          params: Type.Object({ partner: Type.String() }),
          querystring: query,
          response: { 200: Type.Array(cdr) },
        },
      },
      async ({ params: { partner }, query: { offset, ...also } }, reply) => {
        const page = pageOf({ ...(offset !== undefined && { offset }) });
        const isNewestFirst = also.newest === 'true';
        const { cdr: id } = also;
        const { items, total } = await needed().list(partner, {
          ...page,
          ...(isNewestFirst && { isNewestFirst }),
          ...(id !== undefined && { cdr: id }),
        });
        linkNext(
          reply,
          `/partners/${encodeURIComponent(partner)}/cdrs`,
          { offset: String(page.offset) },
          total,
          also,
        );
        return items.map((item) => Object(item));
      },
    );

    api.post(
      '/partners/:partner/cdrs/:cdr/credit',
      {
        config,
        schema: {
          summary:
            'Takes a CDR back, and makes the right one where it is known; durable when the answer comes',
          params: Type.Object({ partner: Type.String(), cdr: Type.String() }),
          body: request,
          response: { 201: answer },
        },
      },
      async ({ actor, params: { partner, cdr: id }, body: { reason, corrected } }, reply) => {
        const { energyKwh, beforeTaxes } = corrected ?? {};
        const correction = corrected && {
          ...(energyKwh !== undefined && { energyKwh: fraction(energyKwh) }),
          ...(beforeTaxes !== undefined && { beforeTaxes: fraction(beforeTaxes) }),
        };
        const outcome = await needed().credit(partner, { cdr: id, reason, correction }, actor);
        switch (outcome.status) {
          case 'credited':
            reply.code(201);
            return {
              credit: Object(outcome.credit),
              corrected: outcome.corrected ? Object(outcome.corrected) : null,
            };
          case 'unknown':
            return notFound(`no CDR "${id}": GET /api/v1/partners/${partner}/cdrs lists what there is`);
          case 'refused':
            throw new ProblemError('refused', { detail: outcome.why });
          default:
            return outcome satisfies never;
        }
      },
    );
  };
