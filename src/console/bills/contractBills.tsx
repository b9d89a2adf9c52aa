import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ContractBillBody } from '../../http/retailInvoiceBody.ts';
import { FormFault } from '../form.tsx';
import { decimal, kilowattHours } from '../format.ts';
import { usePages } from '../pages.ts';
import { SearchField } from '../searchField.tsx';
import { billWords } from './billWords.ts';
import { SaveBills } from './saveBills.tsx';

interface ContractsProps {
  readonly month: string;
  onChoose(contract: string): void;
}

/** What each contract owes for a month, a page at a time. */
export function ContractBills({ month, onChoose }: ContractsProps): JSX.Element {
  const text = billWords.value;
  const typed = useSignal('');
  const find = typed.value.trim();
  const query = find === '' ? '' : `?${new URLSearchParams({ find })}`;
  const path = `/retail/invoices/${month}/contracts${query}`;
  const { items, problem, more } = usePages<ContractBillBody>(path);
  const shown = items.value ?? [];
  return (
    <>
      <FormFault fault={problem.value?.detail} />
      <div class="bills-tools">
        <SearchField label={text.find} typed={typed} />
        <SaveBills month={month} />
      </div>
      {items.value?.length === 0 && <p class="quiet">{find === '' ? text.none : text.noneFits}</p>}
      {shown.length > 0 && <Contracts bills={shown} onChoose={onChoose} />}
      {more !== undefined && (
        <button type="button" onClick={more}>
          {text.more}
        </button>
      )}
    </>
  );
}

interface ListProps {
  readonly bills: readonly ContractBillBody[];
  onChoose(contract: string): void;
}

function Contracts({ bills, onChoose }: ListProps): JSX.Element {
  const { columns } = billWords.value;
  const figures = [
    columns.charges,
    columns.credits,
    columns.energy,
    columns.beforeTaxes,
    columns.taxes,
    columns.afterTaxes,
  ];
  return (
    <table class="bills-table stacking">
      <thead>
        <tr>
          <th scope="col">{columns.contract}</th>
          {figures.map((name) => (
            <th key={name} scope="col" class="is-number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bills.map((bill) => (
          <tr key={`${bill.contract} ${bill.currency}`}>
            <th scope="row">
              <button type="button" class="link" onClick={() => onChoose(bill.contract)}>
                {bill.contract}
              </button>
            </th>
            {[
              bill.charges,
              bill.credits,
              kilowattHours(bill.energyKwh),
              decimal(bill.beforeTaxes),
              decimal(bill.taxes),
              `${decimal(bill.afterTaxes)} ${bill.currency}`,
            ].map((figure, index) => (
              <td key={figures[index]} class="is-number" data-label={figures[index]}>
                {figure}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
