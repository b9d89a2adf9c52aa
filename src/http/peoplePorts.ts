import type { Refusal } from '../domain/limitRequest.ts';
import type { ApiKey, Role, Standing, User } from '../domain/person.ts';

/** Somebody who is signed in. */
export interface Visit {
  readonly standing: Standing;
  readonly loginId: string;
  readonly csrfToken: string;
  /** When it ends unless it is used again. */
  readonly endsAtMs: number;
}

export type SignIn =
  | { readonly status: 'signed in'; readonly secret: string; readonly visit: Visit }
  /** Unknown, blocked, or another password: which of them is nobody's business. */
  | { readonly status: 'wrong' }
  | { readonly status: 'busy' };

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
  addUser(request: Standing & { readonly password: string }, by: string): Promise<UserOutcome>;
  /** undefined when there is no such user, as in the next. */
  changeUser(name: string, change: UserChange, by: string): Promise<UserOutcome | undefined>;
  removeUser(name: string, by: string): Promise<{ readonly status: 'removed' } | Refusal | undefined>;
  keys(): readonly ApiKey[];
  addKey(
    request: Standing & { readonly expiresAtMs: number | undefined },
    by: string,
  ): Promise<{ readonly status: 'kept'; readonly key: ApiKey; readonly secret: string } | Refusal>;
  removeKey(name: string, by: string): Promise<boolean>;
}

type UserOutcome = { readonly status: 'kept'; readonly user: User } | Refusal;

interface UserChange {
  readonly role?: Role;
  readonly sites?: User['sites'];
  readonly isBlocked?: boolean;
  readonly password?: string;
}
