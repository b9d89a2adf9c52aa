import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SessionBody } from '../../http/schemas.ts';
import { serverNowMs } from '../live.ts';
import { ask } from '../request.ts';
import { sessionWords } from './sessionWords.ts';
import { changeOf, type WishFaults, type WishField, wishFieldOf, wishOf } from './wishDraft.ts';

interface WishFormProps {
  readonly session: SessionBody;
  readonly timeZone: string;
  onDone(isSaved: boolean): void;
}

/** What the driver of a running session wants: energy, departure, priority. */
export function WishForm({ session, timeZone, onDone }: WishFormProps): JSX.Element {
  const text = sessionWords.value;
  const form = useRef<HTMLFormElement>(null);
  const wish = useSignal(wishOf(session, timeZone));
  const faults = useSignal<WishFaults>({});
  const refusal = useSignal<string | undefined>(undefined);
  useLayoutEffect(() => form.current?.querySelector('input')?.focus(), []);

  const complain = (found: WishFaults): void => {
    faults.value = found;
    const [first] = Object.keys(found);
    form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };
  const save = async (): Promise<void> => {
    refusal.value = undefined;
    const read = changeOf(wish.value, { timeZone, nowMs: serverNowMs.value });
    if (read.status === 'faulty') return complain(read.faults);
    faults.value = {};
    const answer = await ask<SessionBody>(
      'PATCH',
      `/sessions/${encodeURIComponent(session.id)}`,
      read.change,
    );
    if (answer.ok) return onDone(true);
    const at = wishFieldOf(answer.problem.field);
    if (at === undefined) refusal.value = answer.problem.detail;
    else complain({ [at]: answer.problem.detail });
  };
  const input = (field: WishField, label: string, type: 'text' | 'datetime-local' = 'text'): JSX.Element => (
    <label class="field">
      <span>{label}</span>
      <input
        name={field}
        type={type}
        inputMode={type === 'text' ? 'decimal' : undefined}
        autocomplete="off"
        value={wish.value[field]}
        aria-invalid={faults.value[field] !== undefined}
        aria-describedby={faults.value[field] === undefined ? undefined : `wish-${field}-fault`}
        onInput={({ currentTarget }) => {
          wish.value = { ...wish.value, [field]: currentTarget.value };
        }}
      />
      {faults.value[field] !== undefined && (
        <span class="fault" id={`wish-${field}-fault`}>
          {faults.value[field]}
        </span>
      )}
    </label>
  );

  return (
    <form
      ref={form}
      class="wish"
      noValidate
      aria-label={text.changeTitle(session.evse)}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="fields">
        {input('energy', text.energy)}
        {input('departure', text.departure, 'datetime-local')}
        {input('priority', text.priorityName)}
      </div>
      <p class="hint">{text.emptyHint}</p>
      {refusal.value !== undefined && (
        <p class="fault" role="alert">
          {refusal.value}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="primary">
          {text.save}
        </button>
        <button type="button" onClick={() => onDone(false)}>
          {text.cancel}
        </button>
      </div>
    </form>
  );
}
