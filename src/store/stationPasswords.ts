import type { Kysely } from 'kysely';
import { type StationId, stationId } from '../domain/ids.ts';
import type { Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** Hashes of the passwords that a station may have since one was set over OCPP. */
export interface StationPasswords {
  readonly stationId: StationId;
  /** The hash in the config at the time. */
  readonly configured: string | undefined;
  /** Oldest first. */
  readonly hashes: readonly string[];
}

export interface StationPasswordStore {
  stationPasswords(): Promise<readonly StationPasswords[]>;
  /** Durable once it resolves; replaces those of the station. */
  saveStationPasswords(passwords: StationPasswords): Promise<void>;
}

export const stationPasswordStore = (db: Kysely<Tables>): StationPasswordStore => ({
  stationPasswords: () =>
    inStore("read the stations' passwords", async () => {
      const rows = await db.selectFrom('station_password').selectAll().orderBy('station_id').execute();
      return rows.map(({ station_id, configured, hashes }) => ({
        stationId: stationId(station_id),
        configured: configured ?? undefined,
        hashes: JSON.parse(hashes) as string[], // Written below.
      }));
    }),

  saveStationPasswords: ({ stationId: id, configured = null, hashes }) =>
    inStore(`store the passwords of station ${id}`, async () => {
      const rest = { configured, hashes: JSON.stringify(hashes) };
      await db
        .insertInto('station_password')
        .values({ station_id: id, ...rest })
        .onConflict((conflict) => conflict.column('station_id').doUpdateSet(rest))
        .execute();
    }),
});
