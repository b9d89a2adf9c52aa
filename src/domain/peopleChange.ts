import type { Refusal } from './limitRequest.ts';
import type { ApiKey, Standing, User } from './person.ts';

/** Somebody who is signed in. */
export interface Visit {
  readonly standing: Standing;
  /** Of the secret in the cookie. */
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

export interface UserRequest extends Standing {
  readonly password: string;
}

/** An absent key leaves what is. */
export type UserChange = Partial<Pick<User, 'role' | 'sites' | 'isBlocked'> & { readonly password: string }>;

export type UserOutcome = { readonly status: 'kept'; readonly user: User } | Refusal;

export interface KeyRequest extends Standing {
  readonly expiresAtMs: number | undefined;
}

/** `secret` is told once. */
export type KeyOutcome = { readonly status: 'kept'; readonly key: ApiKey; readonly secret: string } | Refusal;
