import Type, { type Static } from 'typebox';
import { closed } from './closed.ts';
import { linkNext, pageOf, pageQuery } from './pages.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { nullable } from './schemas.ts';
import type { TerminalAssignment, TerminalsPort } from './terminalPorts.ts';
import { notFound } from './visible.ts';

const ids = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ maxLength: 36 }), { maxItems: 10_000, uniqueItems: true, description }),
  );

const assignment = {
  locations: ids('Ids of sites; empty: none'),
  evses: ids('Ids of EVSEs, where not all of a site are meant; empty: none in particular'),
  customerReference: Type.Optional(Type.String({ minLength: 1, maxLength: 36 })),
  invoiceBaseUrl: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
};
const change = Type.Object(assignment, { ...closed, minProperties: 1 });
const activation = Type.Object(
  {
    ...assignment,
    reference: Type.String({
      minLength: 1,
      maxLength: 36,
      description: 'Such as the serial number: the provider knows it by that',
    }),
  },
  closed,
);

const terminal = Type.Object({}, { additionalProperties: true, description: 'In the words of OCPI 2.3.0' });
const payment = Type.Object(
  {
    confirmation: Type.Object({}, { additionalProperties: true, description: 'In the words of OCPI 2.3.0' }),
    session: nullable(Type.String({ description: 'Started under its authorization_reference' })),
    cdr: nullable(Type.String({ description: 'The newest of that session' })),
  },
  closed,
);

const partner = Type.Object({ partner: Type.String() });
const one = Type.Object({ partner: Type.String(), terminal: Type.String() });

/** `/partners/{partner}/terminals` and `/payments`. */
export const terminals =
  ({ terminals: port }: HttpPorts): Plugin =>
  async (api) => {
    const config = { right: 'manage partners' } as const;
    const needed = (): TerminalsPort => {
      if (port !== undefined) return port;
      throw new ProblemError('refused', {
        detail: 'there are no terminals: add the section "ocpi" to the config',
      });
    };

    api.get(
      '/partners/:partner/terminals',
      {
        config,
        schema: {
          summary: 'The payment terminals of a provider, and the places that they take money for',
          params: partner,
          querystring: pageQuery,
          response: { 200: Type.Array(terminal) },
        },
      },
      async ({ params: { partner: id }, query }, reply) => {
        const { items, total } = await needed().terminals(id, pageOf(query));
        linkNext(reply, `/partners/${id}/terminals`, query, total);
        return items.map((item) => Object(item));
      },
    );

    api.post(
      '/partners/:partner/terminals',
      {
        config,
        schema: {
          summary: 'Asks a provider to activate a terminal; it comes into the list when it does',
          params: partner,
          body: activation,
          response: { 202: Type.Null() },
        },
      },
      async ({ actor, params: { partner: id }, body }, reply) => {
        const given = { ...assignmentOf(body), reference: body.reference };
        succeeded(await needed().activate(id, given, actor));
        return reply.code(202).send(null);
      },
    );

    api.patch(
      '/partners/:partner/terminals/:terminal',
      {
        config,
        schema: {
          summary:
            'Says where a terminal takes money; durable when the answer comes, and then told to its provider',
          params: one,
          body: change,
          response: { 200: terminal },
        },
      },
      async ({ actor, params: { partner: id, terminal: terminalId }, body }) =>
        Object(succeeded(await needed().assign(id, terminalId, assignmentOf(body), actor))),
    );

    api.delete(
      '/partners/:partner/terminals/:terminal',
      {
        config,
        schema: {
          summary: 'Asks its provider to deactivate a terminal',
          params: one,
          response: { 204: Type.Null() },
        },
      },
      async ({ actor, params: { partner: id, terminal: terminalId } }, reply) => {
        succeeded(await needed().deactivate(id, terminalId, actor));
        return reply.code(204).send(null);
      },
    );

    api.get(
      '/partners/:partner/payments',
      {
        config,
        schema: {
          summary: 'What a payment provider took from cards for our sessions',
          params: partner,
          querystring: pageQuery,
          response: { 200: Type.Array(payment) },
        },
      },
      async ({ params: { partner: id }, query }, reply) => {
        const { items, total } = await needed().payments(id, pageOf(query));
        linkNext(reply, `/partners/${id}/payments`, query, total);
        return items.map(({ confirmation, sessionId, cdrId }) => ({
          ...{ confirmation: Object(confirmation), session: sessionId ?? null, cdr: cdrId ?? null },
        }));
      },
    );
  };

const assignmentOf = ({
  locations,
  evses,
  customerReference,
  invoiceBaseUrl,
}: Static<typeof change>): TerminalAssignment => ({
  ...(locations !== undefined && { locationIds: locations }),
  ...(evses !== undefined && { evseUids: evses }),
  ...(customerReference !== undefined && { customerReference }),
  ...(invoiceBaseUrl !== undefined && { invoiceBaseUrl }),
});

function succeeded(outcome: Awaited<ReturnType<TerminalsPort['assign']>>): unknown {
  switch (outcome.status) {
    case 'done':
      return outcome.terminal;
    case 'unknown':
      return notFound('no such terminal of a registered partner: GET …/terminals lists what there is');
    case 'refused':
      throw new ProblemError('refused', { detail: outcome.why });
    case 'failed':
      throw new ProblemError('partner-failed', { detail: outcome.why });
    default:
      return outcome satisfies never;
  }
}
