import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { type Faults, FormFault, useForm } from '../form.tsx';
import { inLanguages } from '../language.ts';
import { may } from '../me.ts';
import { ask } from '../request.ts';
import type { SiteStore } from '../sites.ts';
import { Sure } from '../sure.tsx';
import { TextField } from '../textField.tsx';

const english = {
  stop: 'Stop all charging …',
  hint: 'Every EVSE of the site goes to 0 A at once, and stays there until somebody releases the site, also over a restart. A single limit is set under Limits.',
  reason: 'Why',
  reasonHint: 'Whoever looks at the page tonight will read it.',
  now: 'Stop all charging now',
  release: 'Release the site',
  sure: 'Yes, let cars charge',
  keep: 'Keep it stopped',
  needsReason: 'Say why, in at most 200 letters.',
  refused: (detail: string) => `Refused: ${detail}`,
};

const swedish: typeof english = {
  stop: 'Stoppa all laddning …',
  hint: 'Varje uttag på anläggningen går genast till 0 A och stannar där tills någon släpper anläggningen, även över en omstart. En enskild gräns sätts under Gränser.',
  reason: 'Varför',
  reasonHint: 'Den som ser sidan i kväll läser det.',
  now: 'Stoppa all laddning nu',
  release: 'Släpp anläggningen',
  sure: 'Ja, låt bilarna ladda',
  keep: 'Låt den stå',
  needsReason: 'Säg varför, med högst 200 tecken.',
  refused: (detail) => `Nekat: ${detail}`,
};

const stopWords = inLanguages({ en: english, sv: swedish });

/** Stops all charging at a site, or lets it charge again: for those who may. */
export function SiteStopping({ site }: { readonly site: SiteStore }): JSX.Element | null {
  if (!may('stop sites')) return null;
  return site.head.value.stop === null ? <Stop site={site} /> : <Release site={site} />;
}

const pathOf = (site: SiteStore): string => `/sites/${encodeURIComponent(site.head.peek().id)}/stop`;

function Stop({ site }: { readonly site: SiteStore }): JSX.Element {
  const text = stopWords.value;
  const { faults, isBusy, attributes } = useForm(
    async (typed): Promise<Faults<'reason' | 'form'> | undefined> => {
      const reason = typed('reason').trim();
      if (reason === '') return { reason: text.needsReason };
      const answer = await ask('POST', pathOf(site), { reason });
      return answer.ok ? undefined : { form: text.refused(answer.problem.detail) };
    },
  );
  return (
    <details class="stopping">
      <summary>{text.stop}</summary>
      <form {...attributes}>
        <p class="hint">{text.hint}</p>
        <TextField
          id="stop-reason"
          name="reason"
          label={text.reason}
          hint={text.reasonHint}
          autocomplete="off"
          fault={faults.value.reason}
        />
        <FormFault fault={faults.value.form} />
        <button type="submit" class="danger" disabled={isBusy.value}>
          {text.now}
        </button>
      </form>
    </details>
  );
}

function Release({ site }: { readonly site: SiteStore }): JSX.Element {
  const text = stopWords.value;
  const refusal = useSignal<string | undefined>(undefined);
  const release = async (): Promise<void> => {
    const answer = await ask('DELETE', pathOf(site));
    refusal.value = answer.ok ? undefined : text.refused(answer.problem.detail);
  };
  return (
    <div class="stopping">
      <Sure name={text.release} sure={text.sure} keep={text.keep} onSure={() => void release()} />
      <FormFault fault={refusal.value} />
    </div>
  );
}
