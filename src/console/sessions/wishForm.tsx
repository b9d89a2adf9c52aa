import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { SessionBody } from '../../http/schemas.ts';
import { FormFault, useForm } from '../form.tsx';
import { serverNowMs } from '../live.ts';
import { ask } from '../request.ts';
import { TextField } from '../textField.tsx';
import { sessionWords } from './sessionWords.ts';
import { changeOf, type WishFaults, type WishField, wishFieldOf, wishOf } from './wishDraft.ts';

interface WishFormProps {
  readonly session: SessionBody;
  readonly timeZone: string;
  readonly isOpen: Signal<boolean>;
  onSaved(): void;
}

/** What the driver of a running session wants: energy, departure, priority. */
export function WishForm({ session, timeZone, isOpen, onSaved }: WishFormProps): JSX.Element {
  const text = sessionWords.value;
  const wish = useSignal(wishOf(session, timeZone));
  const close = (): void => {
    isOpen.value = false;
  };
  const save = async (): Promise<WishFaults | undefined> => {
    const read = changeOf(wish.value, { timeZone, nowMs: serverNowMs.value });
    if (read.status === 'faulty') return read.faults;
    const path = `/sessions/${encodeURIComponent(session.id)}`;
    const answer = await ask<SessionBody>('PATCH', path, read.change);
    if (!answer.ok) return { [wishFieldOf(answer.problem.field) ?? 'form']: answer.problem.detail };
    close();
    onSaved();
    return undefined;
  };
  const { faults, attributes } = useForm(save);
  useLayoutEffect(() => attributes.ref.current?.querySelector('input')?.focus(), []);
  const input = (field: WishField, label: string, type: 'text' | 'datetime-local' = 'text'): JSX.Element => (
    <TextField
      id={`wish-${session.evse}-${field}`}
      name={field}
      label={label}
      type={type}
      {...(type === 'text' && { inputMode: 'decimal' as const })}
      autocomplete="off"
      value={wish.value[field]}
      onInput={({ currentTarget }) => {
        wish.value = { ...wish.value, [field]: currentTarget.value };
      }}
      fault={faults.value[field]}
    />
  );

  return (
    <form {...attributes} class="wish" aria-label={text.changeTitle(session.evse)}>
      <div class="fields">
        {input('energy', text.energy)}
        {input('departure', text.departure, 'datetime-local')}
        {input('priority', text.priorityName)}
      </div>
      <p class="hint">{text.emptyHint}</p>
      <FormFault fault={faults.value.form} />
      <div class="actions">
        <button type="submit" class="primary">
          {text.save}
        </button>
        <button type="button" onClick={close}>
          {text.cancel}
        </button>
      </div>
    </form>
  );
}
