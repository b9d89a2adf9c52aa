import type { JSX } from 'preact';
import { words } from '../language.ts';
import { may } from '../me.ts';
import { KeyList } from './keyList.tsx';
import { peopleWords } from './peopleWords.ts';
import { UserList } from './userList.tsx';

/** Who may sign in, and which programs may ask; for admins. */
export function PeoplePage(): JSX.Element {
  if (!may('manage people')) return <p class="quiet">{peopleWords.value.notYours}</p>;
  return (
    <div class="people-page">
      <h1 class="unseen">{words.value.pages.people}</h1>
      <UserList />
      <KeyList />
    </div>
  );
}
