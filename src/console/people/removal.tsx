import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { ask } from '../request.ts';
import { Sure } from '../sure.tsx';
import { peopleWords } from './peopleWords.ts';
import { faultsOf } from './standing.tsx';

interface RemovalProps {
  readonly name: string;
  readonly path: string;
  onRemoved(): void;
}

/** Removes a user or a key, after asking once more. */
export function Removal({ name, path, onRemoved }: RemovalProps): JSX.Element {
  const text = peopleWords.value;
  const fault = useSignal<string | undefined>(undefined);
  const remove = async (): Promise<void> => {
    const answer = await ask('DELETE', path);
    if (answer.ok) return onRemoved();
    // The one name that is refused is that of the last admin.
    const { field } = answer.problem;
    fault.value = field === 'name' ? text.faults.role : faultsOf(answer.problem).form;
  };
  return (
    <>
      <Sure
        name={text.remove}
        about={name}
        sure={text.removeSure(name)}
        keep={text.keep}
        onSure={() => void remove()}
      />
      {fault.value !== undefined && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
    </>
  );
}
