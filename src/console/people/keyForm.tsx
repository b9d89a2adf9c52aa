import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { KeyWithSecretBody } from '../../http/peopleBody.ts';
import { serverNowMs } from '../live.ts';
import { ask } from '../request.ts';
import { focusFault, TextField, typedIn } from '../textField.tsx';
import { peopleWords } from './peopleWords.ts';
import { type Faults, FormFault, faultsIn, faultsOf, type Standing, StandingFields } from './standing.tsx';

const ends = ['90', '30', '365', 'never'] as const;
const dayMs = 86_400_000;

/** Makes a key for a program. */
export function KeyForm({ onMade }: { onMade(key: KeyWithSecretBody): void }): JSX.Element {
  const text = peopleWords.value;
  const form = useRef<HTMLFormElement>(null);
  const standing = useSignal<Standing>({ role: 'viewer', sites: [] });
  const faults = useSignal<Faults>({});
  const complain = (found: Faults): void => {
    faults.value = found;
    focusFault(form.current);
  };
  const submit = async (typed: (name: string) => string): Promise<void> => {
    const { role, sites } = standing.value;
    const asked = { name: typed('name').trim(), role, sites };
    const found = faultsIn(asked);
    if (Object.keys(found).length > 0) return complain(found);
    const answer = await ask<KeyWithSecretBody>('POST', '/keys', {
      ...asked,
      expiresAt: endOf(typed('ends')),
    });
    if (!answer.ok) return complain(faultsOf(answer.problem));
    faults.value = {};
    form.current?.reset();
    onMade(answer.body);
  };
  return (
    <form
      ref={form}
      class="person-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(typedIn(event.currentTarget));
      }}
    >
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
      <FormFault faults={faults.value} />
      <button type="submit" class="primary">
        {text.make}
      </button>
    </form>
  );
}

const endOf = (days: string): string | null =>
  days === 'never' ? null : new Date(serverNowMs.peek() + Number(days) * dayMs).toISOString();
