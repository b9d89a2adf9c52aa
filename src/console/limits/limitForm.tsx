import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { LimitBody } from '../../http/schemas.ts';
import { FormFault, useForm } from '../form.tsx';
import { serverNowMs } from '../live.ts';
import { ask, type Problem } from '../request.ts';
import type { SiteStore } from '../sites.ts';
import {
  type Draft,
  ends,
  type Faults,
  type Field,
  fieldOf,
  type LimitRequestBody,
  newDraft,
  requestOf,
} from './limitDraft.ts';
import { Preview, type PreviewBody } from './limitPreview.tsx';
import { limitWords } from './limitWords.ts';

/** What was asked for and what it would do, waiting for a confirmation. */
interface Ready {
  readonly request: LimitRequestBody;
  readonly preview: PreviewBody;
}

interface FormProps {
  readonly site: SiteStore;
  onSet(limit: LimitBody): void;
}

/** Sets a limit in two steps: what it would do, then the confirmation. */
export function LimitForm({ site, onSet }: FormProps): JSX.Element {
  const text = limitWords.value;
  const { id, timeZone } = site.head.peek();
  const [draft] = useOnce(() => newDraft(site.root.circuit.peek().id, timeZone, serverNowMs.peek()));
  const ready = useSignal<Ready | undefined>(undefined);
  const preview = async (): Promise<Faults | undefined> => {
    const read = requestOf(draft.value, { site: id, timeZone, nowMs: serverNowMs.value });
    if (read.status === 'faulty') return read.faults;
    const answer = await ask<PreviewBody>('POST', '/limits/preview', read.request);
    if (!answer.ok) return refused(answer.problem);
    ready.value = { request: read.request, preview: answer.body };
    return undefined;
  };
  const confirm = async ({ request }: Ready): Promise<Faults | undefined> => {
    const answer = await ask<LimitBody>('POST', '/limits', request);
    ready.value = undefined;
    if (!answer.ok) return refused(answer.problem);
    draft.value = { ...draft.value, amount: '', reason: '' };
    onSet(answer.body);
    return undefined;
  };
  const { faults, isBusy, attributes, run } = useForm(preview);

  return (
    <form {...attributes} class="card limit-form" aria-labelledby="limit-form-title">
      <h2 id="limit-form-title">{text.set}</h2>
      <p class="hint">{text.setHint}</p>
      <Fields site={site} draft={draft} faults={faults.value} onChange={() => (ready.value = undefined)} />
      <FormFault fault={faults.value.form} />
      {ready.value === undefined ? (
        <button type="submit" class="primary" disabled={isBusy.value}>
          {text.preview}
        </button>
      ) : (
        <Preview preview={ready.value.preview} timeZone={timeZone}>
          <Confirmation
            isBusy={isBusy.value}
            onConfirm={() => run(async () => ready.value && confirm(ready.value))}
            onChange={() => (ready.value = undefined)}
          />
        </Preview>
      )}
    </form>
  );
}

function refused({ detail, field }: Problem): Faults {
  const at = fieldOf(field);
  return at === undefined ? { form: limitWords.value.refused(detail) } : { [at]: detail };
}

function Confirmation(props: { readonly isBusy: boolean; onConfirm(): void; onChange(): void }): JSX.Element {
  const text = limitWords.value;
  return (
    <div class="actions">
      <button type="button" class="primary" disabled={props.isBusy} onClick={props.onConfirm}>
        {text.confirm}
      </button>
      <button type="button" onClick={props.onChange}>
        {text.change}
      </button>
    </div>
  );
}

interface FieldsProps {
  readonly site: SiteStore;
  readonly draft: Signal<Draft>;
  readonly faults: Faults;
  onChange(): void;
}

function Fields({ site, draft, faults, onChange }: FieldsProps): JSX.Element {
  const text = limitWords.value;
  const { circuit, amount, unit, end, at, reason } = draft.value;
  const change = (to: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...to };
    onChange();
  };
  return (
    <div class="fields">
      <Labelled field="circuit" label={text.circuit} faults={faults}>
        <select
          {...named('circuit', faults)}
          value={circuit}
          onChange={({ currentTarget }) => change({ circuit: currentTarget.value })}
        >
          {[...site.circuits.keys()].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </Labelled>
      <Labelled field="amount" label={text.amount} faults={faults}>
        <span class="amount">
          <input
            {...named('amount', faults)}
            inputMode="decimal"
            autocomplete="off"
            value={amount}
            onInput={({ currentTarget }) => change({ amount: currentTarget.value })}
          />
          <select
            aria-label={text.unit}
            value={unit}
            onChange={({ currentTarget }) =>
              change({ unit: currentTarget.value === 'watts' ? 'watts' : 'amps' })
            }
          >
            <option value="amps">{text.units.amps}</option>
            <option value="watts">{text.units.watts}</option>
          </select>
        </span>
      </Labelled>
      <Labelled field="until" label={text.ends} faults={faults}>
        <select
          {...(end !== 'at' && named('until', faults))}
          id="limit-until"
          value={end}
          onChange={({ currentTarget }) =>
            change({ end: ends.find((each) => each === currentTarget.value) ?? '60' })
          }
        >
          {ends.map((each) => (
            <option key={each} value={each}>
              {text.in[each]}
            </option>
          ))}
        </select>
        {end === 'at' && (
          <input
            {...named('until', faults)}
            id="limit-until-at"
            type="datetime-local"
            aria-label={text.endsAt}
            value={at}
            onInput={({ currentTarget }) => change({ at: currentTarget.value })}
          />
        )}
      </Labelled>
      <Labelled field="reason" label={text.reason} hint={text.reasonHint} faults={faults}>
        <input
          {...named('reason', faults)}
          maxLength={200}
          autocomplete="off"
          value={reason}
          onInput={({ currentTarget }) => change({ reason: currentTarget.value })}
        />
      </Labelled>
    </div>
  );
}

/** What ties an input to its label and to what is wrong with it. */
const named = (field: Field, faults: Faults) => ({
  id: `limit-${field}`,
  name: field,
  'aria-invalid': faults[field] !== undefined,
  'aria-describedby': faults[field] === undefined ? undefined : `limit-${field}-fault`,
});

interface LabelledProps {
  readonly field: Field;
  readonly label: string;
  readonly hint?: string;
  readonly faults: Faults;
  readonly children: ComponentChildren;
}

function Labelled({ field, label, hint, faults, children }: LabelledProps): JSX.Element {
  return (
    <div class={`field is-${field}`}>
      <label htmlFor={`limit-${field}`}>
        {label} {hint !== undefined && <small>{hint}</small>}
      </label>
      {children}
      {faults[field] !== undefined && (
        <span class="fault" id={`limit-${field}-fault`}>
          {faults[field]}
        </span>
      )}
    </div>
  );
}

/** A value that is made with the component and lives as long. */
function useOnce<T>(make: () => T): readonly [T] {
  const place = useRef<readonly [T] | undefined>(undefined);
  place.current ??= [make()];
  return place.current;
}
