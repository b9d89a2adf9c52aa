import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { UserBody } from '../../http/peopleBody.ts';
import type { Faults } from '../form.tsx';
import type { Problem } from '../request.ts';
import { signInWords } from '../signIn/signInWords.ts';
import { sites } from '../sites.ts';
import { peopleWords } from './peopleWords.ts';

export type Role = UserBody['role'];
const roles: readonly Role[] = ['viewer', 'site-operator', 'grid-operator', 'admin'];

/** Who somebody is, and where. */
export interface Standing {
  readonly role: Role;
  readonly sites: readonly string[];
}

/** `form` is of no field. */
export type PersonFaults = Faults<'name' | 'role' | 'sites' | 'password' | 'form'>;

interface StandingProps {
  /** Unlike any other on the page. */
  readonly id: string;
  readonly standing: Signal<Standing>;
  readonly faults: PersonFaults;
}

/** Asks for a role, and for sites where the role is not good everywhere. */
export function StandingFields({ id, standing, faults }: StandingProps): JSX.Element {
  const text = peopleWords.value;
  const { role, sites: chosen } = standing.value;
  const faultOf = (field: 'role' | 'sites') =>
    faults[field] === undefined ? undefined : `${id}-${field}-fault`;
  return (
    <>
      <div class="field">
        <label htmlFor={`${id}-role`}>{text.role}</label>
        <select
          id={`${id}-role`}
          value={role}
          aria-invalid={faults.role !== undefined}
          aria-describedby={faultOf('role') ?? `${id}-role-hint`}
          onChange={({ currentTarget: { value } }) => {
            standing.value = { ...standing.value, role: roles.find((each) => each === value) ?? role };
          }}
        >
          {roles.map((each) => (
            <option key={each} value={each}>
              {signInWords.value.roles[each]}
            </option>
          ))}
        </select>
        <span class="hint" id={`${id}-role-hint`}>
          {text.roleHints[role]}
        </span>
        <Fault id={faultOf('role')} fault={faults.role} />
      </div>
      {role !== 'admin' && (
        <fieldset
          class="field sites"
          aria-describedby={faultOf('sites')}
          aria-invalid={faults.sites !== undefined}
        >
          <legend>{text.sites}</legend>
          {[...sites.value.values()].map(({ head: { value: site } }) => (
            <label key={site.id} class="check">
              <input
                type="checkbox"
                checked={chosen.includes(site.id)}
                onChange={({ currentTarget: { checked } }) => {
                  const others = chosen.filter((each) => each !== site.id);
                  standing.value = { role, sites: checked ? [...others, site.id] : others };
                }}
              />
              {site.name}
            </label>
          ))}
          <Fault id={faultOf('sites')} fault={faults.sites} />
        </fieldset>
      )}
    </>
  );
}

const Fault = ({ id, fault }: { readonly id: string | undefined; readonly fault: string | undefined }) =>
  fault === undefined ? null : (
    <span class="fault" id={id} role="alert">
      {fault}
    </span>
  );

/** Role and place in words. */
export function standingText({ role, sites: where }: Standing): string {
  const name = signInWords.value.roles[role];
  if (role === 'admin') return `${name}, ${peopleWords.value.everywhere}`;
  return `${name}, ${where.map((id) => sites.value.get(id)?.head.value.name ?? id).join(', ')}`;
}

const nameForm = /^[A-Za-z0-9_.-]{1,48}$/;

/** What the server would refuse as well, told in the language of the page. */
export function faultsIn(
  asked: Standing & { readonly name?: string; readonly password?: string },
): PersonFaults {
  const text = peopleWords.value.faults;
  const { name, password, role, sites: where } = asked;
  return {
    ...(name !== undefined && !nameForm.test(name) && { name: text.name }),
    ...(role !== 'admin' && where.length === 0 && { sites: text.sites }),
    ...(password !== undefined && password.length < 12 && { password: text.password }),
  };
}

export function faultsOf({ field, detail }: Problem): PersonFaults {
  const text = peopleWords.value.faults;
  switch (field) {
    case 'name':
      return { name: text.taken };
    case 'password':
      return { password: text.password };
    case 'sites':
      return { sites: text.sites };
    case 'role':
    case 'isBlocked':
      return { role: text.role };
    default:
      return { form: peopleWords.value.refused(detail) };
  }
}
