import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { type Faults, useForm } from '../form.tsx';
import { changePassword } from '../me.ts';
import type { Problem } from '../request.ts';
import { TextField } from '../textField.tsx';
import { signInWords } from './signInWords.ts';

type PasswordFaults = Faults<'current' | 'password'>;

/** Changes the password of whoever is signed in. */
export function OwnPassword({ name }: { readonly name: string }): JSX.Element {
  const text = signInWords.value;
  const isDone = useSignal(false);
  const { faults, attributes, reset } = useForm(async (typed) => {
    isDone.value = false;
    const found = await change(typed('current'), typed('password'));
    isDone.value = found === undefined;
    if (isDone.value) reset();
    return found;
  });
  return (
    <details>
      <summary>{text.own}</summary>
      <form {...attributes}>
        {/* For password managers: whose password this is. */}
        <input type="text" hidden readOnly autocomplete="username" value={name} />
        <TextField
          id="own-current"
          name="current"
          type="password"
          label={text.current}
          autocomplete="current-password"
          fault={faults.value.current}
        />
        <TextField
          id="own-next"
          name="password"
          type="password"
          label={text.next}
          hint={text.nextHint}
          autocomplete="new-password"
          fault={faults.value.password}
        />
        <button type="submit">{text.change}</button>
        <p role="status">{isDone.value && text.changed}</p>
      </form>
    </details>
  );
}

async function change(current: string, password: string): Promise<PasswordFaults | undefined> {
  const text = signInWords.value;
  if (current === '') return { current: text.needsPassword };
  if (password.length < 12) return { password: text.needsNext };
  const problem = await changePassword(current, password);
  return problem && faultsOf(problem);
}

function faultsOf({ status, field, detail }: Problem): PasswordFaults {
  const text = signInWords.value;
  if (field === 'current') return { current: text.wrongCurrent };
  if (status === 429) return { current: text.tooMany };
  return { password: text.refused(detail) };
}
