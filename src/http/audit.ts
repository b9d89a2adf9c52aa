import Type from 'typebox';
import type { AuditRecord } from '../domain/audit.ts';
import { siteId } from '../domain/ids.ts';
import { type AuditRecordBody, auditPage } from './auditBody.ts';
import { type Actor, demand } from './auth.ts';
import { verification, verificationBody } from './chainBody.ts';
import { closed } from './closed.ts';
import { instantIfGiven } from './instantGiven.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { instant } from './siteBody.ts';

const right = 'read audit';
const pageRows = 200;

const text = (description: string) => Type.Optional(Type.String({ maxLength: 200, description }));
const query = Type.Object(
  {
    site: text('Id'),
    actor: text('Who'),
    action: text('In full, such as "limit set"'),
    target: text('In full'),
    from: text('ISO 8601 with zone'),
    until: text('ISO 8601 with zone; not included'),
    before: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,15}$', description: 'The "next" of the page before' }),
    ),
  },
  closed,
);

/** `GET /audit` and `GET /audit/verification`: who changed what. */
export const audit =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/audit',
      {
        config: { right },
        schema: {
          summary: `Who changed what, the newest first, ${pageRows} a page; what is of several sites is for admins`,
          querystring: query,
          response: {
            200: auditPage,
          },
        },
      },
      async ({ actor, query: { site, from, until, before, ...asked } }) => {
        const { rows, next } = await ports.audit.list({
          sites: sitesFor(actor, site),
          actor: asked.actor,
          action: asked.action,
          target: asked.target,
          fromMs: instantIfGiven('from', from),
          untilMs: instantIfGiven('until', until),
          count: pageRows,
          before: before === undefined ? undefined : Number(before),
        });
        return { records: rows.map(recordBody), next: next ?? null };
      },
    );

    api.get(
      '/audit/verification',
      {
        config: { right },
        schema: {
          summary: 'Computes the chain of hashes again: whether any record was changed or removed',
          response: { 200: verification },
        },
      },
      async () => verificationBody(await ports.audit.verify()),
    );
  };

function sitesFor(actor: Actor, site: string | undefined) {
  if (site !== undefined) {
    demand(actor, right, siteId(site));
    return [siteId(site)];
  }
  return actor.role === 'admin' ? undefined : actor.sites;
}

const recordBody = (row: AuditRecord): AuditRecordBody => ({
  sequence: row.sequence,
  at: instant(row.atMs),
  actor: row.actor,
  action: row.action,
  target: row.target,
  site: row.site ?? null,
  before: row.before ?? null,
  after: row.after ?? null,
  requestId: row.requestId ?? null,
  address: row.address ?? null,
  hash: row.hash,
});
