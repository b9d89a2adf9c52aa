import Type from 'typebox';
import type { BilledMonth } from '../domain/billing/billedMonth.ts';
import { closed } from './closed.ts';
import { linkNext, pageOf, pageQuery } from './pages.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { codedRefusal } from './refusalCodes.ts';
import { type BilledMonthBody, billedMonth, contractBill } from './retailInvoiceBody.ts';
import { type InvoiceForm, invoiceForms, neededRetail } from './retailPorts.ts';
import { instant, instantOrNull } from './siteBody.ts';

const params = Type.Object({
  month: Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$', description: 'Such as 2026-10' }),
});

const query = Type.Object(
  {
    form: Type.Optional(
      Type.Enum([...invoiceForms], { default: 'json', description: 'html: a page to print' }),
    ),
    contract: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Of the electricity contract; left away: all',
      }),
    ),
  },
  closed,
);

const mediaTypes: Readonly<Record<InvoiceForm, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** `GET /retail/invoices`, `GET` and `POST /retail/invoices/{month}`. */
export const retailInvoices =
  ({ retail }: HttpPorts): Plugin =>
  async (api) => {
    const config = { right: 'manage contracts' } as const;

    api.get(
      '/retail/invoices',
      {
        config,
        schema: { summary: 'Months whose bills were made', response: { 200: Type.Array(billedMonth) } },
      },
      async () => (await neededRetail(retail).months()).map(monthBody),
    );

    api.get(
      '/retail/invoices/:month',
      {
        config,
        schema: {
          summary: 'The bills of a month, or what they would be if it were closed now',
          params,
          querystring: query,
          response: { 200: Type.String({ description: 'The file in the form that was asked for' }) },
        },
      },
      async ({ params: { month: name }, query: { form = 'json', contract } }, reply) => {
        const made = await neededRetail(retail).bills(name, form, contract);
        if (made.status === 'refused') throw new ProblemError('refused', { detail: made.why });
        reply
          .type(mediaTypes[form])
          .header('content-disposition', `attachment; filename="${made.fileName}"`)
          .serializer((text: unknown) => String(text));
        return made.text;
      },
    );

    api.get(
      '/retail/invoices/:month/contracts',
      {
        config,
        schema: {
          summary: 'What each contract owes for a month, or would if it were closed now, 100 a page',
          params,
          querystring: Type.Object(
            {
              ...pageQuery.properties,
              find: Type.Optional(
                Type.String({ maxLength: 64, description: 'Only contracts with this in them' }),
              ),
            },
            closed,
          ),
          response: { 200: Type.Array(contractBill) },
        },
      },
      async ({ params: { month: name }, query: { find = '', ...page } }, reply) => {
        const told = await neededRetail(retail).totals(name, find);
        if (told.status === 'refused') throw new ProblemError('refused', { detail: told.why });
        const { offset, limit } = pageOf(page);
        const path = `/retail/invoices/${name}/contracts`;
        linkNext(reply, path, page, told.totals.length, find === '' ? {} : { find });
        return told.totals.slice(offset, offset + limit);
      },
    );

    api.post(
      '/retail/invoices/:month',
      {
        config,
        schema: {
          summary:
            'Closes a month: its bills are made, once, and never change. It is listed as closed when it is done',
          params,
          response: {
            200: Type.Object({ status: Type.Enum(['closed']) }, closed),
            202: Type.Object({ status: Type.Enum(['begun']) }, closed),
          },
        },
      },
      async ({ actor, params: { month: name } }, reply) => {
        const outcome = await neededRetail(retail).close(name, actor);
        if (outcome.status === 'refused') throw new ProblemError('refused', { detail: outcome.why });
        if (outcome.status === 'closed') return reply.code(200).send({ status: 'closed' });
        return reply.code(202).send({ status: 'begun' });
      },
    );
  };

const monthBody = (billed: BilledMonth): BilledMonthBody => ({
  month: billed.month.name,
  begunAt: instant(billed.begunAtMs),
  begunBy: billed.begunBy,
  closedAt: instantOrNull(billed.closedAtMs),
  ...{ lines: billed.lineCount, later: billed.laterCount, held: billed.heldCount },
  heldCdrs: billed.held.map(({ countryCode, partyId, cdrId, why }) => ({
    ...{ cdr: `${countryCode} ${partyId} ${cdrId}`, why, ...codedRefusal(why, undefined) },
  })),
});
