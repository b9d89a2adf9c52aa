import type { RoamingObject } from '../../src/domain/roaming/partner.ts';
import type { RoamingObjects } from '../../src/ocpi/roamingObjects.ts';

type Shelf = Pick<RoamingObject, 'kind' | 'partnerId'>;

/** Objects of roaming as a database keeps them, for processes that come and go. */
export class MemoryObjects {
  readonly #rows = new Map<string, RoamingObject>();

  rows(): readonly RoamingObject[] {
    return [...this.#rows.values()];
  }

  /** What a process sees of them until it is gone. */
  opened(isGone: () => boolean): RoamingObjects {
    const rows = this.#rows;
    const keyOf = ({ kind, partnerId }: Shelf, id: string) => `${kind} ${partnerId} ${id}`;
    const shelved = ({ kind, partnerId }: Shelf) =>
      this.rows().filter((row) => row.kind === kind && row.partnerId === partnerId);
    const alive = async () => {
      if (isGone()) throw new Error('the process is gone');
    };
    return {
      saveRoamingObject: async (object) => {
        await alive();
        const key = keyOf(object, object.id);
        rows.set(key, { ...object, createdAtMs: rows.get(key)?.createdAtMs ?? object.createdAtMs });
      },
      addRoamingObject: async (object) => {
        await alive();
        const key = keyOf(object, object.id);
        if (rows.has(key)) return false;
        rows.set(key, object);
        return true;
      },
      findRoamingObject: async (shelf, id) => {
        await alive();
        return rows.get(keyOf(shelf, id));
      },
      roamingObjectsByAlias: async (kind, alias) => {
        await alive();
        return this.rows().filter((row) => row.kind === kind && row.alias === alias);
      },
      pageRoamingObjects: async ({ offset, limit, ...shelf }) => {
        await alive();
        const all = shelved(shelf);
        return { items: all.slice(offset, offset + limit), total: all.length };
      },
      dueRoamingObjects: async (shelf, countMax) => {
        await alive();
        return shelved(shelf)
          .filter(({ isDue }) => isDue)
          .slice(0, countMax);
      },
      toldRoamingObject: async (shelf, id) => {
        await alive();
        const key = keyOf(shelf, id);
        const row = rows.get(key);
        if (row !== undefined) rows.set(key, { ...row, isDue: false });
      },
      countRoamingObjects: async (shelf) => shelved(shelf).length,
      deleteRoamingObject: async (shelf, id) => rows.delete(keyOf(shelf, id)),
    };
  }
}
