import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Faults, FormFault, type Typed, useForm } from '../form.tsx';
import { decimal, kilowattHours, plainNumber } from '../format.ts';
import { ask } from '../request.ts';
import { TextField } from '../textField.tsx';
import { type Cdr, costOf, pathOf } from './cdr.ts';
import { cdrWords } from './cdrWords.ts';

/** What was made of a CDR; ids. */
export interface Credited {
  readonly cdr: string;
  readonly credit: string;
  readonly corrected: string | undefined;
}

/** What the API takes; figures are exact decimals. */
interface Asked {
  readonly reason: string;
  readonly corrected?: { readonly energyKwh?: string; readonly beforeTaxes?: string };
}

type Field = 'reason' | 'energy' | 'cost' | 'form';

interface CreditProps {
  readonly partner: string;
  readonly cdr: Cdr;
  /** Without anything when nothing was done. */
  onDone(credited?: Credited): void;
}

/** Takes a CDR back, after it was said what will happen, and tells the right one where it is known. */
export function CreditForm({ partner, cdr, onDone }: CreditProps): JSX.Element {
  const text = cdrWords.value;
  const asked = useSignal<Asked | undefined>(undefined);
  const { faults, attributes, run } = useForm<Field>(async (typed) => {
    const read = askedIn(typed);
    if ('faults' in read) return read.faults;
    asked.value = read.asked;
    return undefined;
  });
  const credit = async (given: Asked): Promise<Faults<Field> | undefined> => {
    const path = `${pathOf(partner)}/${encodeURIComponent(cdr.id)}/credit`;
    const answer = await ask<{ readonly credit: Cdr; readonly corrected: Cdr | null }>('POST', path, given);
    asked.value = undefined;
    if (!answer.ok) return { form: answer.problem.detail };
    onDone({ cdr: cdr.id, credit: answer.body.credit.id, corrected: answer.body.corrected?.id });
    return undefined;
  };
  useLayoutEffect(() => attributes.ref.current?.querySelector('input')?.focus(), []);
  const field = (name: Exclude<Field, 'form'>): JSX.Element => (
    <TextField
      id={`credit-${cdr.id}-${name}`}
      name={name}
      label={text[name]}
      autocomplete="off"
      {...(name !== 'reason' && { inputMode: 'decimal' as const })}
      fault={faults.value[name]}
    />
  );
  return (
    <form
      {...attributes}
      class="credit-form"
      aria-label={text.creditTitle(cdr.id)}
      onInput={() => {
        asked.value = undefined;
      }}
    >
      <p class="hint">{text.hint}</p>
      <div class="fields">
        {field('reason')}
        {field('energy')}
        {field('cost')}
      </div>
      <FormFault fault={faults.value.form} />
      {asked.value === undefined ? (
        <div class="actions">
          <button type="submit" class="primary">
            {text.next}
          </button>
          <button type="button" onClick={() => onDone()}>
            {text.cancel}
          </button>
        </div>
      ) : (
        <Sureness
          lines={whatHappens(partner, cdr, asked.value)}
          onSure={() => {
            const given = asked.value;
            if (given !== undefined) run(() => credit(given));
          }}
          onLeave={() => onDone()}
        />
      )}
    </form>
  );
}

interface SurenessProps {
  readonly lines: readonly string[];
  onSure(): void;
  onLeave(): void;
}

/** What will happen, and the last word. The keyboard's focus comes here. */
function Sureness({ lines, onSure, onLeave }: SurenessProps): JSX.Element {
  const text = cdrWords.value;
  const sure = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => sure.current?.focus(), []);
  return (
    <>
      <p role="alert">
        <strong>{lines.join(' ')}</strong>
      </p>
      <div class="actions">
        <button ref={sure} type="button" class="danger" onClick={onSure}>
          {text.doIt}
        </button>
        <button type="button" onClick={onLeave}>
          {text.cancel}
        </button>
      </div>
    </>
  );
}

function whatHappens(partner: string, cdr: Cdr, { corrected }: Asked): readonly string[] {
  const text = cdrWords.value;
  const { energyKwh, beforeTaxes } = corrected ?? {};
  const figures = [
    energyKwh !== undefined && kilowattHours(energyKwh),
    beforeTaxes !== undefined && `${decimal(beforeTaxes)} ${cdr.currency}`,
  ].filter((figure) => figure !== false);
  const credit = text.sure(partner, costOf(cdr));
  return figures.length === 0 ? [credit] : [credit, text.sureCorrected(figures.join(', '))];
}

function askedIn(typed: Typed): { readonly asked: Asked } | { readonly faults: Faults<Field> } {
  const text = cdrWords.value.faults;
  const reason = typed('reason').trim();
  const energyKwh = plainNumber(typed('energy'));
  const beforeTaxes = plainNumber(typed('cost'));
  const isWrong = (value: string): boolean => value !== '' && !/^\d{1,9}(\.\d{1,4})?$/.test(value);
  const faults: Faults<Field> = {
    ...(reason === '' && { reason: text.reason }),
    ...(isWrong(energyKwh) && { energy: text.figure }),
    ...(isWrong(beforeTaxes) && { cost: text.figure }),
  };
  if (Object.keys(faults).length > 0) return { faults };
  const corrected = {
    ...(energyKwh !== '' && { energyKwh }),
    ...(beforeTaxes !== '' && { beforeTaxes }),
  };
  return { asked: { reason, ...(Object.keys(corrected).length > 0 && { corrected }) } };
}
