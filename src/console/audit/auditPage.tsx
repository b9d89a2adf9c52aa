import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useForm } from '../form.tsx';
import { words } from '../language.ts';
import { may } from '../me.ts';
import { sites } from '../sites.ts';
import { TextField } from '../textField.tsx';
import { actionText, auditWords, knownActions } from './auditWords.ts';
import { ChainCheck } from './chainCheck.tsx';
import { Records } from './records.tsx';

/** Who changed what, and whether anybody tampered with that. */
export function AuditPage(): JSX.Element {
  const text = auditWords.value;
  const query = useSignal('');
  if (!may('read audit')) return <p class="quiet">{text.notYours}</p>;
  return (
    <div class="audit">
      <h1 class="unseen">{words.value.pages.audit}</h1>
      <section class="card audit-list" aria-labelledby="audit-title">
        <h2 id="audit-title">{text.title}</h2>
        <p class="hint">{text.hint}</p>
        <Filter query={query} />
        <Records key={query.value} query={query.value} />
      </section>
      <ChainCheck />
    </div>
  );
}

function Filter({ query }: { readonly query: Signal<string> }): JSX.Element {
  const text = auditWords.value;
  const { attributes } = useForm(async (typed) => {
    const chosen = ['actor', 'action', 'site'].map((name) => [name, typed(name).trim()]);
    query.value = new URLSearchParams(chosen.filter(([, value]) => value !== '')).toString();
    return undefined;
  });
  return (
    <form {...attributes} class="audit-filter">
      <TextField id="audit-actor" name="actor" label={text.who} autocomplete="off" fault={undefined} />
      <Choice name="action" label={text.what} values={knownActions} nameOf={actionText} />
      <Choice
        name="site"
        label={text.site}
        values={[...sites.value.keys()]}
        nameOf={(id) => sites.value.get(id)?.head.value.name ?? id}
      />
      <button type="submit">{text.show}</button>
    </form>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
  nameOf(value: string): string;
}

/** One of some values, or all. */
const Choice = ({ name, label, values, nameOf }: ChoiceProps): JSX.Element => (
  <div class="field">
    <label htmlFor={`audit-${name}`}>{label}</label>
    <select id={`audit-${name}`} name={name}>
      <option value="">{auditWords.value.all}</option>
      {values.map((value) => (
        <option key={value} value={value}>
          {nameOf(value)}
        </option>
      ))}
    </select>
  </div>
);
