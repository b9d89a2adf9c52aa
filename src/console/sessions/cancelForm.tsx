import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { CancelReason } from '../../http/bookingBody.ts';
import { FormFault } from '../form.tsx';
import { ask } from '../request.ts';
import { Sure } from '../sure.tsx';
import { bookingWords } from './bookingWords.ts';

interface CancelProps {
  /** Unlike any other on the page. */
  readonly id: string;
  /** In the API. */
  readonly path: string;
  /** Which booking. */
  readonly what: string;
  onDone(isCancelled: boolean): void;
}

const reasons: readonly CancelReason[] = ['BROKEN_CHARGER', 'FULL', 'BLOCKED', 'POWER_OUTAGE', 'UNKNOWN'];

/** Cancels a booking with a reason, after asking once more. */
export function CancelForm({ id, path, what, onDone }: CancelProps): JSX.Element {
  const text = bookingWords.value;
  const select = useRef<HTMLSelectElement>(null);
  const isBusy = useSignal(false);
  const fault = useSignal<string | undefined>(undefined);
  const cancel = async (): Promise<void> => {
    isBusy.value = true;
    const answer = await ask('POST', path, { reason: select.current?.value });
    isBusy.value = false;
    if (answer.ok) onDone(true);
    else fault.value = answer.problem.detail;
  };
  useLayoutEffect(() => select.current?.focus(), []);
  return (
    <fieldset class="credit-form" aria-label={text.cancelTitle(what)}>
      <p class="hint">{text.cancelHint}</p>
      <div class="field">
        <label htmlFor={id}>{text.reason}</label>
        <select id={id} ref={select}>
          {reasons.map((reason) => (
            <option key={reason} value={reason}>
              {text.reasons[reason]}
            </option>
          ))}
        </select>
      </div>
      <FormFault fault={fault.value} />
      <div class="actions">
        <Sure
          name={text.doCancel}
          sure={text.sureCancel}
          keep={text.keep}
          isDisabled={isBusy.value}
          onSure={() => void cancel()}
        />
        <button type="button" onClick={() => onDone(false)}>
          {text.close}
        </button>
      </div>
    </fieldset>
  );
}
