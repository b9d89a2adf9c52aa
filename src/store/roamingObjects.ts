import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { RoamingKind, RoamingObject } from '../domain/roaming/partner.ts';
import type { GroupCommit } from './groupCommit.ts';
import type { RoamingObjectTable, Tables } from './schema.ts';
import type { Shelf, ShelfCounts } from './shelfCounts.ts';
import { inStore } from './storeError.ts';

interface RoamingPage extends Shelf {
  /** Changed from then on. */
  readonly fromMs?: number;
  /** Changed before. */
  readonly untilMs?: number;
  readonly offset: number;
  readonly limit: number;
  /** Those that were created last come first. */
  readonly isNewestFirst?: boolean;
}

export interface RoamingObjectStore {
  /** Durable when it resolves. What is there already keeps the moment of its creation. */
  saveRoamingObject(object: RoamingObject): Promise<void>;
  /** Adds it, and leaves what is there already as it is: false then. */
  addRoamingObject(object: RoamingObject): Promise<boolean>;
  findRoamingObject(shelf: Shelf, id: string): Promise<RoamingObject | undefined>;
  /** Over all partners. */
  roamingObjectsByAlias(kind: RoamingKind, alias: string): Promise<readonly RoamingObject[]>;
  /** In the order in which they were created, unless the page says otherwise. */
  pageRoamingObjects(
    page: RoamingPage,
  ): Promise<{ readonly items: readonly RoamingObject[]; readonly total: number }>;
  /** What is still to be told, the oldest first. */
  dueRoamingObjects(shelf: Shelf, countMax: number): Promise<readonly RoamingObject[]>;
  toldRoamingObject(shelf: Shelf, id: string): Promise<void>;
  countRoamingObjects(shelf: Shelf): Promise<number>;
  /** Whether it was there. */
  deleteRoamingObject(shelf: Shelf, id: string): Promise<boolean>;
  /**
   * Puts all that belongs to a partner, and to the parties behind it (`id~SE-GRG`), under another name: who comes under the
   * old one later must not read it.
   */
  moveRoamingObjects(partnerId: string, newId: string): Promise<void>;
  /** Removes sessions, CDRs, reservations, bookings, profiles and payments that nothing is due of and that changed last before. At most so many: ask again for the rest. */
  pruneRoamingObjects(beforeMs: number, countMax: number): Promise<number>;
}

/**
 * Documents were written by us, so they are read without another look. `group` writes what comes at once in one transaction:
 * every minute has an update of every session that runs.
 */
export function roamingObjectStore(
  db: Kysely<Tables>,
  group: GroupCommit,
  counts: ShelfCounts,
): RoamingObjectStore {
  const shelved = ({ kind, partnerId }: Shelf) =>
    db.selectFrom('roaming_object').where('kind', '=', kind).where('partner_id', '=', partnerId);
  return {
    saveRoamingObject: async (object) => {
      await group.write('keep an object of roaming', (transaction) => putRoamingObject(transaction, object));
      counts.changed(object);
    },

    addRoamingObject: async (object) => {
      let isAdded = false;
      await group.write('add an object of roaming', async (transaction) => {
        const { numInsertedOrUpdatedRows = 0n } = await transaction
          .insertInto('roaming_object')
          .values(toRow(object))
          .onConflict((conflict) => conflict.columns(['kind', 'partner_id', 'id']).doNothing())
          .executeTakeFirst();
        isAdded = numInsertedOrUpdatedRows > 0n;
      });
      if (isAdded) counts.changed(object);
      return isAdded;
    },

    findRoamingObject: (shelf, id) =>
      inStore('read an object of roaming', async () => {
        const row = await shelved(shelf).selectAll().where('id', '=', id).executeTakeFirst();
        return row && toObject(row);
      }),

    roamingObjectsByAlias: (kind, alias) =>
      inStore('find objects of roaming', async () => {
        const rows = await db
          .selectFrom('roaming_object')
          .selectAll()
          .where('kind', '=', kind)
          .where('alias', '=', alias)
          .orderBy('partner_id')
          .orderBy('id')
          .limit(100)
          .execute();
        return rows.map(toObject);
      }),

    pageRoamingObjects: ({
      fromMs = 0,
      untilMs = Number.MAX_SAFE_INTEGER,
      offset,
      limit,
      isNewestFirst = false,
      ...shelf
    }) =>
      inStore('list objects of roaming', async () => {
        const direction = isNewestFirst ? 'desc' : 'asc';
        const asked = shelved(shelf)
          .where('last_updated_ms', '>=', fromMs)
          .where('last_updated_ms', '<', untilMs);
        // What lies before the page is passed over in the index, where no documents are.
        const page = asked
          .select(['kind', 'partner_id', 'id'])
          .orderBy('created_at_ms', direction)
          .orderBy('id', direction)
          // One more, which is told in no answer: there is a next page where it exists, whatever was counted.
          .limit(limit + 1)
          .offset(offset);
        const rows = await db
          .selectFrom(page.as('page'))
          .innerJoin('roaming_object as object', (join) =>
            join
              .onRef('object.kind', '=', 'page.kind')
              .onRef('object.partner_id', '=', 'page.partner_id')
              .onRef('object.id', '=', 'page.id'),
          )
          .selectAll('object')
          .orderBy('object.created_at_ms', direction)
          .orderBy('object.id', direction)
          .execute();
        const total = await counts.of(shelf, `${fromMs} ${untilMs}`, async () => {
          const counted = await asked.select(db.fn.countAll().as('count')).executeTakeFirstOrThrow();
          return Number(counted.count);
        });
        return {
          items: rows.slice(0, limit).map(toObject),
          total: rows.length === 0 ? total : Math.max(total, offset + rows.length),
        };
      }),

    dueRoamingObjects: (shelf, countMax) =>
      inStore('read what partners are still to be told', async () => {
        const rows = await shelved(shelf)
          .selectAll()
          .where('is_due', '=', 1)
          .orderBy('created_at_ms')
          .orderBy('id')
          .limit(countMax)
          .execute();
        return rows.map(toObject);
      }),

    toldRoamingObject: ({ kind, partnerId }, id) =>
      inStore('note that a partner was told', async () => {
        await db
          .updateTable('roaming_object')
          .set({ is_due: 0 })
          .where('kind', '=', kind)
          .where('partner_id', '=', partnerId)
          .where('id', '=', id)
          .execute();
      }),

    countRoamingObjects: (shelf) =>
      inStore('count objects of roaming', async () => {
        const row = await shelved(shelf).select(db.fn.countAll().as('count')).executeTakeFirstOrThrow();
        return Number(row.count);
      }),

    deleteRoamingObject: ({ kind, partnerId }, id) =>
      inStore('remove an object of roaming', async () => {
        const { numDeletedRows } = await db
          .deleteFrom('roaming_object')
          .where('kind', '=', kind)
          .where('partner_id', '=', partnerId)
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        counts.changed({ kind, partnerId });
        return numDeletedRows > 0n;
      }),

    moveRoamingObjects: (partnerId, newId) =>
      inStore('put the objects of a partner aside', async () => {
        await db
          .updateTable('roaming_object')
          .set({ partner_id: sql`${newId} || substr(partner_id, ${partnerId.length + 1})`, is_due: 0 })
          .where((row) =>
            row.or([
              row('partner_id', '=', partnerId),
              // What was put aside before has more behind it than a party's seven characters.
              sql<boolean>`(length(partner_id) <= ${partnerId.length + 7} and substr(partner_id, 1, ${partnerId.length + 1}) = ${`${partnerId}~`})`,
            ]),
          )
          .execute();
        counts.allChanged();
      }),

    pruneRoamingObjects: (beforeMs, countMax) =>
      inStore('remove old objects of roaming', async () => {
        const old = db
          .selectFrom('roaming_object')
          .select(['kind', 'partner_id', 'id'])
          .where('kind', 'in', prunedKinds)
          .where('is_due', '=', 0)
          .where('last_updated_ms', '<', beforeMs)
          .limit(countMax);
        const { numDeletedRows } = await db
          .deleteFrom('roaming_object')
          .where((row) =>
            row(row.refTuple('kind', 'partner_id', 'id'), 'in', old.$asTuple('kind', 'partner_id', 'id')),
          )
          .executeTakeFirstOrThrow();
        counts.allChanged();
        return Number(numDeletedRows);
      }),
  };
}

/** What is there already keeps the moment of its creation. */
export async function putRoamingObject(
  transaction: Transaction<Tables>,
  object: RoamingObject,
): Promise<void> {
  const { kind, partner_id, id, created_at_ms, ...rest } = toRow(object);
  await transaction
    .insertInto('roaming_object')
    .values({ kind, partner_id, id, created_at_ms, ...rest })
    .onConflict((conflict) => conflict.columns(['kind', 'partner_id', 'id']).doUpdateSet(rest))
    .execute();
}

/** What a session leaves behind. */
const prunedKinds: readonly RoamingKind[] = [
  ...([
    'session',
    'cdr',
    'reservation',
    'booking',
    'profile',
    'received session',
    'payment',
    'reference',
  ] as const),
];

const toRow = (object: RoamingObject): Selectable<RoamingObjectTable> => ({
  kind: object.kind,
  partner_id: object.partnerId,
  id: object.id,
  alias: object.alias,
  created_at_ms: object.createdAtMs,
  last_updated_ms: object.lastUpdatedMs,
  is_due: object.isDue ? 1 : 0,
  site_id: object.site?.id ?? null,
  starts_at_ms: object.site?.startMs ?? null,
  document: JSON.stringify(object.document),
});

export const toObject = (row: Selectable<RoamingObjectTable>): RoamingObject => ({
  // Only `toRow` writes this column.
  kind: row.kind as RoamingKind,
  partnerId: row.partner_id,
  id: row.id,
  alias: row.alias,
  createdAtMs: row.created_at_ms,
  lastUpdatedMs: row.last_updated_ms,
  isDue: row.is_due === 1,
  document: JSON.parse(row.document),
});
