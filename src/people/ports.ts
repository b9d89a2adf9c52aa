import type { Clock } from '../control/ports.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { SiteId } from '../domain/ids.ts';
import type { ApiKey, Login, Role, User } from '../domain/person.ts';
import type { Logger } from '../log.ts';

/** What is kept. Changes are durable when they resolve, together with their entry. */
export interface PeopleBook {
  users(): Promise<readonly User[]>;
  saveUser(user: User, entry: AuditEntry): Promise<void>;
  deleteUser(name: string, entry: AuditEntry): Promise<void>;
  apiKeys(): Promise<readonly ApiKey[]>;
  saveApiKey(key: ApiKey, entry: AuditEntry): Promise<void>;
  deleteApiKey(name: string, entry: AuditEntry): Promise<void>;
  logins(): Promise<readonly Login[]>;
  insertLogin(login: Login, entry: AuditEntry): Promise<void>;
  deleteLogins(sha256s: readonly string[]): Promise<void>;
  touchLogin(sha256: string, usedAtMs: number): void;
}

export interface PeopleOptions {
  /** A login that was not used ends after this. */
  readonly idleMs: number;
  /** Any login ends after this. */
  readonly loginMs: number;
  /** Keys of the config: it wins, so nobody else may have their names. */
  readonly configured: readonly { readonly name: string; readonly role: Role }[];
  readonly sites: ReadonlySet<SiteId>;
}

export interface PeoplePorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly book: PeopleBook;
  /** A new random secret, and its hash. */
  createCredential(): { readonly secret: string; readonly sha256: string };
  sha256(text: string): string;
}
