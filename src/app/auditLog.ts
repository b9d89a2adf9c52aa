import type { HttpPorts } from '../http/ports.ts';
import type { Store } from '../store/openStore.ts';

/** The record of changes as the API sees it. */
export const auditPort = (store: Store): HttpPorts['audit'] => ({
  append: (entry) => store.appendAudit(entry),
  list: async ({ before, ...query }) => {
    const cursor = before === undefined ? undefined : { atMs: 0, id: String(before) };
    const { items, next } = await store.listAudit({ ...query, before: cursor });
    return { rows: items, next: next && Number(next.id) };
  },
  verify: () => store.verifyAudit(),
});
