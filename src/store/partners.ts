import type { Kysely } from 'kysely';
import type { Partner } from '../domain/roaming/partner.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';

export interface PartnerStore {
  /** In the order of their ids. */
  partners(): Promise<readonly Partner[]>;
  /** Durable when it resolves. */
  savePartner(partner: Partner): Promise<void>;
  deletePartner(id: string): Promise<void>;
}

/** Partners as JSON documents: tokens that they show us as hashes, those that we show them as they are. */
export function partnerStore(db: Kysely<Tables>): PartnerStore {
  return {
    partners: () =>
      inStore('read the partners', async () => {
        const rows = await db.selectFrom('roaming_partner').select('document').orderBy('id').execute();
        // Only `savePartner` writes this column.
        return rows.map(({ document }) => JSON.parse(document) as Partner);
      }),

    savePartner: (partner) =>
      inStore('keep a partner', async () => {
        const document = JSON.stringify(partner);
        await db
          .insertInto('roaming_partner')
          .values({ id: partner.id, document })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ document }))
          .execute();
      }),

    deletePartner: (id) =>
      inStore('remove a partner', async () => {
        await db.deleteFrom('roaming_partner').where('id', '=', id).execute();
      }),
  };
}
