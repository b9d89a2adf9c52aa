import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { ChargeCells, ChargeHeads } from '../bills/chargeCells.tsx';
import { FormFault } from '../form.tsx';
import { OpenButton } from '../openButton.tsx';
import { usePages } from '../pages.ts';
import { SearchField } from '../searchField.tsx';
import { type Cdr, costOf, pathOf } from './cdr.ts';
import { cdrWords } from './cdrWords.ts';
import { type Credited, CreditForm } from './creditForm.tsx';

interface CdrsProps {
  readonly partner: string;
  readonly timeZone: string;
}

/** What a partner was billed, asked for once somebody wants to see it. */
export function PartnerCdrs(props: CdrsProps): JSX.Element {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{cdrWords.value.title}</summary>
      {isOpen.value && <Cdrs {...props} />}
    </details>
  );
}

/** The newest first, or the one of an id; each may be credited. */
function Cdrs({ partner, timeZone }: CdrsProps): JSX.Element {
  const text = cdrWords.value;
  const typed = useSignal('');
  const credited = useSignal<Credited | undefined>(undefined);
  const cdr = typed.value.trim();
  const query = new URLSearchParams(cdr === '' ? { newest: 'true' } : { cdr });
  const { items, problem, more, again } = usePages<Cdr>(`${pathOf(partner)}?${query}`);
  const cdrs = items.value ?? [];
  return (
    <div class="cdrs">
      <SearchField label={text.find} typed={typed} />
      <FormFault fault={problem.value?.detail} />
      <p role="status" class="saved">
        {credited.value !== undefined && creditedText(credited.value)}
      </p>
      {items.value?.length === 0 && <p class="quiet">{cdr === '' ? text.none : text.noneFits}</p>}
      {cdrs.length > 0 && (
        <CdrTable
          partner={partner}
          timeZone={timeZone}
          cdrs={cdrs}
          onCredited={(told) => {
            credited.value = told;
            again();
          }}
        />
      )}
      {more !== undefined && (
        <button type="button" onClick={more}>
          {text.older}
        </button>
      )}
    </div>
  );
}

function creditedText({ cdr, credit, corrected }: Credited): string {
  const text = cdrWords.value;
  const taken = text.credited(cdr, credit);
  return corrected === undefined ? taken : `${taken} ${text.corrected(corrected)}`;
}

interface TableProps extends CdrsProps {
  readonly cdrs: readonly Cdr[];
  onCredited(credited: Credited): void;
}

function CdrTable({ cdrs, ...props }: TableProps): JSX.Element {
  const takenBack = new Set(cdrs.map(({ credit_reference_id }) => credit_reference_id));
  return (
    <table class="bills-table stacking">
      <thead>
        <tr>
          <ChargeHeads />
          <th scope="col">
            <span class="unseen">{cdrWords.value.credit}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {cdrs.map((cdr) => (
          <CdrRow key={cdr.id} {...props} cdr={cdr} isTakenBack={takenBack.has(cdr.id)} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps extends Omit<TableProps, 'cdrs'> {
  readonly cdr: Cdr;
  readonly isTakenBack: boolean;
}

function CdrRow({ cdr, partner, timeZone, isTakenBack, onCredited }: RowProps): JSX.Element {
  const text = cdrWords.value;
  const isOpen = useSignal(false);
  const { id, cdr_location: place } = cdr;
  return (
    <>
      <tr>
        <ChargeCells
          startedAt={cdr.start_date_time}
          place={place.name ?? place.address}
          about={`${place.evse_id} · ${id}`}
          credits={cdr.credit_reference_id}
          energyKwh={String(cdr.total_energy)}
          cost={costOf(cdr)}
          timeZone={timeZone}
        />
        <td>
          {cdr.credit !== true && !isTakenBack && (
            <OpenButton label={text.credit} name={text.creditTitle(id)} isOpen={isOpen} />
          )}
        </td>
      </tr>
      {isOpen.value && (
        <tr>
          <td colSpan={5}>
            <CreditForm
              partner={partner}
              cdr={cdr}
              onDone={(told) => {
                isOpen.value = false;
                if (told !== undefined) onCredited(told);
              }}
            />
          </td>
        </tr>
      )}
    </>
  );
}
