import type { Config } from '../../config/schema.ts';
import { type BillingMonth, billingMonth } from '../../domain/billing/month.ts';
import { fraction } from '../../domain/pricing/fraction.ts';
import type { InvoiceForm, RetailPort } from '../../http/retailPorts.ts';
import { BillingDesk, type MonthBills } from '../../ocpi/retail/billingDesk.ts';
import type { IssuedTokens } from '../../ocpi/retail/issuedTokens.ts';
import type { Running } from '../app.ts';
import { contractBill, runCsv, runJson } from './invoiceForms.ts';
import { invoicePage } from './invoicePage.ts';

type OcpiConfig = NonNullable<Config['ocpi']>;
type Retailer = NonNullable<OcpiConfig['retailer']>;
type Bills = Pick<RetailPort, 'months' | 'close' | 'totals' | 'bills'>;

/** The bills of our drivers, as the API sees them. May be stopped twice. */
export function retailBills(
  { ports: { clock, log }, store }: Pick<Running, 'ports' | 'store'>,
  { ocpi, retailer }: { readonly ocpi: OcpiConfig; readonly retailer: Retailer },
  tokens: IssuedTokens,
): Bills & { stop(): Promise<void> } {
  const { vatPercent, roundedPer, ties: mode, timeZone } = retailer;
  const policy = {
    vatPercent: vatPercent === undefined ? undefined : fraction(vatPercent),
    roundedPer,
    mode,
  };
  const desk = new BillingDesk({
    ...{ clock, log, book: store, policy },
    billedOn: (contractId) => tokens.billedOn(contractId),
  });
  const named = (name: string): BillingMonth => {
    const month = billingMonth(name, timeZone);
    if (month === undefined) throw new RangeError(`"${name}" is no month`);
    return month;
  };
  return {
    months: () => desk.months(),
    close: async (name, actor) => {
      const outcome = await desk.close(named(name), actor.name);
      if (outcome.status === 'begun')
        await store.appendAudit({
          ...{ atMs: clock.nowMs(), actor: actor.name, action: 'month billed', target: name },
          ...{ before: undefined, after: undefined },
        });
      return outcome;
    },
    totals: async (name, find) => {
      const bills = await desk.bills(named(name));
      if ('status' in bills) return bills;
      const sought = find.toLowerCase();
      const found = bills.invoices.filter(({ contractId }) => contractId.toLowerCase().includes(sought));
      return { status: 'made', totals: found.map(contractBill) };
    },
    bills: async (name, form, contractId) => {
      const bills = await desk.bills(named(name), contractId);
      if ('status' in bills) return bills;
      const isDraft = bills.isClosed ? '' : '-draft';
      const seller = ocpi.party.name;
      const text = formOf(bills, form, { seller, language: retailer.language, timeZone });
      return { status: 'made', text, fileName: `${name}${isDraft}.${form}` };
    },
    stop: () => desk.stop(),
  };
}

function formOf(bills: MonthBills, form: InvoiceForm, page: Parameters<typeof invoicePage>[1]): string {
  const run = { ...bills, billedCount: 0, repeatedCount: 0 };
  switch (form) {
    case 'json':
      return runJson(run, bills.policy, []);
    case 'csv':
      return runCsv(run);
    case 'html':
      return invoicePage(bills.invoices, page);
    default:
      return form satisfies never;
  }
}
