import { describe, expect, it } from 'vitest';
import { type AskedOutcome, ReservationDesk } from '../../src/control/reservationDesk.ts';
import { stationId } from '../../src/domain/ids.ts';
import type { Reservation } from '../../src/domain/reservation.ts';
import { createLogger } from '../../src/log.ts';
import { VirtualClock } from '../virtualClock.ts';

const cpA1 = stationId('CP-A1');
const nowMs = Date.parse('2026-01-31T12:00:00Z');
const wish = {
  stationId: cpA1,
  evseNumber: 1,
  tokenId: 'T1',
  groupTokenId: undefined,
  expiresAtMs: nowMs + 600_000,
  madeBy: 'office',
};
const answers = (outcome: AskedOutcome['outcome']) => async () => ({ outcome });

const given = (before: readonly Reservation[] = []) => {
  const clock = new VirtualClock(nowMs);
  const kept = new Map<number, Pick<Reservation, 'state'>>();
  const desk = new ReservationDesk(before, {
    clock,
    log: createLogger('silent'),
    book: {
      insertReservation: async (made) => {
        const reservation = { ...made, id: kept.size + 1 };
        kept.set(reservation.id, reservation);
        return reservation;
      },
      updateReservation: async (changed) => void kept.set(changed.id, changed),
    },
  });
  return { clock, desk, state: (id: number) => kept.get(id)?.state };
};

describe('a reservation', () => {
  it('is kept before the station is asked', async () => {
    const { desk, state } = given();
    const { reservation } = await desk.make(wish, async ({ id }) => {
      expect(state(id)).toBe('asked');
      return { outcome: 'accepted' };
    });
    expect(reservation.state).toBe('active');
    expect(state(reservation.id)).toBe('active');
  });

  it.each([
    ['accepted', 'active', true],
    ['timed-out', 'doubtful', false],
    ['rejected', 'refused', false],
    ['unsent', 'refused', false],
  ] as const)('whose station said %s is %s', async (outcome, state, isReserved) => {
    const { desk } = given();
    const { reservation } = await desk.make(wish, answers(outcome));
    expect(reservation.state).toBe(state);
    expect(desk.isReserved(cpA1, 1)).toBe(isReserved);
    expect(desk.isReserved(cpA1, 2)).toBe(false);
  });

  it.each(['used', 'expired', 'removed'] as const)('ends as the station tells: %s', async (how) => {
    const { desk, state } = given();
    const { reservation } = await desk.make(wish, answers('accepted'));
    const told = { kind: 'reservation ended', atMs: nowMs, reservationId: reservation.id, how } as const;
    await desk.take({ ...told, stationId: stationId('CP-A2') });
    expect(state(reservation.id)).toBe('active');
    await desk.take({ ...told, stationId: cpA1 });
    expect(state(reservation.id)).toBe(how);
    expect(desk.isReserved(cpA1, 1)).toBe(false);
  });

  it.each([
    ['accepted', 'cancelled'],
    ['rejected', 'removed'],
    ['timed-out', 'active'],
  ] as const)('that is cancelled, and the station says %s, is %s', async (outcome, after) => {
    const { desk, state } = given();
    const { reservation } = await desk.make(wish, answers('accepted'));
    await desk.cancel(reservation, answers(outcome));
    expect(state(reservation.id)).toBe(after);
  });

  it.each([
    ['accepted', 5, 5],
    ['rejected', 5, 10],
    ['timed-out', 5, 10],
    ['timed-out', 15, 15],
  ] as const)('of ten minutes whose station says %s to %i is held for %i', async (outcome, asked, held) => {
    const { desk, clock } = given();
    const { reservation } = await desk.make(wish, answers('accepted'));
    await desk.change(reservation, nowMs + asked * 60_000, answers(outcome));
    clock.advance(held * 60_000 - 1);
    expect(desk.isReserved(cpA1, 1)).toBe(true);
    clock.advance(1);
    expect(desk.isReserved(cpA1, 1)).toBe(false);
  });

  it('expires by our clock where its station tells nothing', async () => {
    const { desk, clock, state } = given();
    const { reservation } = await desk.make(wish, answers('accepted'));
    await clock.advance(600_000);
    expect(desk.isReserved(cpA1, 1)).toBe(false);
    await clock.advance(30_000);
    expect(state(reservation.id)).toBe('expired');
  });

  it('is held over a restart', async () => {
    const first = given();
    const { reservation } = await first.desk.make(wish, answers('accepted'));
    const { desk } = given([reservation]);
    expect(desk.isReserved(cpA1, 1)).toBe(true);
    expect(desk.find(reservation.id, cpA1)).toEqual(reservation);
  });

  it('is refused in the past, and beyond 64 of a station', async () => {
    const { desk } = given();
    expect(desk.refusal({ ...wish, expiresAtMs: nowMs })).toMatch(/^expiresAt is in the past/);
    for (let count = 0; count < 64; count += 1) {
      expect(desk.refusal(wish)).toBeUndefined();
      await desk.make(wish, answers('accepted'));
    }
    expect(desk.refusal(wish)).toBe('the station has 64 reservations: cancel one first');
  });
});
