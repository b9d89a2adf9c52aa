import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { reconnect } from '../live.ts';
import { signIn } from '../me.ts';
import { key, type Problem, useKey } from '../request.ts';
import { focusFault, TextField, typedIn } from '../textField.tsx';
import { signInWords } from './signInWords.ts';

/** Asks who wants to see the console: somebody with a password, or with an API key. */
export const SignIn = (): JSX.Element => (
  <div class="card locked">
    <PasswordForm />
    <KeyForm />
  </div>
);

interface Faults {
  readonly name?: string;
  readonly password?: string;
  /** Of no field. */
  readonly form?: string;
}

function PasswordForm(): JSX.Element {
  const text = signInWords.value;
  const form = useRef<HTMLFormElement>(null);
  const faults = useSignal<Faults>({});
  const isBusy = useSignal(false);
  const complain = (found: Faults): void => {
    faults.value = found;
    focusFault(form.current);
  };
  const submit = async (typed: (name: string) => string): Promise<void> => {
    const [name, password] = [typed('name').trim(), typed('password')];
    const missing = {
      ...(name === '' && { name: text.needsName }),
      ...(password === '' && { password: text.needsPassword }),
    };
    if (Object.keys(missing).length > 0) return complain(missing);
    isBusy.value = true;
    const problem = await signIn(name, password);
    isBusy.value = false;
    complain(problem === undefined ? {} : faultsOf(problem));
  };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy.value) void submit(typedIn(event.currentTarget));
      }}
    >
      <h1>{text.title}</h1>
      <TextField
        id="sign-in-name"
        name="name"
        label={text.name}
        autocomplete="username"
        fault={faults.value.name}
      />
      <TextField
        id="sign-in-password"
        name="password"
        type="password"
        label={text.password}
        autocomplete="current-password"
        fault={faults.value.password}
      />
      {faults.value.form !== undefined && (
        <p class="fault" role="alert">
          {faults.value.form}
        </p>
      )}
      <button type="submit" class="primary" aria-busy={isBusy.value}>
        {isBusy.value ? text.busy : text.signIn}
      </button>
      <p class="hint">{text.forgotten}</p>
    </form>
  );
}

function faultsOf({ status, detail }: Problem): Faults {
  const text = signInWords.value;
  switch (status) {
    case 401:
      return { password: text.wrong };
    case 429:
      return { form: text.tooMany };
    case 403:
      return { form: text.notPrivate };
    case 0:
    case 503:
      return { form: text.noAnswer };
    default:
      return { form: text.refused(detail) };
  }
}

function KeyForm(): JSX.Element {
  const text = signInWords.value;
  const wasRefused = key.value !== '';
  const isEmpty = useSignal(false);
  return (
    <details open={wasRefused}>
      <summary>{text.byKey}</summary>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const typed = typedIn(event.currentTarget)('key').trim();
          isEmpty.value = typed === '';
          if (isEmpty.value) return focusFault(event.currentTarget);
          useKey(typed);
          reconnect();
        }}
      >
        <TextField
          id="sign-in-key"
          name="key"
          type="password"
          label={text.key}
          hint={text.keyHint}
          autocomplete="off"
          fault={isEmpty.value ? text.needsKey : wasRefused ? text.keyRefused : undefined}
        />
        <button type="submit">{text.open}</button>
      </form>
    </details>
  );
}
