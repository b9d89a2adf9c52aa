import type { Kysely, Selectable } from 'kysely';
import { siteId } from '../domain/ids.ts';
import type { Token } from '../domain/token.ts';
import type { Tables, TokenTable } from './schema.ts';
import { inStore } from './storeError.ts';

export interface TokenStore {
  /** Durable when it resolves. */
  saveToken(token: Token): Promise<void>;
  deleteToken(key: string): Promise<void>;
  /** All of them, in the order of their keys. */
  tokens(): Promise<readonly Token[]>;
}

export function tokenStore(db: Kysely<Tables>): TokenStore {
  return {
    saveToken: (token) =>
      inStore('keep a token', async () => {
        const { key, ...rest } = toRow(token);
        await db
          .insertInto('token')
          .values({ key, ...rest })
          .onConflict((conflict) => conflict.column('key').doUpdateSet(rest))
          .execute();
      }),

    deleteToken: (key) =>
      inStore('remove a token', async () => {
        await db.deleteFrom('token').where('key', '=', key).execute();
      }),

    tokens: () =>
      inStore('read the tokens', async () => {
        const rows = await db.selectFrom('token').selectAll().orderBy('key').execute();
        return rows.map(toToken);
      }),
  };
}

const toRow = (token: Token): Selectable<TokenTable> => ({
  key: token.key,
  token_id: token.id,
  type: token.type ?? null,
  group_id: token.groupId ?? null,
  is_blocked: token.isBlocked ? 1 : 0,
  expires_at_ms: token.expiresAtMs ?? null,
  sites: JSON.stringify(token.sites),
  note: token.note,
  set_at_ms: token.setAtMs,
  set_by: token.setBy,
});

const toToken = (row: Selectable<TokenTable>): Token => ({
  key: row.key,
  id: row.token_id,
  type: row.type ?? undefined,
  groupId: row.group_id ?? undefined,
  isBlocked: row.is_blocked === 1,
  expiresAtMs: row.expires_at_ms ?? undefined,
  // Only `toRow` writes this column.
  sites: (JSON.parse(row.sites) as readonly string[]).map(siteId),
  note: row.note,
  setAtMs: row.set_at_ms,
  setBy: row.set_by,
});
