import type { SiteId } from './ids.ts';

export const roles = ['viewer', 'site-operator', 'grid-operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who somebody is to us, and where. An admin is one everywhere. */
export interface Standing {
  readonly name: string;
  readonly role: Role;
  readonly sites: readonly SiteId[];
}

/** Somebody who signs in with a password. */
export interface User extends Standing {
  readonly passwordHash: string;
  /** Another one with each new password: whoever signed in with the former one has to do it again. */
  readonly stamp: string;
  readonly isBlocked: boolean;
  readonly setAtMs: number;
  readonly setBy: string;
}

/** A key for programs that was made while the service runs. */
export interface ApiKey extends Standing {
  /** Of the key, which is not kept. */
  readonly sha256: string;
  readonly expiresAtMs: number | undefined;
  readonly setAtMs: number;
  readonly setBy: string;
}

/** Somebody who signed in and did not sign out. */
export interface Login {
  /** Of the secret in the cookie, which is not kept. */
  readonly sha256: string;
  readonly user: string;
  /** That of the user at the time. */
  readonly stamp: string;
  readonly startedAtMs: number;
  readonly usedAtMs: number;
}

/** Names that the record of changes has for others than people. */
const reservedNames = ['trial', 'mqtt', 'command-line', 'home-assistant'];
const nameForm = /^[A-Za-z0-9_.-]{1,48}$/;

/** What is wrong with a name for a user or a key, if anything. */
export function nameFault(name: string): string | undefined {
  if (!nameForm.test(name)) return 'must be letters, digits, "_", "." and "-", at most 48';
  return reservedNames.includes(name) ? 'is reserved: choose another' : undefined;
}

export const passwordMin = 12;
export const passwordMax = 200;

/** What is wrong with a password, if anything. Length is what makes one hard to guess; rules about characters are not. */
export function passwordFault(password: string, name: string): string | undefined {
  if (password.length < passwordMin) return `needs ${passwordMin} characters at least`;
  if (password.length > passwordMax) return `may have ${passwordMax} characters at most`;
  if (password.toLowerCase().includes(name.toLowerCase())) return 'must not contain the name';
  return new Set(password).size < 5 ? 'needs five different characters at least' : undefined;
}
