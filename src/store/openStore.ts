import type { Clock } from '../control/ports.ts';
import type { BillingBook } from '../domain/billing/billingBook.ts';
import type { Logger } from '../log.ts';
import { type AuditOrigin, type AuditStore, auditAppender, auditStore } from './audit.ts';
import { type BookingStore, bookingStore } from './bookings.ts';
import { type CommandStore, commandStore } from './commands.ts';
import { nextNumber } from './counters.ts';
import { within } from './deadline.ts';
import { type DeviceStore, deviceStore } from './devices.ts';
import { openDatabase } from './dialect.ts';
import { type EvidenceStore, evidenceStore } from './evidence.ts';
import { type FaultStore, faultStore } from './faults.ts';
import { type GridConnectionStore, gridConnectionStore } from './gridConnections.ts';
import { type GridReleaseStore, gridReleaseStore } from './gridReleases.ts';
import { type GridStateStore, gridStateStore } from './gridStates.ts';
import { GroupCommit } from './groupCommit.ts';
import { type HistoryStore, historyQueueOptions, historyStore } from './history.ts';
import { invoiceStore } from './invoices.ts';
import { type LimitStore, limitStore } from './limits.ts';
import { migrate } from './migrate.ts';
import { type PartnerStore, partnerStore } from './partners.ts';
import { type PeopleStore, peopleStore } from './people.ts';
import { type PlanningStore, planningStore } from './planning.ts';
import { type ReservationStore, reservationStore } from './reservations.ts';
import { type RoamingObjectStore, roamingObjectStore } from './roamingObjects.ts';
import { type SessionStore, sessionStore } from './sessions.ts';
import { ShelfCounts } from './shelfCounts.ts';
import { type SignedValueStore, signedValueStore } from './signedValues.ts';
import { type SiteStopStore, siteStopStore } from './siteStops.ts';
import { type StationCommandStore, stationCommandStore } from './stationCommands.ts';
import { type StationPasswordStore, stationPasswordStore } from './stationPasswords.ts';
import { type StationStore, stationStore } from './stations.ts';
import { inStore } from './storeError.ts';
import { type TokenStore, tokenStore } from './tokens.ts';
import { type TransactionStore, transactionStore } from './transactions.ts';
import { type UpstreamStore, upstreamStore } from './upstream.ts';
import { WriteBehind, type WriteBehindOptions, type WriteQueueState } from './writeBehind.ts';

/** How long `stop` waits for the connections to close. */
const closeTimeoutMs = 2_000;

/**
 * Everything that outlives the process. Methods that return a promise go to the database at once and reject
 * with a `StoreError`; methods that return nothing are queued, and neither wait nor throw.
 */
export interface Store
  extends LimitStore,
    SessionStore,
    SignedValueStore,
    StationStore,
    StationPasswordStore,
    UpstreamStore,
    CommandStore,
    TransactionStore,
    TokenStore,
    SiteStopStore,
    GridConnectionStore,
    EvidenceStore,
    GridStateStore,
    GridReleaseStore,
    PlanningStore,
    PartnerStore,
    RoamingObjectStore,
    BookingStore,
    BillingBook,
    StationCommandStore,
    FaultStore,
    ReservationStore,
    HistoryStore,
    PeopleStore,
    DeviceStore,
    AuditStore {
  /** Rises with every start of the program, so that stations' gateways can tell an old command from a new one. */
  nextEpoch(): Promise<number>;
  writeQueue(): WriteQueueState;
  /** Writes what is queued and closes, both within a bound. */
  stop(): Promise<void>;
}

export interface StorePorts {
  readonly log: Logger;
  readonly clock: Clock;
  /** The request that is being answered, for what it changes; undefined outside of one. */
  origin?(): AuditOrigin | undefined;
}

/** Opens the database and brings its tables up to date. Rejects with a `StoreError` that says what to do. */
export async function openStore(
  url: string,
  ports: StorePorts,
  options: Partial<WriteBehindOptions> = {},
): Promise<Store> {
  const database = await openDatabase(url, ports.log);
  const { db, migrating, tidy } = database;
  try {
    await inStore('bring the tables up to date', () => migrating(() => migrate(db)));
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const queue = new WriteBehind(database, { ...ports, onFlushed: tidy }, options);
  const historyQueue = new WriteBehind(database, ports, historyQueueOptions);
  const group = new GroupCommit(db);
  const counts = new ShelfCounts();
  const appendAudit = auditAppender(() => ports.origin?.());
  let stopping: Promise<void> | undefined;

  return {
    ...limitStore(db, group),
    ...sessionStore(db, queue),
    ...signedValueStore(db, queue),
    ...stationStore(db, queue),
    ...stationPasswordStore(db),
    ...upstreamStore(db),
    ...commandStore(db, queue),
    ...transactionStore(new GroupCommit(db)),
    ...tokenStore(db),
    ...siteStopStore(db),
    ...gridConnectionStore(db, queue),
    ...evidenceStore(database),
    ...gridStateStore(db, group),
    ...gridReleaseStore(db, queue),
    ...planningStore(db, queue),
    ...partnerStore(db),
    ...roamingObjectStore(db, new GroupCommit(db), counts),
    ...bookingStore(db, counts),
    ...invoiceStore(db),
    ...stationCommandStore(db),
    ...faultStore(db, queue),
    ...reservationStore(db),
    ...historyStore(db, historyQueue),
    ...peopleStore(db, queue, appendAudit),
    ...auditStore(db, appendAudit),
    ...deviceStore(db, queue),

    nextEpoch: () =>
      inStore('number this start', () => db.transaction().execute((row) => nextNumber(row, 'epoch'))),
    writeQueue: () => queue.state(),

    stop() {
      stopping ??= (async () => {
        await Promise.all([queue.stop(), historyQueue.stop()]);
        await within(ports.clock, closeTimeoutMs, db.destroy());
      })();
      return stopping;
    },
  };
}
