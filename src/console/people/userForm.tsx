import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { UserBody } from '../../http/peopleBody.ts';
import { FormFault, type Typed, useForm } from '../form.tsx';
import { ask } from '../request.ts';
import { TextField } from '../textField.tsx';
import { peopleWords } from './peopleWords.ts';
import { faultsIn, faultsOf, type PersonFaults, type Standing, StandingFields } from './standing.tsx';

interface UserFormProps {
  /** Undefined for one that is to be added. */
  readonly user: UserBody | undefined;
  /** What a new one is at first. */
  readonly first?: Standing;
  onKept(user: UserBody): void;
}

/** Adds a user, or changes one. */
export function UserForm({ user, first, onKept }: UserFormProps): JSX.Element {
  const text = peopleWords.value;
  const id = `user-${user?.name ?? ''}`;
  const standing = useSignal<Standing>(user ?? first ?? { role: 'viewer', sites: [] });
  const isBlocked = useSignal(user?.isBlocked ?? false);
  const submit = async (typed: Typed): Promise<PersonFaults | undefined> => {
    const { role, sites } = standing.value;
    const password = user !== undefined && typed('password') === '' ? undefined : typed('password');
    const asked = { role, sites, ...(password !== undefined && { password }) };
    const named = { ...asked, ...(user === undefined && { name: typed('name').trim() }) };
    const found = faultsIn(named);
    if (Object.keys(found).length > 0) return found;
    const answer =
      user === undefined
        ? await ask<UserBody>('POST', '/users', named)
        : await ask<UserBody>('PATCH', pathOf(user), { ...asked, isBlocked: isBlocked.value });
    if (!answer.ok) return faultsOf(answer.problem);
    reset();
    onKept(answer.body);
    return undefined;
  };
  const { faults, attributes, reset } = useForm(submit);
  return (
    <form {...attributes} class="person-form">
      {user === undefined && (
        <TextField
          id="user-name"
          name="name"
          label={text.name}
          hint={text.nameHint}
          autocomplete="off"
          fault={faults.value.name}
        />
      )}
      <StandingFields id={id} standing={standing} faults={faults.value} />
      <TextField
        id={`${id}-password`}
        name="password"
        type="password"
        label={user === undefined ? text.password : text.newPassword}
        hint={user === undefined ? text.passwordHint : text.newPasswordHint}
        autocomplete="new-password"
        fault={faults.value.password}
      />
      {user !== undefined && (
        <label class="check">
          <input
            type="checkbox"
            checked={isBlocked.value}
            onChange={({ currentTarget }) => {
              isBlocked.value = currentTarget.checked;
            }}
          />
          {text.blocked}
        </label>
      )}
      <FormFault fault={faults.value.form} />
      <button type="submit" class="primary">
        {user === undefined ? text.add : text.save}
      </button>
    </form>
  );
}

export const pathOf = ({ name }: Pick<UserBody, 'name'>): string => `/users/${encodeURIComponent(name)}`;
