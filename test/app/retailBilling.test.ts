import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BillingBook } from '../../src/domain/billing/billingBook.ts';
import { billingMonth } from '../../src/domain/billing/month.ts';
import { decimalText } from '../../src/domain/pricing/fraction.ts';
import type { Cdr } from '../../src/domain/roaming/cdr.ts';
import { partyKey } from '../../src/domain/roaming/common.ts';
import { BillingDesk, type BillingDeskPorts } from '../../src/ocpi/retail/billingDesk.ts';
import { cdr as codec } from '../../src/ocpi/v230/cdr.ts';
import type { Store } from '../../src/store/openStore.ts';
import { givenCdr, givenCredit, november, october } from '../domain/billing/givenCdrs.ts';
import { eventually } from '../eventually.ts';
import { describeOnBothDatabases } from '../store/databases.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { VirtualClock } from '../virtualClock.ts';

const periods: Cdr['periods'] = [
  { startMs: 0, volumes: [{ dimension: 'ENERGY', volume: givenCdr().totalEnergyKwh }] },
];

/** A store with CDRs of partners, and the desk that bills them in December. */
function given(store: Store, change: Partial<BillingDeskPorts> = {}) {
  const receive = async (...cdrs: readonly Cdr[]) => {
    for (const cdr of cdrs)
      await store.saveRoamingObject({
        ...{ kind: 'received cdr', partnerId: 'grg', id: partyKey(cdr, cdr.id), alias: '', isDue: false },
        ...{ createdAtMs: 0, lastUpdatedMs: 0, document: codec.write({ ...cdr, periods }) },
      });
  };
  const desk = new BillingDesk({
    clock: new VirtualClock(Date.UTC(2026, 11, 1, 12)),
    log: recordedLog().log,
    book: store,
    policy: { vatPercent: undefined, roundedPer: 'line', mode: 'half-up' },
    billedOn: async (contractId) => (contractId === 'SE-LUE-1' ? 'EL-77' : undefined),
    ...change,
  });
  const closed = async (month = october) => {
    expect(await desk.close(month, 'root')).toEqual({ status: 'begun' });
    return eventually(async () => {
      const found = (await desk.months()).find((each) => each.month.name === month.name);
      if (found?.closedAtMs === undefined) throw new Error('it is not closed yet');
      return found;
    });
  };
  const bills = async (month = october) => {
    const made = await desk.bills(month);
    if ('status' in made) throw new Error(made.why);
    return made;
  };
  const totals = async (month = october) =>
    (await bills(month)).invoices.map(({ contractId, afterTaxes, lines }) => [
      ...[contractId, decimalText(afterTaxes, 2), lines.map(({ cdrId }) => cdrId).join(' ')],
    ]);
  return { desk, receive, closed, bills, totals };
}

describeOnBothDatabases('bills of a retailer', (database) => {
  it('are the same before and after the month is closed, and never change from then on', async () => {
    const { receive, closed, totals, bills, desk } = given(await database.open());
    await receive(givenCdr(), givenCdr({ id: 'C2' }), givenCdr({ id: 'C3', endedAtMs: november.startMs }));
    const draft = await totals();
    expect(draft).toEqual([['EL-77', '50.00', 'C1 C2']]);
    expect((await bills()).isClosed).toBe(false);
    expect(await closed()).toMatchObject({ lineCount: 2, laterCount: 1, heldCount: 0, begunBy: 'root' });
    await receive(givenCdr({ id: 'LATE' }));
    expect(await totals()).toEqual(draft);
    expect((await bills()).isClosed).toBe(true);
    expect(await desk.close(october, 'root')).toEqual({ status: 'closed' });
    await closed(november);
    expect(await totals(november)).toEqual([['EL-77', '50.00', 'C3 LATE']]);
  });

  it('are closed in their order, and not before they are over', async () => {
    const { desk, closed } = given(await database.open());
    const december = billingMonth('2026-12', 'Europe/Stockholm');
    expect(await desk.close(december ?? october, 'root')).toMatchObject({ why: 'the month is not over' });
    await closed(november);
    expect(await desk.close(october, 'root')).toMatchObject({ status: 'refused' });
  });

  it('give back a charge of the month before', async () => {
    const { receive, closed, totals, bills } = given(await database.open());
    await receive(givenCdr());
    await closed();
    await receive(givenCredit(givenCdr()), givenCdr({ id: 'C1-2', totalCost: givenCdr().totalCost }));
    expect(await totals(november)).toEqual([['EL-77', '0.00', 'C1-2 C1-C']]);
    await closed(november);
    const [invoice] = (await bills(november)).invoices;
    expect(invoice?.lines.map(({ creditsCdrId }) => creditsCdrId)).toEqual([undefined, 'C1']);
  });

  it('hold back what is for a contract that nobody knows, and take it once somebody does', async () => {
    const store = await database.open();
    const stranger = { ...givenCdr().token, contractId: 'SE-LUE-9' };
    const { receive, closed } = given(store);
    await receive(givenCdr({ token: stranger }));
    const { held, lineCount } = await closed();
    expect([lineCount, held.map(({ cdrId }) => cdrId)]).toEqual([0, ['C1']]);
    const later = given(store, { billedOn: async () => 'EL-9' });
    await later.closed(november);
    expect(await later.totals(november)).toEqual([['EL-9', '25.00', 'C1']]);
  });

  it('are finished when they were broken off, with nothing on them twice', async () => {
    const store = await database.open();
    const all = Array.from({ length: 450 }, (_, index) => givenCdr({ id: `C${1_000 + index}` }));
    let pages = 0;
    const breaking: BillingBook = {
      ...store,
      addInvoiceLines: async (month, lines) => {
        pages += 1;
        if (pages === 2) throw new Error('the database is gone');
        return store.addInvoiceLines(month, lines);
      },
    };
    const first = given(store, { book: breaking });
    await first.receive(...all);
    expect(await first.desk.close(october, 'root')).toEqual({ status: 'begun' });
    await eventually(async () => expect(await store.countInvoiceLines('2026-10')).toBe(200));
    await first.desk.stop();
    const second = given(store);
    expect((await second.bills()).invoices[0]?.lines).toHaveLength(450);
    expect(await second.closed()).toMatchObject({ lineCount: 450 });
    const [invoice] = (await second.bills()).invoices;
    expect(new Set(invoice?.lines.map(({ cdrId }) => cdrId)).size).toBe(450);
    expect(decimalText(invoice?.afterTaxes ?? givenCdr().totalCost.beforeTaxes, 2)).toBe('11250.00');
  });

  it('refuse a second line of one CDR', async () => {
    const store = await database.open();
    const { receive, bills } = given(store);
    await receive(givenCdr());
    const lines = (await bills()).invoices.flatMap((invoice) => invoice.lines);
    await store.addInvoiceLines('2026-10', lines);
    await expect(store.addInvoiceLines('2026-11', lines)).rejects.toThrow();
  });
});

describeOnBothDatabases('bills of a retailer, however CDRs come', (database) => {
  it('have every CDR exactly once in the end', async () => {
    const store = await database.open();
    const { receive, closed, bills } = given(store);
    const charges = fc
      .sample(fc.integer({ min: -3, max: 40 }), { numRuns: 60, seed: 7 })
      .map((day, index) => {
        const startedAtMs = Date.UTC(2026, 9, day);
        return givenCdr({ id: `C${index}`, startedAtMs, endedAtMs: startedAtMs + 7_200_000 });
      });
    const credits = charges.filter((_, index) => index % 5 === 0).map((cdr) => givenCredit(cdr));
    const [early, late] = [
      [...credits.slice(0, 6), ...charges.slice(0, 40)],
      [...charges.slice(30), ...credits],
    ];
    await receive(...early);
    await closed();
    await receive(...late);
    await closed(november);
    const lines = [...(await bills()).invoices, ...(await bills(november)).invoices].flatMap(
      (invoice) => invoice.lines,
    );
    const ids = lines.map(({ cdrId }) => cdrId);
    expect(ids.toSorted()).toEqual([...charges, ...credits].map(({ id }) => id).toSorted());
  });
});
