import type { Kysely, Selectable } from 'kysely';
import type { KeptExposure, KeptLease } from '../control/inherited.ts';
import { type EvseId, evseId } from '../domain/ids.ts';
import type { InterruptedCharge } from '../domain/interruptedCharge.ts';
import type { EvseCommandTable, Tables } from './schema.ts';
import { inStore } from './storeError.ts';
import type { WriteBehind } from './writeBehind.ts';

/** A lease on its way to a station or in force there. */
export interface CommandStore {
  /** Queued: remembers that the station acknowledged this standing limit. */
  rememberStanding(evseId: EvseId, amps: number): void;
  /**
   * Queued: remembers the lease last sent. A crash may lose the last moments before it, so after a restart the
   * record of a station that was not heard yet is a lower bound until one lease has passed.
   */
  rememberLease(lease: KeptLease): void;
  exposures(): Promise<readonly KeptExposure[]>;
  /** Queued: remembers the charge that is to begin again there, or that there is none any more. */
  rememberInterrupted(evseId: EvseId, charge: InterruptedCharge | undefined): void;
  interruptedCharges(): Promise<ReadonlyMap<EvseId, InterruptedCharge>>;
}

export function commandStore(db: Kysely<Tables>, queue: WriteBehind): CommandStore {
  const remember = (key: string, id: EvseId, columns: Partial<Selectable<EvseCommandTable>>): void =>
    queue.put(key, async (transaction) => {
      await transaction
        .insertInto('evse_command')
        .values({ evse_id: id, ...columns })
        .onConflict((conflict) => conflict.column('evse_id').doUpdateSet(columns))
        .execute();
    });

  return {
    rememberStanding: (id, amps) => remember(`standing ${id}`, id, { standing_amps: amps }),

    rememberLease: (lease) =>
      remember(`lease ${lease.evseId}`, lease.evseId, {
        setpoint_amps: lease.setpointAmps,
        tail_amps: lease.tailAmps,
        sent_at_ms: lease.sentAtMs,
        lease_ms: lease.leaseMs,
      }),

    exposures: () =>
      inStore('read what the stations were told', async () => {
        const rows = await db.selectFrom('evse_command').selectAll().orderBy('evse_id').execute();
        return rows.map((row) => ({
          evseId: evseId(row.evse_id),
          standingAmps: row.standing_amps ?? undefined,
          lease: toLease(row),
        }));
      }),

    rememberInterrupted: (id, charge) =>
      remember(`interrupted ${id}`, id, {
        interrupted: charge === undefined ? null : JSON.stringify(charge),
      }),

    interruptedCharges: () =>
      inStore('read the interrupted charges', async () => {
        const rows = await db
          .selectFrom('evse_command')
          .select(['evse_id', 'interrupted'])
          .where('interrupted', 'is not', null)
          .orderBy('evse_id')
          .execute();
        return new Map(rows.map((row) => [evseId(row.evse_id), toInterrupted(row.interrupted ?? '')]));
      }),
  };
}

/** Only `rememberInterrupted` writes them; the first release that did so told no `seenAtMs`. */
const toInterrupted = (written: string): InterruptedCharge => ({ seenAtMs: 0, ...JSON.parse(written) });

function toLease(row: Selectable<EvseCommandTable>): KeptLease | undefined {
  const { setpoint_amps, tail_amps, sent_at_ms, lease_ms } = row;
  if (setpoint_amps === null || tail_amps === null || sent_at_ms === null || lease_ms === null) {
    return undefined;
  }
  return {
    evseId: evseId(row.evse_id),
    setpointAmps: setpoint_amps,
    tailAmps: tail_amps,
    sentAtMs: sent_at_ms,
    leaseMs: lease_ms,
  };
}
