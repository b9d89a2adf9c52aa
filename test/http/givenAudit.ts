import type { AuditRecord } from '../../src/domain/audit.ts';
import { siteId } from '../../src/domain/ids.ts';
import type { AuditQuery } from '../../src/http/auditPort.ts';
import type { HttpPorts } from '../../src/http/ports.ts';

export const auditRow: AuditRecord = {
  sequence: 3,
  atMs: Date.parse('2026-01-31T12:00:00Z'),
  actor: 'office',
  action: 'limit set',
  target: 'limit-hall',
  site: siteId('garage'),
  before: undefined,
  after: { amps: 10 },
  requestId: 'r-1',
  address: '192.0.2.7',
  hash: 'cd'.repeat(32),
};

/** Puts what is recorded where the test finds it, and what is asked for after it. */
export const givenAudit = (recorded: unknown[], asked: AuditQuery[] = []): HttpPorts['audit'] => ({
  append: async (entry) => {
    recorded.push(entry);
  },
  list: async (query) => {
    asked.push(query);
    return { rows: [auditRow], next: 3 };
  },
  verify: async () => ({ status: 'broken', records: 6, brokenAt: 7, why: 'it was changed' }),
});
