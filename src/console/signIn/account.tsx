import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { MeBody } from '../../http/peopleBody.ts';
import { Icon } from '../icons.tsx';
import { me, signOut, trialName } from '../me.ts';
import { OwnPassword } from './ownPassword.tsx';
import { signInWords } from './signInWords.ts';

/** Who one is, at the top of every page. */
export function Account(): JSX.Element | null {
  const text = signInWords.value;
  if (me.value === undefined) return null;
  const isTrial = me.value.name === trialName;
  return (
    <details class="preferences account">
      <summary>
        <Icon name="person" />
        <span class="unseen">{text.account}</span>
        <span class="account-name">{isTrial ? text.trial : me.value.name}</span>
      </summary>
      <div class="card">{isTrial ? <p>{text.trialHint}</p> : <SignedIn who={me.value} />}</div>
    </details>
  );
}

function SignedIn({ who }: { readonly who: MeBody }): JSX.Element {
  const text = signInWords.value;
  const fault = useSignal<string | undefined>(undefined);
  const isKey = who.csrfToken === null;
  const leave = async (): Promise<void> => {
    fault.value = (await signOut())?.detail;
  };
  return (
    <>
      <p>
        <strong>{who.name}</strong>
        <br />
        {text.roles[who.role]}, {who.role === 'admin' ? text.everywhere : who.sites.join(', ')}
      </p>
      {!isKey && <OwnPassword name={who.name} />}
      {fault.value !== undefined && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
      <button type="button" onClick={() => void leave()}>
        {isKey ? text.forgetKey : text.signOut}
      </button>
    </>
  );
}
