import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { UserBody } from '../../http/peopleBody.ts';
import { useAsked } from '../asked.ts';
import { reconnect } from '../live.ts';
import { me, trialName } from '../me.ts';
import { peopleWords } from './peopleWords.ts';
import { Removal } from './removal.tsx';
import { setText } from './setText.ts';
import { standingText } from './standing.tsx';
import { pathOf, UserForm } from './userForm.tsx';

const everyMs = 10_000;

/** Who may sign in. */
export function UserList(): JSX.Element {
  const text = peopleWords.value;
  const { body, problem, again } = useAsked<readonly UserBody[]>('/users', everyMs);
  const done = useSignal('');
  const isTrial = me.value?.name === trialName;
  const tell = (what: string): void => {
    done.value = what;
    again();
    // The first user ends the trial: from here on somebody has to sign in.
    if (isTrial) reconnect();
  };
  return (
    <section class="card people" aria-labelledby="users-title">
      <h2 id="users-title">{text.users}</h2>
      <p class="hint">{text.usersHint}</p>
      {problem.value !== undefined && <p class="fault">{text.refused(problem.value.detail)}</p>}
      {body.value?.length === 0 && <p>{text.usersNone}</p>}
      <ul>
        {body.value?.map((user) => (
          <li key={user.name} class="person">
            <UserRow user={user} onDone={tell} />
          </li>
        ))}
      </ul>
      <p role="status">{done.value}</p>
      <details open={isTrial}>
        <summary>{text.addUser}</summary>
        <UserForm
          key={String(isTrial)}
          user={undefined}
          first={{ role: isTrial ? 'admin' : 'viewer', sites: [] }}
          onKept={({ name }) => tell(text.added(name))}
        />
      </details>
    </section>
  );
}

function UserRow({ user, onDone }: { readonly user: UserBody; onDone(what: string): void }): JSX.Element {
  const text = peopleWords.value;
  const isOwn = me.value?.name === user.name;
  return (
    <>
      <p class="person-who">
        <strong>{user.name}</strong>
        {isOwn && <span class="chip">{text.isYou}</span>}
        {user.isBlocked && <span class="chip is-bad">{text.isBlocked}</span>}
        <span>{standingText(user)}</span>
      </p>
      <p class="hint">{setText(user)}</p>
      <details>
        <summary>
          {text.change}
          <span class="unseen"> {user.name}</span>
        </summary>
        <UserForm key={user.setAt} user={user} onKept={({ name }) => onDone(text.saved(name))} />
        <Removal name={user.name} path={pathOf(user)} onRemoved={() => onDone(text.removed(user.name))} />
      </details>
    </>
  );
}
