import type { Refusal } from '../domain/limitRequest.ts';
import type {
  KeyOutcome,
  KeyRequest,
  SignIn,
  UserChange,
  UserOutcome,
  UserRequest,
  Visit,
} from '../domain/peopleChange.ts';
import type { ApiKey, Standing, User } from '../domain/person.ts';

/** Users, keys and who is signed in. Changes are durable and in force when they resolve. */
export interface PeoplePort {
  /** There is neither a user nor a key, beside those of the config. */
  isEmpty(): boolean;
  /** Whose key has this hash, while it is good. */
  byKey(sha256: string): Standing | undefined;
  /** Who is signed in with the secret of a cookie; `look` does not count as use. */
  byLogin(secret: string, use?: 'use' | 'look'): Visit | undefined;
  /** `former`: the secret that the browser had. It ends. */
  signIn(
    asked: { readonly name: string; readonly password: string },
    former: string | undefined,
  ): Promise<SignIn>;
  signOut(visit: Visit): Promise<void>;
  changeOwnPassword(
    visit: Visit,
    passwords: { readonly current: string; readonly password: string },
  ): Promise<SignIn | Refusal>;
  users(): readonly User[];
  addUser(request: UserRequest, by: string): Promise<UserOutcome>;
  /** undefined when there is no such user, as in the next. */
  changeUser(name: string, change: UserChange, by: string): Promise<UserOutcome | undefined>;
  removeUser(name: string, by: string): Promise<{ readonly status: 'removed' } | Refusal | undefined>;
  keys(): readonly ApiKey[];
  addKey(request: KeyRequest, by: string): Promise<KeyOutcome>;
  removeKey(name: string, by: string): Promise<boolean>;
}
