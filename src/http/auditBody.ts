import Type, { type Static } from 'typebox';
import { closed } from './closed.ts';
import { nullable } from './schemas.ts';

const record = Type.Object(
  {
    sequence: Type.Integer(),
    at: Type.String({ description: 'ISO 8601' }),
    actor: Type.String({ description: 'The user, the key, or "mqtt", "trial", "command-line"' }),
    action: Type.String(),
    target: Type.String({ description: 'What it was done to' }),
    site: nullable(Type.String({ description: 'null where it was of no site or of several' })),
    before: Type.Unknown({ description: 'null where there is nothing to tell' }),
    after: Type.Unknown(),
    requestId: nullable(Type.String({ description: 'As in the header X-Request-Id of the answer' })),
    address: nullable(Type.String({ description: 'Where the request came from' })),
    hash: Type.String({ description: 'SHA-256 over the record and the hash before it' }),
  },
  closed,
);
export type AuditRecordBody = Static<typeof record>;

export const auditPage = Type.Object({ records: Type.Array(record), next: nullable(Type.Integer()) }, closed);
export type AuditPageBody = Static<typeof auditPage>;
