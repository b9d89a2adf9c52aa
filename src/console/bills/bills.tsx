import { useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import type { BilledMonthBody } from '../../http/retailInvoiceBody.ts';
import { useAsked } from '../asked.ts';
import { FormFault } from '../form.tsx';
import { minuteMs } from '../live.ts';
import { ask } from '../request.ts';
import { Sure } from '../sure.tsx';
import { billMonths, monthOf } from './billMonths.ts';
import { billWords } from './billWords.ts';
import { ContractBills } from './contractBills.tsx';
import { Invoice } from './invoice.tsx';
import { MonthState, monthLabel } from './monthState.tsx';

const everyMs = 10_000;
/** While a month is being closed. */
const closingEveryMs = 1_000;

/** What a retailer bills its drivers, month by month; and the closing of a month. */
export function Bills({ timeZone }: { readonly timeZone: string }): JSX.Element {
  const text = billWords.value;
  const isClosing = useSignal(false);
  const { body, problem, again } = useAsked<readonly BilledMonthBody[]>(
    '/retail/invoices',
    isClosing.value ? closingEveryMs : everyMs,
  );
  useSignalEffect(() => {
    isClosing.value = body.value?.some(({ closedAt }) => closedAt === null) ?? false;
  });
  const asked = useSignal<string | undefined>(undefined);
  const contract = useSignal<string | undefined>(undefined);
  const refusal = useSignal<string | undefined>(undefined);
  const months = billMonths(body.value ?? [], monthOf(minuteMs.value, timeZone));
  const month = months.find(({ name }) => name === asked.value) ?? months[0];
  const close = async (name: string): Promise<void> => {
    const answer = await ask<unknown>('POST', `/retail/invoices/${name}`);
    refusal.value = answer.ok ? undefined : answer.problem.detail;
    again();
  };
  const isClosed = month?.billed != null && month.billed.closedAt !== null;
  return (
    <section class="card bills" aria-labelledby="bills-title">
      <h2 id="bills-title">{text.title}</h2>
      <p class="hint">{text.hint}</p>
      <FormFault fault={problem.value?.detail} />
      {month !== undefined && body.value !== undefined && (
        <>
          <div class="bills-month">
            <div class="field">
              <label htmlFor="bills-month">{text.month}</label>
              <select
                id="bills-month"
                value={month.name}
                onChange={({ currentTarget }) => {
                  asked.value = currentTarget.value;
                  contract.value = undefined;
                }}
              >
                {months.map((each) => (
                  <option key={each.name} value={each.name}>
                    {monthLabel(each)}
                  </option>
                ))}
              </select>
            </div>
            {month.isOver && !isClosed && (
              <Sure
                key={month.name}
                name={text.close}
                sure={text.closeSure}
                keep={text.keep}
                onSure={() => void close(month.name)}
              />
            )}
          </div>
          <FormFault fault={refusal.value} />
          <MonthState month={month} timeZone={timeZone} />
          {contract.value === undefined ? (
            <ContractBills
              key={`${month.name} ${month.billed?.closedAt}`}
              month={month.name}
              onChoose={(id) => {
                contract.value = id;
              }}
            />
          ) : (
            <Invoice
              key={`${month.name} ${contract.value}`}
              month={month.name}
              contract={contract.value}
              onBack={() => {
                contract.value = undefined;
              }}
            />
          )}
        </>
      )}
    </section>
  );
}
