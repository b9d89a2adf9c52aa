import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { KeyBody, KeyWithSecretBody } from '../../http/peopleBody.ts';
import { useAsked } from '../asked.ts';
import { me, trialName } from '../me.ts';
import { KeyForm } from './keyForm.tsx';
import { peopleWords } from './peopleWords.ts';
import { Removal } from './removal.tsx';
import { endText, setText } from './setText.ts';
import { standingText } from './standing.tsx';

const everyMs = 10_000;

/** Keys for programs. */
export function KeyList(): JSX.Element {
  const text = peopleWords.value;
  const { body, problem, again } = useAsked<readonly KeyBody[]>('/keys', everyMs);
  const made = useSignal<KeyWithSecretBody | undefined>(undefined);
  const done = useSignal('');
  const isTrial = me.value?.name === trialName;
  return (
    <section class="card people" aria-labelledby="keys-title">
      <h2 id="keys-title">{text.keys}</h2>
      <p class="hint">{text.keysHint}</p>
      {problem.value !== undefined && <p class="fault">{text.refused(problem.value.detail)}</p>}
      {body.value?.length === 0 && <p>{isTrial ? text.keysOnTrial : text.keysNone}</p>}
      <ul>
        {body.value?.map((key) => (
          <li key={key.name} class="person">
            <p class="person-who">
              <strong>{key.name}</strong>
              <span>
                {standingText(key)}, {endText(key)}
              </span>
            </p>
            <p class="hint">{setText(key)}</p>
            <Removal
              name={key.name}
              path={`/keys/${encodeURIComponent(key.name)}`}
              onRemoved={() => {
                done.value = text.removed(key.name);
                again();
              }}
            />
          </li>
        ))}
      </ul>
      <div role="status">{made.value === undefined ? done.value : <Secret made={made.value} />}</div>
      {!isTrial && (
        <details>
          <summary>{text.addKey}</summary>
          <KeyForm
            onMade={(key) => {
              made.value = key;
              again();
            }}
          />
        </details>
      )}
    </section>
  );
}

function Secret({ made }: { readonly made: KeyWithSecretBody }): JSX.Element {
  const text = peopleWords.value;
  const isCopied = useSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(made.secret);
    isCopied.value = true;
  };
  return (
    <div class="secret">
      <p>{text.made(made.name)}</p>
      <code>{made.secret}</code>
      {/* Browsers let a page copy only where it came over TLS or from this machine. */}
      {isSecureContext && (
        <button type="button" onClick={() => void copy()}>
          {isCopied.value ? text.copied : text.copy}
        </button>
      )}
    </div>
  );
}
