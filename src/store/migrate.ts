import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import { m001Initial } from './migrations/m001Initial.ts';
import { m002SiteStop } from './migrations/m002SiteStop.ts';
import { m003Grid } from './migrations/m003Grid.ts';
import { m004GridState } from './migrations/m004GridState.ts';
import { m005Planning } from './migrations/m005Planning.ts';
import { m007GridRelease } from './migrations/m007GridRelease.ts';
import { m008Stations } from './migrations/m008Stations.ts';
import { m010StationPasswords } from './migrations/m010StationPasswords.ts';
import { m011Sessions } from './migrations/m011Sessions.ts';
import { m012Upstream } from './migrations/m012Upstream.ts';
import { m030Partners } from './migrations/m030Partners.ts';
import { m031RoamingObjects } from './migrations/m031RoamingObjects.ts';
import { m032Devices } from './migrations/m032Devices.ts';
import { m040People } from './migrations/m040People.ts';
import { m041AuditChain } from './migrations/m041AuditChain.ts';
import { m050History } from './migrations/m050History.ts';
import { m056Invoices } from './migrations/m056Invoices.ts';
import { m057RoamingPages } from './migrations/m057RoamingPages.ts';
import { m058RoamingLookups } from './migrations/m058RoamingLookups.ts';
import { m061SessionProfile } from './migrations/m061SessionProfile.ts';
import { m064Bookings } from './migrations/m064Bookings.ts';
import { m065BookingSites } from './migrations/m065BookingSites.ts';
import { m070InterruptedCharge } from './migrations/m070InterruptedCharge.ts';
import type { Tables } from './schema.ts';
import { StoreError } from './storeError.ts';

/** In the order of their numbers. Append only: a migration that was released is never changed. */
const migrations: Record<string, Migration> = {
  '001-initial': m001Initial,
  '002-site-stop': m002SiteStop,
  '003-grid': m003Grid,
  '004-grid-state': m004GridState,
  '005-planning': m005Planning,
  '007-grid-release': m007GridRelease,
  '008-stations': m008Stations,
  '010-station-passwords': m010StationPasswords,
  '011-sessions': m011Sessions,
  '012-upstream': m012Upstream,
  '030-partners': m030Partners,
  '031-roaming-objects': m031RoamingObjects,
  '032-devices': m032Devices,
  '040-people': m040People,
  '041-audit-chain': m041AuditChain,
  '050-history': m050History,
  '056-invoices': m056Invoices,
  '057-roaming-pages': m057RoamingPages,
  '058-roaming-lookups': m058RoamingLookups,
  '061-session-profile': m061SessionProfile,
  '064-bookings': m064Bookings,
  '065-booking-sites': m065BookingSites,
  '070-interrupted-charge': m070InterruptedCharge,
};

/** Own names, so that another program in the same database keeps its own list. */
const migrationTableName = 'lastvakt_migration';
const migrationLockTableName = 'lastvakt_migration_lock';

/**
 * Brings the tables up to date. PostgreSQL holds an advisory lock and one transaction meanwhile; SQLite's
 * lock and transaction are the caller's.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const provider = { getMigrations: async () => migrations };
  const migrator = new Migrator({ db, provider, migrationTableName, migrationLockTableName });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;

  const unknown = await unknownMigrations(db);
  if (unknown.length > 0) {
    throw new StoreError(
      'schema-too-new',
      `the database was used by a newer version of Lastvakt (it has ${unknown.join(', ')}): ` +
        'start that version, or restore a backup made before it',
      error,
    );
  }
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'the first step';
  const why = error instanceof Error ? error.message : String(error);
  throw new StoreError(
    'migration-failed',
    `the tables could not be brought up to date (${failed}): ${why}`,
    error,
  );
}

/** The migrations of a newer version that were here; none where there is no list yet. */
export async function unknownMigrations(db: Kysely<Tables>): Promise<readonly string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from ${sql.table(migrationTableName)}`.execute(
      db,
    );
    return rows.map((row) => row.name).filter((name) => migrations[name] === undefined);
  } catch {
    // No list can be read, so the reason lies elsewhere: the caller reports the first error.
    return [];
  }
}
