import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { KeyWithSecretBody } from '../../http/peopleBody.ts';
import { FormFault, type Typed, useForm } from '../form.tsx';
import { serverNowMs } from '../live.ts';
import { ask } from '../request.ts';
import { TextField } from '../textField.tsx';
import { peopleWords } from './peopleWords.ts';
import { faultsIn, faultsOf, type PersonFaults, type Standing, StandingFields } from './standing.tsx';

const ends = ['90', '30', '365', 'never'] as const;
const dayMs = 86_400_000;

/** Makes a key for a program. */
export function KeyForm({ onMade }: { onMade(key: KeyWithSecretBody): void }): JSX.Element {
  const text = peopleWords.value;
  const standing = useSignal<Standing>({ role: 'viewer', sites: [] });
  const submit = async (typed: Typed): Promise<PersonFaults | undefined> => {
    const { role, sites } = standing.value;
    const asked = { name: typed('name').trim(), role, sites };
    const found = faultsIn(asked);
    if (Object.keys(found).length > 0) return found;
    const answer = await ask<KeyWithSecretBody>('POST', '/keys', {
      ...asked,
      expiresAt: endOf(typed('ends')),
    });
    if (!answer.ok) return faultsOf(answer.problem);
    reset();
    onMade(answer.body);
    return undefined;
  };
  const { faults, attributes, reset } = useForm(submit);
  return (
    <form {...attributes} class="person-form">
      <TextField
        id="key-name"
        name="name"
        label={text.name}
        hint={text.nameHint}
        autocomplete="off"
        fault={faults.value.name}
      />
      <StandingFields id="key" standing={standing} faults={faults.value} />
      <div class="field">
        <label htmlFor="key-ends">{text.ends}</label>
        <select id="key-ends" name="ends">
          {ends.map((each) => (
            <option key={each} value={each}>
              {text.in[each]}
            </option>
          ))}
        </select>
      </div>
      <FormFault fault={faults.value.form} />
      <button type="submit" class="primary">
        {text.make}
      </button>
    </form>
  );
}

const endOf = (days: string): string | null =>
  days === 'never' ? null : new Date(serverNowMs.peek() + Number(days) * dayMs).toISOString();
