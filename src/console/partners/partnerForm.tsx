import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { InvitationBody, PartnerBody } from '../../http/partnerSchemas.ts';
import { type Faults, FormFault, useForm } from '../form.tsx';
import { ask } from '../request.ts';
import { TextField } from '../textField.tsx';
import { partnerWords } from './partnerWords.ts';

const fields = ['id', 'versionsUrl', 'token'] as const;
type Field = (typeof fields)[number];
type Draft = Readonly<Record<Field, string>>;
/** `form` is of no field. */
type PartnerFaults = Faults<Field | 'form'>;

const idPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$/;
const empty: Draft = { id: '', versionsUrl: '', token: '' };

type Said =
  | { readonly kind: 'invited'; readonly invitation: InvitationBody }
  | { readonly kind: 'registered'; readonly id: string };

/** Invites a partner, and shows the token once; or registers with one that gave us a token. */
export function PartnerForm({ onAdded }: { onAdded(): void }): JSX.Element {
  const text = partnerWords.value;
  const draft = useSignal<Draft>(empty);
  const said = useSignal<Said | undefined>(undefined);
  const send = async (): Promise<PartnerFaults | undefined> => {
    said.value = undefined;
    const found = faultsOf(draft.value);
    if (Object.keys(found).length > 0) return found;
    const told = fields.flatMap((field) =>
      draft.value[field].trim() === '' ? [] : [[field, draft.value[field].trim()]],
    );
    const answer = await ask<InvitationBody | PartnerBody>('POST', '/partners', Object.fromEntries(told));
    if (!answer.ok) {
      const at = fields.find((field) => field === answer.problem.field) ?? 'form';
      return { [at]: answer.problem.detail };
    }
    const { body } = answer;
    said.value =
      'token' in body ? { kind: 'invited', invitation: body } : { kind: 'registered', id: body.id };
    draft.value = empty;
    onAdded();
    return undefined;
  };
  const { faults, isBusy, attributes } = useForm(send);

  const input = (field: Field, label: string): JSX.Element => (
    <TextField
      id={`partner-${field}`}
      name={field}
      label={label}
      autocomplete="off"
      value={draft.value[field]}
      onInput={({ currentTarget }) => {
        draft.value = { ...draft.value, [field]: currentTarget.value };
      }}
      fault={faults.value[field]}
    />
  );

  return (
    <section class="card" aria-labelledby="add-title">
      <h2 id="add-title">{text.add}</h2>
      <p class="hint">{text.addHint}</p>
      <form {...attributes}>
        <div class="fields">
          {input('id', text.name)}
          {input('versionsUrl', text.versionsUrl)}
          {input('token', text.token)}
        </div>
        <p class="hint">{text.emptyHint}</p>
        <button type="submit" class="primary" disabled={isBusy.value}>
          {text.invite}
        </button>
      </form>
      <FormFault fault={faults.value.form} />
      <div role="status">{said.value !== undefined && <Outcome said={said.value} />}</div>
    </section>
  );
}

function faultsOf({ id, versionsUrl, token }: Draft): PartnerFaults {
  const text = partnerWords.value.faults;
  const hasUrl = versionsUrl.trim() !== '';
  const hasToken = token.trim() !== '';
  return {
    ...(!idPattern.test(id.trim()) && { id: text.id }),
    ...(hasToken && !hasUrl && { versionsUrl: text.versionsUrl }),
    ...(hasUrl && !hasToken && { token: text.token }),
  };
}

function Outcome({ said }: { readonly said: Said }): JSX.Element {
  const text = partnerWords.value;
  if (said.kind === 'registered') return <p class="saved">{text.registered(said.id)}</p>;
  const { partner, token, versionsUrl } = said.invitation;
  return (
    <>
      <p class="saved">{text.invited(partner.id)}</p>
      <dl class="invitation">
        <dt>{text.ourUrl}</dt>
        <dd>
          <code>{versionsUrl}</code>
        </dd>
        <dt>{text.ourToken}</dt>
        <dd>
          <code>{token}</code>
        </dd>
      </dl>
    </>
  );
}
