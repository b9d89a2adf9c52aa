import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { changePassword } from '../me.ts';
import type { Problem } from '../request.ts';
import { focusFault, TextField, typedIn } from '../textField.tsx';
import { signInWords } from './signInWords.ts';

interface Faults {
  readonly current?: string;
  readonly password?: string;
}

/** Changes the password of whoever is signed in. */
export function OwnPassword({ name }: { readonly name: string }): JSX.Element {
  const text = signInWords.value;
  const form = useRef<HTMLFormElement>(null);
  const faults = useSignal<Faults>({});
  const isDone = useSignal(false);
  const submit = async (typed: (name: string) => string): Promise<void> => {
    isDone.value = false;
    const found = await change(typed('current'), typed('password'));
    faults.value = found ?? {};
    isDone.value = found === undefined;
    if (isDone.value) form.current?.reset();
    else focusFault(form.current);
  };
  return (
    <details>
      <summary>{text.own}</summary>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit(typedIn(event.currentTarget));
        }}
      >
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

async function change(current: string, password: string): Promise<Faults | undefined> {
  const text = signInWords.value;
  if (current === '') return { current: text.needsPassword };
  if (password.length < 12) return { password: text.needsNext };
  const problem = await changePassword(current, password);
  return problem && faultsOf(problem);
}

function faultsOf({ status, field, detail }: Problem): Faults {
  const text = signInWords.value;
  if (field === 'current') return { current: text.wrongCurrent };
  if (status === 429) return { current: text.tooMany };
  return { password: text.refused(detail) };
}
