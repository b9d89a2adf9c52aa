import type { JSX } from 'preact';
import { type Faults, FormFault, type Typed, useForm } from '../form.tsx';
import { reconnect } from '../live.ts';
import { signIn } from '../me.ts';
import { key, type Problem, useKey } from '../request.ts';
import { TextField } from '../textField.tsx';
import { signInWords } from './signInWords.ts';

/** Asks who wants to see the console: somebody with a password, or with an API key. */
export const SignIn = (): JSX.Element => (
  <div class="card locked">
    <PasswordForm />
    <KeyForm />
  </div>
);

/** `form` is of no field. */
type SignInFaults = Faults<'name' | 'password' | 'form'>;

function PasswordForm(): JSX.Element {
  const text = signInWords.value;
  const { faults, isBusy, attributes } = useForm(submit);
  return (
    <form {...attributes}>
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
      <FormFault fault={faults.value.form} />
      <button type="submit" class="primary" aria-busy={isBusy.value}>
        {isBusy.value ? text.busy : text.signIn}
      </button>
      <p class="hint">{text.forgotten}</p>
    </form>
  );
}

async function submit(typed: Typed): Promise<SignInFaults | undefined> {
  const text = signInWords.value;
  const [name, password] = [typed('name').trim(), typed('password')];
  const missing = {
    ...(name === '' && { name: text.needsName }),
    ...(password === '' && { password: text.needsPassword }),
  };
  if (Object.keys(missing).length > 0) return missing;
  const problem = await signIn(name, password);
  return problem && faultsOf(problem);
}

function faultsOf({ status, detail }: Problem): SignInFaults {
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
  const { faults, attributes } = useForm<'key'>(async (typed) => {
    const given = typed('key').trim();
    if (given === '') return { key: text.needsKey };
    useKey(given);
    reconnect();
    return undefined;
  });
  return (
    <details open={wasRefused}>
      <summary>{text.byKey}</summary>
      <form {...attributes}>
        <TextField
          id="sign-in-key"
          name="key"
          type="password"
          label={text.key}
          hint={text.keyHint}
          autocomplete="off"
          fault={faults.value.key ?? (wasRefused ? text.keyRefused : undefined)}
        />
        <button type="submit">{text.open}</button>
      </form>
    </details>
  );
}
