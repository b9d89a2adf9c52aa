import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useAsked } from '../asked.ts';
import { FormFault } from '../form.tsx';
import { decimal } from '../format.ts';
import { words } from '../language.ts';
import { billWords } from './billWords.ts';
import { ChargeCells, ChargeHeads } from './chargeCells.tsx';
import { SaveBills } from './saveBills.tsx';

/** What of the bills as JSON is shown here; all of it is told in docs/roaming.md. */
interface BillsFile {
  readonly timeZone: string;
  readonly invoices: readonly InvoiceFile[];
}

interface InvoiceFile {
  readonly currency: string;
  readonly beforeTaxes: string;
  readonly taxes: readonly {
    readonly name: string;
    readonly percent: string | null;
    readonly amount: string;
  }[];
  readonly afterTaxes: string;
  readonly lines: readonly Line[];
}

interface Line {
  readonly countryCode: string;
  readonly partyId: string;
  readonly cdr: string;
  /** The CDR that it takes back. */
  readonly credits: string | null;
  readonly startedAt: string;
  readonly place: string;
  readonly evseId: string;
  readonly energyKwh: string;
  readonly beforeTaxes: string;
}

const everyMs = 60_000;

interface InvoiceProps {
  readonly month: string;
  readonly contract: string;
  onBack(): void;
}

/** The bill of one contract, charge by charge; one for each currency. */
export function Invoice({ month, contract, onBack }: InvoiceProps): JSX.Element {
  const text = billWords.value;
  const query = new URLSearchParams({ form: 'json', contract });
  const { body, problem } = useAsked<BillsFile>(`/retail/invoices/${month}?${query}`, everyMs);
  const title = useRef<HTMLHeadingElement>(null);
  // What was pressed to come here is gone.
  useLayoutEffect(() => title.current?.focus(), []);
  return (
    <>
      <div class="bills-tools">
        <button type="button" onClick={onBack}>
          ← {text.back}
        </button>
        <SaveBills month={month} contract={contract} />
      </div>
      <h3 ref={title} tabIndex={-1}>
        {text.invoice(contract)}
      </h3>
      <FormFault fault={problem.value?.detail} />
      {body.value === undefined && problem.value === undefined && <p class="quiet">{words.value.loading}</p>}
      {body.value?.invoices.map((invoice) => (
        <Sheet key={invoice.currency} invoice={invoice} timeZone={body.value?.timeZone ?? 'UTC'} />
      ))}
    </>
  );
}

interface SheetProps {
  readonly invoice: InvoiceFile;
  readonly timeZone: string;
}

function Sheet({ invoice, timeZone }: SheetProps): JSX.Element {
  const { columns, total } = billWords.value;
  const { currency, lines, beforeTaxes, taxes, afterTaxes } = invoice;
  const totals = [
    [columns.beforeTaxes, beforeTaxes],
    ...taxes.map(({ name, percent, amount }) => [
      percent === null ? name : `${name} ${decimal(percent)} %`,
      amount,
    ]),
    [total, afterTaxes],
  ] as const;
  return (
    <table class="bills-table stacking">
      <thead>
        <tr>
          <ChargeHeads />
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={`${line.countryCode} ${line.partyId} ${line.cdr}`}>
            <ChargeCells
              {...{ startedAt: line.startedAt, place: line.place, timeZone, energyKwh: line.energyKwh }}
              about={`${line.evseId} · ${line.countryCode} ${line.partyId} ${line.cdr}`}
              credits={line.credits ?? undefined}
              cost={`${decimal(line.beforeTaxes, afterTaxes)} ${currency}`}
            />
          </tr>
        ))}
      </tbody>
      <tfoot>
        {totals.map(([name = '', amount = '']) => (
          <tr key={name}>
            <th colSpan={3}>{name}</th>
            <td class="is-number">
              {decimal(amount)} {currency}
            </td>
          </tr>
        ))}
      </tfoot>
    </table>
  );
}
