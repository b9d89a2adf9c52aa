import type { Kysely, Selectable } from 'kysely';
import type { AuditEntry } from '../domain/audit.ts';
import { siteId } from '../domain/ids.ts';
import { type ApiKey, type Login, type Role, roles, type Standing, type User } from '../domain/person.ts';
import type { AppendAudit } from './audit.ts';
import type { Tables } from './schema.ts';
import type { ApiKeyTable, LoginTable, PersonTable } from './schemaPeople.ts';
import { inStore, StoreError } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

/** Changes of users and keys are durable once they resolve, together with their entry in the audit log. */
export interface PeopleStore {
  users(): Promise<readonly User[]>;
  /** Replaces one of the same name. */
  saveUser(user: User, entry: AuditEntry): Promise<void>;
  /** Ends its logins too. */
  deleteUser(name: string, entry: AuditEntry): Promise<void>;
  apiKeys(): Promise<readonly ApiKey[]>;
  saveApiKey(key: ApiKey, entry: AuditEntry): Promise<void>;
  deleteApiKey(name: string, entry: AuditEntry): Promise<void>;
  logins(): Promise<readonly Login[]>;
  insertLogin(login: Login, entry: AuditEntry): Promise<void>;
  deleteLogins(sha256s: readonly string[]): Promise<void>;
  /** Queued. */
  touchLogin(sha256: string, usedAtMs: number): void;
}

export function peopleStore(db: Kysely<Tables>, queue: WriteBehind, appendAudit: AppendAudit): PeopleStore {
  return {
    users: () =>
      inStore('read the users', async () =>
        (await db.selectFrom('person').selectAll().orderBy('name').execute()).map(toUser),
      ),

    saveUser: (user, entry) =>
      inStore(`keep user ${user.name}`, () =>
        db.transaction().execute(async (transaction) => {
          const { name, ...rest } = userRow(user);
          await transaction
            .insertInto('person')
            .values({ name, ...rest })
            .onConflict((conflict) => conflict.column('name').doUpdateSet(rest))
            .execute();
          await appendAudit(transaction, entry);
        }),
      ),

    deleteUser: (name, entry) =>
      inStore(`remove user ${name}`, () =>
        db.transaction().execute(async (transaction) => {
          await transaction.deleteFrom('login').where('user_name', '=', name).execute();
          await transaction.deleteFrom('person').where('name', '=', name).execute();
          await appendAudit(transaction, entry);
        }),
      ),

    apiKeys: () =>
      inStore('read the API keys', async () =>
        (await db.selectFrom('api_key').selectAll().orderBy('name').execute()).map(toKey),
      ),

    saveApiKey: (key, entry) =>
      inStore(`keep API key ${key.name}`, () =>
        db.transaction().execute(async (transaction) => {
          await transaction.insertInto('api_key').values(keyRow(key)).execute();
          await appendAudit(transaction, entry);
        }),
      ),

    deleteApiKey: (name, entry) =>
      inStore(`remove API key ${name}`, () =>
        db.transaction().execute(async (transaction) => {
          await transaction.deleteFrom('api_key').where('name', '=', name).execute();
          await appendAudit(transaction, entry);
        }),
      ),

    logins: () =>
      inStore('read who is signed in', async () =>
        (await db.selectFrom('login').selectAll().orderBy('started_at_ms').orderBy('sha256').execute()).map(
          toLogin,
        ),
      ),

    insertLogin: (login, entry) =>
      inStore(`keep a login of ${login.user}`, () =>
        db.transaction().execute(async (transaction) => {
          await transaction.insertInto('login').values(loginRow(login)).execute();
          await appendAudit(transaction, entry);
        }),
      ),

    deleteLogins: (sha256s) =>
      inStore('end logins', async () => {
        if (sha256s.length > 0)
          await db
            .deleteFrom('login')
            .where('sha256', 'in', [...sha256s])
            .execute();
      }),

    touchLogin: (sha256, usedAtMs) =>
      queue.put(`login ${sha256}`, async (transaction) => {
        await transaction
          .updateTable('login')
          .set({ used_at_ms: usedAtMs })
          .where('sha256', '=', sha256)
          .execute();
      }),
  };
}

type StandingRow = Pick<Selectable<PersonTable>, 'name' | 'role' | 'sites' | 'set_at_ms' | 'set_by'>;

const standingRow = ({
  name,
  role,
  sites,
  setAtMs,
  setBy,
}: Standing & Pick<User, 'setAtMs' | 'setBy'>): StandingRow => ({
  name,
  role,
  sites: JSON.stringify(sites),
  set_at_ms: setAtMs,
  set_by: setBy,
});

const toStanding = (row: StandingRow): Standing & Pick<User, 'setAtMs' | 'setBy'> => ({
  name: row.name,
  role: roleOf(row),
  // Only `standingRow` writes this column.
  sites: (JSON.parse(row.sites) as readonly string[]).map(siteId),
  setAtMs: row.set_at_ms,
  setBy: row.set_by,
});

/** A role that this version does not know must not become one that it does. */
function roleOf({ name, role }: StandingRow): Role {
  const known = roles.find((each) => each === role);
  if (known !== undefined) return known;
  throw new StoreError('refused', `"${name}" has the role "${role}", which this version does not know`);
}

const userRow = (user: User): Selectable<PersonTable> => ({
  ...standingRow(user),
  password_hash: user.passwordHash,
  stamp: user.stamp,
  is_blocked: user.isBlocked ? 1 : 0,
});

const toUser = (row: Selectable<PersonTable>): User => ({
  ...toStanding(row),
  passwordHash: row.password_hash,
  stamp: row.stamp,
  isBlocked: row.is_blocked === 1,
});

const keyRow = (key: ApiKey): Selectable<ApiKeyTable> => ({
  ...standingRow(key),
  sha256: key.sha256,
  expires_at_ms: key.expiresAtMs ?? null,
});

const toKey = (row: Selectable<ApiKeyTable>): ApiKey => ({
  ...toStanding(row),
  sha256: row.sha256,
  expiresAtMs: row.expires_at_ms ?? undefined,
});

const loginRow = ({ sha256, user, stamp, startedAtMs, usedAtMs }: Login): Selectable<LoginTable> => ({
  sha256,
  user_name: user,
  stamp,
  started_at_ms: startedAtMs,
  used_at_ms: usedAtMs,
});

const toLogin = (row: Selectable<LoginTable>): Login => ({
  sha256: row.sha256,
  user: row.user_name,
  stamp: row.stamp,
  startedAtMs: row.started_at_ms,
  usedAtMs: row.used_at_ms,
});
