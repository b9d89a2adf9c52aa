import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { download } from '../download.ts';
import { FormFault } from '../form.tsx';
import { askFile } from '../request.ts';
import { billWords } from './billWords.ts';

const forms = ['html', 'csv', 'json'] as const;

interface SaveProps {
  readonly month: string;
  /** Left away: all. */
  readonly contract?: string;
}

/** The bills of a month, or of one contract, as a file. */
export function SaveBills({ month, contract }: SaveProps): JSX.Element {
  const text = billWords.value;
  const fault = useSignal<string | undefined>(undefined);
  const save = async (form: (typeof forms)[number]): Promise<void> => {
    const query = new URLSearchParams({ form, ...(contract !== undefined && { contract }) });
    const answer = await askFile(`/retail/invoices/${month}?${query}`);
    fault.value = answer.ok ? undefined : answer.problem.detail;
    if (!answer.ok) return;
    const named = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
    const name = named ?? `${month}.${form}`;
    download(contract === undefined ? name : `${contract}-${name}`, answer.body);
  };
  return (
    <fieldset class="actions bills-save">
      <legend class="unseen">{text.save}</legend>
      {forms.map((form) => (
        <button
          key={form}
          type="button"
          aria-label={text.saveOf(contract ?? month, text.forms[form])}
          onClick={() => void save(form)}
        >
          {text.forms[form]}
        </button>
      ))}
      <FormFault fault={fault.value} />
    </fieldset>
  );
}
