import type { Kysely, Selectable } from 'kysely';
import { type StationId, stationId } from '../domain/ids.ts';
import type { Reservation, ReservationState } from '../domain/reservation.ts';
import { nextNumber } from './counters.ts';
import type { ReservationTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';

/** Reservations that are kept of each station, the newest. */
const reservationsMax = 200;

export interface ReservationStore {
  /** Durable once it resolves, with its number. */
  insertReservation(reservation: Omit<Reservation, 'id'>): Promise<Reservation>;
  /** Durable once it resolves. */
  updateReservation(
    reservation: Pick<Reservation, 'id' | 'state' | 'expiresAtMs' | 'endedAtMs'>,
  ): Promise<void>;
  findReservation(id: number): Promise<Reservation | undefined>;
  /** Those that may keep somebody away. */
  heldReservations(): Promise<readonly Reservation[]>;
  /** The newest first, as far as they are kept. */
  listReservations(id: StationId): Promise<readonly Reservation[]>;
}

export function reservationStore(db: Kysely<Tables>): ReservationStore {
  return {
    insertReservation: (made) =>
      inStore('keep a reservation', () =>
        db.transaction().execute(async (transaction) => {
          const reservation = { ...made, id: await nextNumber(transaction, 'reservation') };
          await transaction.insertInto('reservation').values(toRow(reservation)).execute();
          const tooOld = transaction
            .selectFrom('reservation')
            .select('id')
            .where('station_id', '=', made.stationId)
            .orderBy('id', 'desc')
            .offset(reservationsMax)
            // SQLite takes an offset beside a limit only.
            .limit(reservationsMax);
          await transaction.deleteFrom('reservation').where('id', 'in', tooOld).execute();
          return reservation;
        }),
      ),

    updateReservation: ({ id, state, expiresAtMs, endedAtMs }) =>
      inStore('change a reservation', async () => {
        await db
          .updateTable('reservation')
          .set({ state, expires_at_ms: expiresAtMs, ended_at_ms: endedAtMs ?? null })
          .where('id', '=', id)
          .execute();
      }),

    findReservation: (id) =>
      inStore('read a reservation', async () => {
        const row = await db.selectFrom('reservation').selectAll().where('id', '=', id).executeTakeFirst();
        return row && toReservation(row);
      }),

    heldReservations: () =>
      inStore('read the reservations', async () => {
        const held: readonly ReservationState[] = ['asked', 'doubtful', 'active'];
        const rows = await db
          .selectFrom('reservation')
          .selectAll()
          .where('state', 'in', held)
          .orderBy('id')
          .execute();
        return rows.map(toReservation);
      }),

    listReservations: (id) =>
      inStore('list the reservations of a station', async () => {
        const rows = await db
          .selectFrom('reservation')
          .selectAll()
          .where('station_id', '=', id)
          .orderBy('id', 'desc')
          .execute();
        return rows.map(toReservation);
      }),
  };
}

const toRow = (reservation: Reservation): Selectable<ReservationTable> => ({
  id: reservation.id,
  station_id: reservation.stationId,
  evse_number: reservation.evseNumber ?? null,
  token_id: reservation.tokenId,
  group_token_id: reservation.groupTokenId ?? null,
  expires_at_ms: reservation.expiresAtMs,
  made_by: reservation.madeBy,
  made_at_ms: reservation.madeAtMs,
  state: reservation.state,
  ended_at_ms: reservation.endedAtMs ?? null,
});

const toReservation = (row: Selectable<ReservationTable>): Reservation => ({
  id: row.id,
  stationId: stationId(row.station_id),
  evseNumber: row.evse_number ?? undefined,
  tokenId: row.token_id,
  groupTokenId: row.group_token_id ?? undefined,
  expiresAtMs: row.expires_at_ms,
  madeBy: row.made_by,
  madeAtMs: row.made_at_ms,
  // Only `toRow` and `updateReservation` write this column.
  state: row.state as ReservationState,
  endedAtMs: row.ended_at_ms ?? undefined,
});
