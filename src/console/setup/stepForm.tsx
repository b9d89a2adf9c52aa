import type { ComponentChildren, JSX } from 'preact';
import { useForm } from '../form.tsx';
import { TextField } from '../textField.tsx';
import { change, draft, type SiteTyped, type Step, steps } from './draft.ts';
import { faultsIn } from './draftFaults.ts';
import { faultsTold, go } from './progress.ts';
import { setupWords } from './setupWords.ts';

interface StepFormProps {
  readonly step: Step;
  readonly title: string;
  /** On the way on, where it is not simply the next step. */
  readonly nextName?: string;
  children(faults: Readonly<Partial<Record<string, string>>>): ComponentChildren;
}

/** A step that goes on once what was typed is right. What the server found wrong later stands at its field too. */
export function StepForm({ step, title, nextName, children }: StepFormProps): JSX.Element {
  const text = setupWords.value;
  const form = useForm<string>(async () => {
    const found = faultsIn(step, draft.value);
    if (Object.keys(found).length > 0) return found;
    faultsTold.value = {};
    const next = steps[steps.indexOf(step) + 1];
    if (next !== undefined) go(next);
    return undefined;
  });
  const before = steps[steps.indexOf(step) - 1];
  return (
    <form {...form.attributes} class="card setup-step" aria-labelledby="step-title">
      <h2 id="step-title" tabIndex={-1}>
        {title}
      </h2>
      {children({ ...faultsTold.value, ...form.faults.value })}
      <div class="actions">
        <button type="submit" class="primary">
          {nextName ?? text.next}
        </button>
        {before !== undefined && (
          <button type="button" onClick={() => go(before)}>
            {text.back}
          </button>
        )}
      </div>
    </form>
  );
}

type TextKey = {
  [K in keyof SiteTyped]: SiteTyped[K] extends string ? K : never;
}[keyof SiteTyped];

interface DraftFieldProps {
  /** Of what is typed. */
  readonly of: Extract<
    TextKey,
    | 'name'
    | 'timeZone'
    | 'breakerAmps'
    | 'backgroundAmps'
    | 'url'
    | 'username'
    | 'password'
    | 'topic'
    | 'stationHost'
    | 'stationPort'
  >;
  /** As the server calls it. */
  readonly name?: string;
  readonly label: string;
  readonly hint?: string;
  readonly isNumber?: boolean;
  readonly list?: string;
  readonly faults: Readonly<Partial<Record<string, string>>>;
}

/** A text or number of the draft. */
export function DraftField({
  of,
  name = of,
  label,
  hint,
  isNumber,
  list,
  faults,
}: DraftFieldProps): JSX.Element {
  return (
    <TextField
      id={`setup-${of}`}
      name={name}
      type={of === 'password' ? 'password' : 'text'}
      label={label}
      {...(hint !== undefined && { hint })}
      {...(isNumber && { inputMode: 'decimal' })}
      {...(list !== undefined && { list })}
      autocomplete="off"
      value={draft.value[of]}
      onInput={({ currentTarget }) => change({ [of]: currentTarget.value })}
      fault={faults[name]}
    />
  );
}
