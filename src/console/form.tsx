import { type ReadonlySignal, useSignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useRef } from 'preact/hooks';

/** What is wrong with what was typed, by the names of the fields. */
export type Faults<Field extends string> = Partial<Readonly<Record<Field, string>>>;

/** What was typed into a field. */
export type Typed = (name: string) => string;

export interface Form<Field extends string> {
  readonly faults: ReadonlySignal<Faults<Field>>;
  readonly isBusy: ReadonlySignal<boolean>;
  /** Runs something else of this form, unless something of it is under way. */
  run(work: () => Promise<Faults<Field> | undefined>): void;
  /** Empties the fields. */
  reset(): void;
  /** What the form element needs. */
  readonly attributes: {
    readonly ref: RefObject<HTMLFormElement>;
    readonly noValidate: true;
    onSubmit(event: SubmitEvent): void;
  };
}

/**
 * A form that is sent once at a time. `submit` tells what is wrong, and nothing when it went well: the faults are shown at
 * their fields, and the cursor goes to the first of them.
 */
export function useForm<Field extends string>(
  submit: (typed: Typed) => Promise<Faults<Field> | undefined>,
): Form<Field> {
  const ref = useRef<HTMLFormElement>(null);
  const faults = useSignal<Faults<Field>>({});
  const isBusy = useSignal(false);
  const run = async (work: () => Promise<Faults<Field> | undefined>): Promise<void> => {
    if (isBusy.value) return;
    isBusy.value = true;
    const found = await work();
    isBusy.value = false;
    faults.value = found ?? {};
    focusFault(ref.current);
  };
  return {
    faults,
    isBusy,
    run: (work) => void run(work),
    reset: () => ref.current?.reset(),
    attributes: {
      ref,
      noValidate: true,
      onSubmit: (event) => {
        event.preventDefault();
        const { currentTarget } = event;
        if (currentTarget instanceof HTMLFormElement) void run(() => submit(typedIn(currentTarget)));
      },
    },
  };
}

/** What was typed into a form, by the names of its fields. */
function typedIn(form: HTMLFormElement): Typed {
  const data = new FormData(form);
  return (name) => String(data.get(name) ?? '');
}

/** Puts the cursor where the first thing is to be mended, once it is drawn. */
function focusFault(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}

/** What is wrong with a form as a whole. */
export const FormFault = ({ fault }: { readonly fault: string | undefined }): JSX.Element | null =>
  fault === undefined ? null : (
    <p class="fault" role="alert">
      {fault}
    </p>
  );
