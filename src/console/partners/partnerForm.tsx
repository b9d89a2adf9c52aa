import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { InvitationBody, PartnerBody } from '../../http/partnerSchemas.ts';
import { ask } from '../request.ts';
import { partnerWords } from './partnerWords.ts';

const fields = ['id', 'versionsUrl', 'token'] as const;
type Field = (typeof fields)[number];
type Draft = Readonly<Record<Field, string>>;
type Faults = Partial<Record<Field, string>>;

const idPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$/;
const empty: Draft = { id: '', versionsUrl: '', token: '' };

type Said =
  | { readonly kind: 'invited'; readonly invitation: InvitationBody }
  | { readonly kind: 'registered'; readonly id: string };

/** Invites a partner, and shows the token once; or registers with one that gave us a token. */
export function PartnerForm({ onAdded }: { onAdded(): void }): JSX.Element {
  const text = partnerWords.value;
  const form = useRef<HTMLFormElement>(null);
  const draft = useSignal<Draft>(empty);
  const faults = useSignal<Faults>({});
  const refusal = useSignal<string | undefined>(undefined);
  const said = useSignal<Said | undefined>(undefined);
  const isBusy = useSignal(false);

  const complain = (found: Faults): void => {
    faults.value = found;
    const first = fields.find((field) => found[field] !== undefined);
    form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };
  const send = async (): Promise<void> => {
    refusal.value = undefined;
    said.value = undefined;
    const found = faultsOf(draft.value);
    if (Object.keys(found).length > 0) return complain(found);
    faults.value = {};
    const told = fields.flatMap((field) =>
      draft.value[field].trim() === '' ? [] : [[field, draft.value[field].trim()]],
    );
    isBusy.value = true;
    const answer = await ask<InvitationBody | PartnerBody>('POST', '/partners', Object.fromEntries(told));
    isBusy.value = false;
    if (!answer.ok) {
      const at = fields.find((field) => field === answer.problem.field);
      if (at === undefined) refusal.value = answer.problem.detail;
      else complain({ [at]: answer.problem.detail });
      return;
    }
    const { body } = answer;
    said.value =
      'token' in body ? { kind: 'invited', invitation: body } : { kind: 'registered', id: body.id };
    draft.value = empty;
    onAdded();
  };

  const input = (field: Field, label: string): JSX.Element => (
    <label class="field">
      <span>{label}</span>
      <input
        name={field}
        autocomplete="off"
        spellcheck={false}
        value={draft.value[field]}
        aria-invalid={faults.value[field] !== undefined}
        aria-describedby={faults.value[field] === undefined ? undefined : `partner-${field}-fault`}
        onInput={({ currentTarget }) => {
          draft.value = { ...draft.value, [field]: currentTarget.value };
        }}
      />
      {faults.value[field] !== undefined && (
        <span class="fault" id={`partner-${field}-fault`}>
          {faults.value[field]}
        </span>
      )}
    </label>
  );

  return (
    <section class="card" aria-labelledby="add-title">
      <h2 id="add-title">{text.add}</h2>
      <p class="hint">{text.addHint}</p>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy.value) void send();
        }}
      >
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
      {refusal.value !== undefined && (
        <p class="fault" role="alert">
          {refusal.value}
        </p>
      )}
      <div role="status">{said.value !== undefined && <Outcome said={said.value} />}</div>
    </section>
  );
}

function faultsOf({ id, versionsUrl, token }: Draft): Faults {
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
