import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import type { Reservation } from '../../src/domain/reservation.ts';
import { describeOnBothDatabases } from './databases.ts';

const cpA1 = stationId('CP-A1');
const given: Omit<Reservation, 'id'> = {
  stationId: cpA1,
  evseNumber: 1,
  tokenId: 'T1',
  groupTokenId: undefined,
  expiresAtMs: 9000,
  madeBy: 'office',
  madeAtMs: 1000,
  state: 'asked',
  endedAtMs: undefined,
};

describeOnBothDatabases('reservations in the store', (database) => {
  it('get a number of their own each, and come back after a restart while they are held', async () => {
    const first = await database.open();
    const made = await first.insertReservation(given);
    const other = await first.insertReservation({ ...given, evseNumber: undefined, groupTokenId: 'G' });
    expect(other.id).not.toBe(made.id);
    await first.updateReservation({ ...made, state: 'active' });
    await first.updateReservation({ ...other, state: 'expired', endedAtMs: 9000 });
    await first.stop();
    const second = await database.open();
    expect(await second.heldReservations()).toEqual([{ ...made, state: 'active' }]);
    expect(await second.findReservation(other.id)).toMatchObject({ state: 'expired', endedAtMs: 9000 });
    expect(await second.findReservation(other.id + 1)).toBeUndefined();
    expect(await second.listReservations(cpA1)).toEqual([
      { ...other, state: 'expired', endedAtMs: 9000 },
      { ...made, state: 'active' },
    ]);
  });

  it('are kept to the newest two hundred of a station', async () => {
    const store = await database.open();
    await database.run(
      `insert into reservation (id, station_id, token_id, expires_at_ms, made_by, made_at_ms, state)
       select -n, 'CP-A1', 'T', 0, 'office', 0, 'used' from (
         with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 205)
         select n from numbers) as many`,
    );
    const { id } = await store.insertReservation(given);
    const kept = await store.listReservations(cpA1);
    expect(kept).toHaveLength(200);
    expect(kept[0]?.id).toBe(id);
  });
});
