import Type from 'typebox';
import { csvText } from '../domain/csv.ts';
import { verification, verificationBody } from './chainBody.ts';
import { closed } from './closed.ts';
import { instantIfGiven } from './instantGiven.ts';
import type { Plugin } from './plugin.ts';
import type { EvidenceRow, HttpPorts } from './ports.ts';
import { instant } from './siteBody.ts';

const record = Type.Object(
  {
    sequence: Type.Integer(),
    at: Type.String({ description: 'ISO 8601' }),
    kind: Type.String({ description: 'heard, acknowledged, phase, progress, curtailment, minute or pruned' }),
    connection: Type.String(),
    node: Type.Union([Type.String(), Type.Null()]),
    externalId: Type.Union([Type.String(), Type.Null()]),
    body: Type.Unknown({ description: 'What there is to tell, by kind' }),
    hash: Type.String({ description: 'SHA-256 over the record and the hash before it' }),
  },
  closed,
);
const query = Type.Object(
  {
    from: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601 with zone' })),
    until: Type.Optional(Type.String({ maxLength: 40 })),
    connection: Type.Optional(Type.String({ maxLength: 64 })),
    kind: Type.Optional(Type.String({ maxLength: 32 })),
    after: Type.Optional(
      Type.String({ pattern: '^[0-9]{1,15}$', description: 'the last sequence of the page before' }),
    ),
    format: Type.Optional(Type.Enum(['json', 'csv'])),
  },
  closed,
);
const pageRows = 1_000;

/** `GET /evidence` and `GET /evidence/verification`: what grid operators asked for, and what became of it. */
export const evidence =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/evidence',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'The record of limits and of the load under them, a thousand a page, as JSON or CSV',
          querystring: query,
          response: {
            200: Type.Object(
              { records: Type.Array(record), next: Type.Union([Type.Integer(), Type.Null()]) },
              closed,
            ),
          },
        },
      },
      async ({ actor, query: asked }, reply) => {
        const { format = 'json', after } = asked;
        const rows = await ports.grid.evidence(
          {
            fromMs: instantIfGiven('from', asked.from) ?? 0,
            untilMs: instantIfGiven('until', asked.until) ?? Number.MAX_SAFE_INTEGER,
            connectionId: asked.connection,
            kind: asked.kind,
            after: after === undefined ? undefined : Number(after),
            limit: pageRows,
          },
          actor,
        );
        if (format === 'csv') {
          reply.type('text/csv; charset=utf-8').serializer((body: unknown) => String(body));
          // The schema describes the JSON; a table is the same in another form.
          return csvOf(rows) as never;
        }
        const next = rows.length === pageRows ? (rows.at(-1)?.sequence ?? null) : null;
        return { records: rows.map(recordBody), next };
      },
    );

    api.get(
      '/evidence/verification',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'Computes the chain of hashes again: whether any record was changed or removed',
          response: {
            200: verification,
          },
        },
      },
      async () => verificationBody(await ports.grid.verifyEvidence()),
    );
  };

const recordBody = (row: EvidenceRow) => ({
  sequence: row.sequence,
  at: instant(row.atMs),
  kind: row.kind,
  connection: row.connectionId,
  node: row.node ?? null,
  externalId: row.externalId ?? null,
  body: row.body,
  hash: row.hash,
});

const columns = ['sequence', 'at', 'kind', 'connection', 'node', 'externalId', 'body', 'hash'];

/** One line a record; the body as JSON in its last column but one. */
const csvOf = (rows: readonly EvidenceRow[]): string =>
  csvText(
    columns,
    rows.map((row) => {
      const { sequence, at, kind, connection, node, externalId, body, hash } = recordBody(row);
      return [sequence, at, kind, connection, node ?? '', externalId ?? '', JSON.stringify(body), hash];
    }),
  );
