import type { PartnerBillsPort } from '../../http/partnerBillPorts.ts';
import { creditedByHand } from '../../ocpi/sessions/handCredit.ts';
import type { Running } from '../app.ts';

/** The bills of partners, as the API sees them. Every credit leaves an audit entry. */
export const partnerBills = (
  { ports: { clock }, store }: Pick<Running, 'ports' | 'store'>,
  onCdr: (partnerId: string) => void,
): PartnerBillsPort => ({
  list: async (partnerId, { cdr, ...page }) => {
    const shelf = { kind: 'cdr', partnerId } as const;
    if (cdr !== undefined) {
      const found = await store.findRoamingObject(shelf, cdr);
      return found === undefined ? { items: [], total: 0 } : { items: [found.document], total: 1 };
    }
    const { items, total } = await store.pageRoamingObjects({ ...shelf, ...page });
    return { items: items.map(({ document }) => document), total };
  },
  credit: async (partnerId, { cdr: id, reason, correction }, actor) => {
    const nowMs = clock.nowMs();
    const asked = { partnerId, id, reason, correction };
    const outcome = await creditedByHand({ objects: store, nowMs }, asked);
    if (outcome.status !== 'credited') return outcome;
    const { corrected } = outcome;
    await store.appendAudit({
      ...{ atMs: nowMs, actor: actor.name, action: 'CDR credited', target: `${partnerId} ${id}` },
      ...{ before: undefined, after: { reason, corrected } },
    });
    onCdr(partnerId);
    return outcome;
  },
});
