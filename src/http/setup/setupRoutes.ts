import Type from 'typebox';
import { type DraftMeter, draftMeter, type SiteDraft, siteDraft } from '../../domain/siteDraft.ts';
import type { Plugin } from '../plugin.ts';
import { ProblemError } from '../problem.ts';
import {
  type DraftVerdictBody,
  draftVerdict,
  type HeardMeterBody,
  heardMeter,
  type SetupFactsBody,
  setupFacts,
  type WrittenBody,
  written,
} from './setupBody.ts';

/** What the first start asks of the program. */
export interface SetupPorts {
  facts(): SetupFactsBody;
  /** Listens to a meter instead of the one before. */
  listen(meter: DraftMeter): Promise<void>;
  /** undefined while none is listened to. */
  heard(): HeardMeterBody | undefined;
  judge(draft: SiteDraft): Promise<DraftVerdictBody>;
  /** Writes the config: from then on the program ends this and starts the service. */
  write(draft: SiteDraft): Promise<Written>;
}

export type Written =
  | { readonly status: 'written'; readonly body: WrittenBody }
  | { readonly status: 'refused'; readonly field: string; readonly why: string };

/** `/setup` and below: a site is described, its meter listened to, its config written. */
export const setupRoutes =
  (ports: SetupPorts): Plugin =>
  async (api) => {
    const config = { right: 'self' } as const;

    api.get(
      '/setup',
      { config, schema: { summary: 'Where the config will be', response: { 200: setupFacts } } },
      async () => ports.facts(),
    );

    api.put(
      '/setup/meter',
      {
        config,
        schema: {
          summary: 'Listens to a meter',
          body: draftMeter,
          response: { 204: Type.Null({ description: 'It is listened to from now on' }) },
        },
      },
      async ({ body }, reply) => {
        await ports.listen(body);
        return reply.code(204).send(null);
      },
    );

    api.get(
      '/setup/meter',
      { config, schema: { summary: 'What the meter says now', response: { 200: heardMeter } } },
      async () => {
        const heard = ports.heard();
        if (heard === undefined)
          throw new ProblemError('not-found', { detail: 'no meter is listened to: PUT it first' });
        return heard;
      },
    );

    api.post(
      '/setup/check',
      {
        config,
        schema: {
          summary: 'Whether the site can be as it is described',
          body: siteDraft,
          response: { 200: draftVerdict },
        },
      },
      async ({ body }) => ports.judge(body),
    );

    api.post(
      '/setup',
      {
        config,
        schema: {
          summary: 'Writes the config and starts the service',
          body: siteDraft,
          response: { 201: written },
        },
      },
      async ({ body }, reply) => {
        const outcome = await ports.write(body);
        if (outcome.status === 'refused')
          throw new ProblemError('refused', { detail: outcome.why, field: outcome.field });
        return reply.code(201).send(outcome.body);
      },
    );
  };
