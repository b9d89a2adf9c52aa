import type { Kysely, Selectable } from 'kysely';
import type { BilledMonth } from '../domain/billing/billedMonth.ts';
import type { BillingBook } from '../domain/billing/billingBook.ts';
import type { InvoiceLine } from '../domain/billing/invoice.ts';
import type { Fraction } from '../domain/pricing/fraction.ts';
import { partyKey } from '../domain/roaming/common.ts';
import type { InvoiceLineTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';

export function invoiceStore(db: Kysely<Tables>): BillingBook {
  return {
    unbilledCdrs: ({ after, countMax }) =>
      inStore('read CDRs that are on no bill', async () => {
        let query = db
          .selectFrom('roaming_object as cdr')
          .leftJoin('invoice_line as line', 'line.cdr_key', 'cdr.id')
          .select(['cdr.partner_id', 'cdr.id', 'cdr.document'])
          .where('cdr.kind', '=', 'received cdr')
          .where('line.cdr_key', 'is', null);
        if (after !== undefined)
          query = query.where((row) =>
            row(row.refTuple('cdr.partner_id', 'cdr.id'), '>', row.tuple(after.partnerId, after.id)),
          );
        const rows = await query.orderBy('cdr.partner_id').orderBy('cdr.id').limit(countMax).execute();
        return rows.map(({ partner_id: partnerId, id, document }) => ({
          ...{ partnerId, id, document: JSON.parse(document) },
        }));
      }),

    linesOfCdrs: (keys) =>
      inStore('read lines of bills', async () => {
        if (keys.length === 0) return [];
        const rows = await db
          .selectFrom('invoice_line')
          .selectAll()
          .where((row) => row.or([row('cdr_key', 'in', keys), row('credits_key', 'in', keys)]))
          .execute();
        return rows.map(toLine);
      }),

    addInvoiceLines: (month, lines) =>
      inStore('bill CDRs', async () => {
        if (lines.length === 0) return;
        const rows = lines.map((line) => toRow(month, line));
        await db.insertInto('invoice_line').values(rows).execute();
      }),

    invoiceLines: ({ month, contractId, after, countMax }) =>
      inStore('read the lines of a month', async () => {
        let query = db.selectFrom('invoice_line').selectAll().where('month', '=', month);
        if (contractId !== undefined) query = query.where('contract_id', '=', contractId);
        if (after !== undefined)
          query = query.where((row) =>
            row(row.refTuple('contract_id', 'cdr_key'), '>', row.tuple(after.contractId, keyOf(after))),
          );
        const rows = await query.orderBy('contract_id').orderBy('cdr_key').limit(countMax).execute();
        return rows.map(toLine);
      }),

    countInvoiceLines: (month) =>
      inStore('count the lines of a month', async () => {
        const row = await db
          .selectFrom('invoice_line')
          .select(db.fn.countAll().as('count'))
          .where('month', '=', month)
          .executeTakeFirstOrThrow();
        return Number(row.count);
      }),

    saveBilledMonth: (billed) =>
      inStore('keep a billed month', async () => {
        const document = written(billed);
        await db
          .insertInto('billed_month')
          .values({ month: billed.month.name, document })
          .onConflict((conflict) => conflict.column('month').doUpdateSet({ document }))
          .execute();
      }),

    billedMonths: () =>
      inStore('read the billed months', async () => {
        const rows = await db.selectFrom('billed_month').selectAll().orderBy('month', 'desc').execute();
        // Only `saveBilledMonth` writes this column.
        return rows.map(({ document }) => read(document) as BilledMonth);
      }),
  };
}

const keyOf = (line: InvoiceLine): string => partyKey(line, line.cdrId);

const toRow = (month: string, line: InvoiceLine): Selectable<InvoiceLineTable> => ({
  cdr_key: keyOf(line),
  credits_key: line.creditsCdrId === undefined ? null : partyKey(line, line.creditsCdrId),
  month,
  contract_id: line.contractId,
  document: written(line),
});

// Only `toRow` writes this column.
const toLine = ({ document }: Selectable<InvoiceLineTable>): InvoiceLine => read(document) as InvoiceLine;

/** JSON in which exact numbers stay exact: `"5/4"` under a key of its own. What is undefined comes back as absent. */
const written = (value: object): string =>
  JSON.stringify(value, (_key, field: unknown) =>
    isFraction(field) ? { fraction: `${field.numerator}/${field.denominator}` } : field,
  );

const read = (document: string): unknown =>
  JSON.parse(document, (_key, field: unknown) => {
    const text = Object(field).fraction;
    if (typeof text !== 'string') return field;
    const [numerator = '0', denominator = '1'] = text.split('/');
    return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
  });

const isFraction = (value: unknown): value is Fraction =>
  typeof Object(value).numerator === 'bigint' && typeof Object(value).denominator === 'bigint';
