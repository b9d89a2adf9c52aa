import { describe, expect, it } from 'vitest';
import { ExposureLedger, type Presence } from '../../src/control/exposure.ts';
import type { RememberedExposure } from '../../src/control/inherited.ts';
import type { CommandAnswer, LeftRung, StationCommand } from '../../src/control/ports.ts';
import { evseId, siteId, stationId } from '../../src/domain/ids.ts';
import type { LeaseForm, LeaseRung } from '../../src/domain/traits.ts';
import { givenEvse } from './givenSite.ts';

const id = evseId('A1');
const charging: Presence = { isOnline: true, hasSession: true };
const gone: Presence = { isOnline: false, hasSession: true };
const empty: Presence = { isOnline: true, hasSession: false };
const followMs = 5_500;
const leaseSlackMs = 10_000;
const leaseMs = 120_000;
const startMs = 1_000_000;

interface Lease {
  readonly setpointAmps: number;
  readonly tailAmps?: number;
  readonly atMs?: number;
  readonly leaseMs?: number;
  readonly rung?: LeaseRung;
}

/** The ledger of one EVSE of 6 to 32 A, with what was sent to it. */
class Given {
  readonly ledger: ExposureLedger;
  readonly #leaseForm: LeaseForm;
  #sequence = 0;

  constructor(
    remembered: Partial<RememberedExposure> | undefined = undefined,
    leaseForm: LeaseForm = 'tail',
  ) {
    this.#leaseForm = leaseForm;
    const record = { evseId: id, standingAmps: undefined, tailAmps: undefined, leaseEndsAtMs: undefined };
    this.ledger = new ExposureLedger({
      evses: [givenEvse({ traits: { unit: 'A', stepAmps: 1, stackLevel: 0, leaseForm } })],
      remembered: remembered === undefined ? [] : [{ ...record, ...remembered }],
      options: { followMs, leaseSlackMs },
      leaseMs,
      nowMs: startMs,
    });
  }

  send(lease: Lease): StationCommand {
    const { setpointAmps, tailAmps = 6, atMs = startMs, rung = 'transaction' } = lease;
    const address = this.#address(atMs);
    const command: StationCommand = {
      ...address,
      schedule: { ...address.schedule, rung },
      kind: 'lease',
      transactionId: 'T1',
      setpointAmps,
      tailAmps,
      leaseMs: lease.leaseMs ?? leaseMs,
    };
    this.ledger.sent(command);
    return command;
  }

  sendStanding(amps: number, atMs = startMs): StationCommand {
    const command: StationCommand = { ...this.#address(atMs), kind: 'standing', amps };
    this.ledger.sent(command);
    return command;
  }

  sendClear(rung: LeftRung, atMs = startMs): StationCommand {
    const command: StationCommand = { ...this.#address(atMs), kind: 'clear', rung };
    this.ledger.sent(command);
    return command;
  }

  sendEndOfPriority(atMs = startMs): StationCommand {
    const command: StationCommand = { ...this.#address(atMs), kind: 'end priority', transactionId: 'T1' };
    this.ledger.sent(command);
    return command;
  }

  answer(command: StationCommand, outcome: CommandAnswer['outcome'], atMs = command.sentAtMs): boolean {
    const { evseId: evse, stationId: station, epoch, sequence } = command;
    return this.ledger.answered({
      evseId: evse,
      stationId: station,
      epoch,
      sequence,
      atMs,
      outcome,
      reason: '',
    });
  }

  accept(lease: Lease): this {
    this.answer(this.send(lease), 'accepted');
    return this;
  }

  /** A standing profile of 6 A that was acknowledged, and no car that an earlier process knew of. */
  settled(): this {
    this.ledger.sessionEnded(id);
    this.answer(this.sendStanding(6), 'accepted');
    return this;
  }

  exposure(nowMs = startMs, presence = charging): number {
    return this.ledger.exposureAmps(id, presence, nowMs);
  }

  #address(atMs: number) {
    this.#sequence += 1;
    return {
      siteId: siteId('garage'),
      stationId: stationId('CP-A1'),
      evseId: id,
      evseNumber: 1,
      epoch: 1,
      sequence: this.#sequence,
      sentAtMs: atMs,
      expiresAtMs: atMs + 10_000,
      schedule: { unit: 'A', phaseVolts: 230, phaseCount: 3, stackLevel: 0, leaseForm: this.#leaseForm },
    } as const;
  }
}

describe('what counts without a lease', () => {
  it('is nothing at an online EVSE without a car', () => {
    expect(new Given().exposure(startMs, empty)).toBe(0);
  });

  it('is the hardware maximum where no standing profile was acknowledged', () => {
    const given = new Given();
    given.ledger.sessionEnded(id);
    expect(given.exposure()).toBe(32);
  });

  it('is the standing profile once it is acknowledged', () => {
    expect(new Given().settled().exposure()).toBe(6);
  });

  it('is the standing profile at an offline EVSE, whether a car was seen or not', () => {
    const given = new Given().settled();
    expect(given.exposure(startMs, { isOnline: false, hasSession: false })).toBe(6);
  });

  it('is the higher of two standing profiles as long as the second is not answered, and when it never is', () => {
    const given = new Given().settled();
    const command = given.sendStanding(10);
    expect(given.exposure()).toBe(10);
    given.answer(command, 'timed-out');
    expect(given.exposure()).toBe(10);
  });

  it('is no more for certain than the lower of two standing profiles of which the second was never answered', () => {
    const certainAmps = (amps: number) => {
      const given = new Given().settled();
      given.answer(given.sendStanding(amps), 'timed-out');
      expect(given.ledger.hasStanding(id, amps)).toBe(false);
      return given.ledger.certainAmps(id, { drawAmps: undefined, nowMs: startMs });
    };
    expect([certainAmps(10), certainAmps(0)]).toEqual([6, 0]);
  });

  it('is not certain on the word of an earlier process', () => {
    const { ledger } = new Given({ standingAmps: 6 });
    ledger.sessionEnded(id);
    expect(ledger.hasStanding(id, 6)).toBe(false);
    expect(ledger.certainAmps(id, { drawAmps: undefined, nowMs: startMs })).toBe(0);
  });

  it('stays the old standing profile when the new one is refused', () => {
    const given = new Given().settled();
    given.answer(given.sendStanding(10), 'rejected');
    expect(given.exposure()).toBe(6);
  });

  it('is the hardware maximum again once the station booted: some lose every profile', () => {
    const given = new Given().settled();
    given.ledger.rebooted(id);
    expect(given.exposure()).toBe(32);
    expect(given.ledger.standingAmps(id)).toBeUndefined();
  });
});

describe('a lease', () => {
  it('counts a raise from the moment it is sent', () => {
    const given = new Given().settled();
    given.send({ setpointAmps: 16 });
    expect(given.exposure()).toBe(16);
  });

  it('counts a decrease from its answer and the time the car needs to follow', () => {
    const given = new Given().settled().accept({ setpointAmps: 16 });
    const lower = given.send({ setpointAmps: 8, atMs: startMs + 1_000 });
    expect(given.exposure(startMs + 2_000)).toBe(16);
    given.answer(lower, 'accepted', startMs + 3_000);
    expect(given.exposure(startMs + 3_000 + followMs - 1)).toBe(16);
    expect(given.exposure(startMs + 3_000 + followMs)).toBe(8);
  });

  it('forgets the fall when the car is raised beyond it meanwhile', () => {
    const given = new Given().settled().accept({ setpointAmps: 16 }).accept({ setpointAmps: 8 });
    given.accept({ setpointAmps: 20, atMs: startMs + 1_000 });
    expect(given.exposure(startMs + 1_000)).toBe(20);
  });

  it('keeps counting the fall when it is raised by less', () => {
    const given = new Given().settled().accept({ setpointAmps: 16 }).accept({ setpointAmps: 8 });
    given.accept({ setpointAmps: 10, atMs: startMs + 1_000 });
    expect(given.exposure(startMs + 1_000)).toBe(16);
    expect(given.exposure(startMs + 1_000 + followMs)).toBe(10);
  });

  it('never counts more than the hardware can', () => {
    expect(new Given().settled().accept({ setpointAmps: 80 }).exposure()).toBe(32);
  });

  it('that is refused or never sent changes nothing', () => {
    const given = new Given().settled().accept({ setpointAmps: 10 });
    given.answer(given.send({ setpointAmps: 16 }), 'rejected');
    expect(given.exposure()).toBe(10);
    given.answer(given.send({ setpointAmps: 16 }), 'unsent');
    expect(given.exposure()).toBe(10);
  });

  it('holds until its end, late by its way and the clock of the station, and then counts its tail', () => {
    const given = new Given().settled().accept({ setpointAmps: 16, tailAmps: 6 });
    const endMs = startMs + 10_000 + leaseMs + leaseSlackMs;
    expect(given.exposure(endMs - 1, gone)).toBe(16);
    expect(given.exposure(endMs, gone)).toBe(6);
  });

  it('that ends in a rise counts the tail from half-time less the slack', () => {
    const given = new Given().settled().accept({ setpointAmps: 0, tailAmps: 6, leaseMs: 2 * leaseMs });
    const fromMs = startMs + leaseMs - leaseSlackMs;
    expect(given.exposure(fromMs - 1)).toBe(0);
    expect(given.exposure(fromMs)).toBe(6);
  });

  it('counts beside the standing profile while the station is offline: another session may begin there', () => {
    const given = new Given().settled().accept({ setpointAmps: 0, tailAmps: 0 });
    expect(given.exposure(startMs + followMs)).toBe(0);
    expect(given.exposure(startMs + followMs, gone)).toBe(6);
  });

  it('counts beside the standing profile until it is asserted after a reconnect', () => {
    const given = new Given().settled().accept({ setpointAmps: 0 });
    given.ledger.doubt(id);
    expect(given.exposure()).toBe(6);
    given.accept({ setpointAmps: 0, atMs: startMs + 1_000 });
    expect(given.exposure(startMs + 1_000 + followMs)).toBe(0);
  });

  it('is asserted once more where it was doubted while one was on its way', () => {
    const given = new Given().settled();
    const command = given.send({ setpointAmps: 16 });
    given.ledger.doubt(id);
    given.answer(command, 'accepted');
    expect(given.ledger.needsAssertion(id)).toBe(true);
    given.accept({ setpointAmps: 16, atMs: startMs + 1_000 });
    expect(given.ledger.needsAssertion(id)).toBe(false);
  });
});

describe('a lease nobody answered', () => {
  it('counts beside the one before', () => {
    const given = new Given().settled().accept({ setpointAmps: 10 });
    given.answer(given.send({ setpointAmps: 16 }), 'timed-out');
    expect(given.exposure()).toBe(16);
    expect(given.ledger.isSilent(id)).toBe(true);
  });

  it('is forgotten as soon as a later one is acknowledged', () => {
    const given = new Given().settled().accept({ setpointAmps: 10 });
    given.answer(given.send({ setpointAmps: 16 }), 'timed-out');
    given.accept({ setpointAmps: 8, atMs: startMs + 1_000 });
    expect(given.exposure(startMs + 1_000 + followMs)).toBe(8);
    expect(given.ledger.isSilent(id)).toBe(false);
  });

  it('ends by itself, although lower ones are lost after it', () => {
    const given = new Given().settled().accept({ setpointAmps: 6 });
    given.answer(given.send({ setpointAmps: 16 }), 'timed-out');
    const endMs = startMs + 10_000 + leaseMs + leaseSlackMs;
    for (let atMs = startMs + 15_000; atMs < endMs; atMs += 15_000) {
      given.answer(given.send({ setpointAmps: 8, atMs }), 'timed-out');
    }
    expect(given.exposure(endMs - 1)).toBe(16);
    expect(given.exposure(endMs)).toBe(8);
  });

  it('is counted with others when there are more than eight', () => {
    const given = new Given().settled().accept({ setpointAmps: 6 });
    for (let amps = 20; amps > 8; amps--) given.answer(given.send({ setpointAmps: amps }), 'timed-out');
    expect(given.exposure()).toBe(20);
  });

  it('may be in force or not, so the lowest of them is the least', () => {
    const given = new Given().settled().accept({ setpointAmps: 10 });
    expect(given.ledger.setpointAmpsMin(id, startMs)).toBe(10);
    for (const setpointAmps of [8, 12]) given.answer(given.send({ setpointAmps }), 'timed-out');
    expect(given.ledger.setpointAmpsMin(id, startMs)).toBe(8);
    expect(given.ledger.setpointAmpsMin(id, startMs + leaseMs)).toBe(6);
    expect(given.accept({ setpointAmps: 12 }).ledger.setpointAmpsMin(id, startMs)).toBe(12);
  });
});

describe('the least setpoint that may be in force', () => {
  it('is a decrease that is on its way', () => {
    const given = new Given().settled().accept({ setpointAmps: 10 });
    given.send({ setpointAmps: 8 });
    expect(given.ledger.setpointAmpsMin(id, startMs)).toBe(8);
  });

  it('is not a raise that is on its way', () => {
    const given = new Given().settled().accept({ setpointAmps: 10 });
    given.send({ setpointAmps: 16 });
    expect(given.ledger.setpointAmpsMin(id, startMs)).toBe(10);
  });

  it('is the tail once the lease may have ended, and nothing without a lease', () => {
    const given = new Given().settled();
    expect(given.ledger.setpointAmpsMin(id, startMs)).toBe(0);
    given.accept({ setpointAmps: 10, tailAmps: 6 });
    expect(given.ledger.setpointAmpsMin(id, startMs + leaseMs)).toBe(6);
  });
});

describe('an answer', () => {
  it('to no command in flight is refused', () => {
    const given = new Given().settled();
    const command = given.send({ setpointAmps: 16 });
    expect(given.answer({ ...command, sequence: command.sequence - 1 }, 'accepted')).toBe(false);
    expect(given.answer({ ...command, epoch: 0 }, 'accepted')).toBe(false);
    expect(given.answer(command, 'accepted')).toBe(true);
    expect(given.answer(command, 'accepted')).toBe(false);
  });

  it('that comes after the end of its session says nothing about the next', () => {
    const given = new Given().settled();
    const command = given.send({ setpointAmps: 20 });
    given.ledger.sessionEnded(id);
    expect(given.exposure()).toBe(6);
    expect(given.answer(command, 'accepted')).toBe(true);
    expect(given.ledger.lease(id)).toBeUndefined();
    expect(given.exposure()).toBe(6);
  });

  it('that nobody gave for three minutes is overdue', () => {
    const given = new Given().settled();
    const command = given.send({ setpointAmps: 20 });
    expect(given.ledger.overdue(startMs + 180_000)).toEqual([]);
    expect(given.ledger.overdue(startMs + 180_001)).toEqual([command]);
  });
});

describe('after a restart', () => {
  it('every EVSE counts its hardware maximum until the longest lease has ended', () => {
    const given = new Given({ standingAmps: 6, tailAmps: 8 });
    expect(given.exposure(startMs + leaseMs + leaseSlackMs - 1)).toBe(32);
    expect(given.exposure(startMs + leaseMs + leaseSlackMs)).toBe(8);
    expect(given.ledger.isKnown(id, startMs + leaseMs + leaseSlackMs)).toBe(true);
  });

  it('a lease that was longer than ours is waited for', () => {
    const given = new Given({ standingAmps: 6, leaseEndsAtMs: startMs + 900_000 });
    expect(given.ledger.isKnown(id, startMs + 899_999)).toBe(false);
    expect(given.ledger.isKnown(id, startMs + 900_000)).toBe(true);
  });

  it('a lease kept while the clock stood wrong is not waited for longer than any can last', () => {
    const given = new Given({ standingAmps: 6, leaseEndsAtMs: startMs + 1e12 });
    expect(given.ledger.isKnown(id, startMs + 7_200_000)).toBe(true);
  });

  it('an acknowledged lease replaces what was there', () => {
    const given = new Given({ standingAmps: 6 }).accept({ setpointAmps: 6 });
    expect(given.exposure(startMs)).toBe(32);
    expect(given.exposure(startMs + followMs)).toBe(6);
  });

  it('what it falls to in the end is its standing profile or the tail of the last lease', () => {
    expect(new Given({ standingAmps: 6, tailAmps: 8 }).ledger.fallbackAmps(id)).toBe(8);
    expect(new Given({ standingAmps: 6 }).ledger.fallbackAmps(id)).toBe(6);
    expect(new Given().ledger.fallbackAmps(id)).toBe(32);
  });

  it('what was kept of it is the setpoint until its lease has ended, and then the tail', () => {
    const leaseEndsAtMs = startMs + 60_000;
    const { ledger } = new Given({ setpointAmps: 0, tailAmps: 6, leaseEndsAtMs });
    expect(ledger.inheritedAmps(id, leaseEndsAtMs - 1)).toBe(0);
    expect(ledger.inheritedAmps(id, leaseEndsAtMs)).toBe(6);
    expect(new Given().ledger.inheritedAmps(id, startMs)).toBeUndefined();
  });

  it('what may have ended already is the lower of setpoint and tail, so that nothing is raised unseen', () => {
    const leaseEndsAtMs = startMs + 60_000;
    const { ledger } = new Given({ setpointAmps: 16, tailAmps: 6, leaseEndsAtMs });
    expect(ledger.inheritedAmps(id, leaseEndsAtMs - 2 * leaseSlackMs - 1)).toBe(16);
    expect(ledger.inheritedAmps(id, leaseEndsAtMs - 2 * leaseSlackMs)).toBe(6);
  });

  it('nothing is certain before its car was measured', () => {
    const { ledger } = new Given({ setpointAmps: 10, tailAmps: 6, leaseEndsAtMs: startMs + 60_000 });
    expect(ledger.certainAmps(id, { drawAmps: undefined, nowMs: startMs })).toBeUndefined();
  });

  it.each([
    ['what flows, where more was kept', { setpointAmps: 16, tailAmps: 6 }, 12.5, 12.5],
    ['nothing where nothing flows', { setpointAmps: 16, tailAmps: 6 }, 0.4, 0],
    ['the minimum where less flows: nobody is offered less', { setpointAmps: 16, tailAmps: 6 }, 2, 6],
    [
      'nothing where less was kept: the lease may be on its way there',
      { setpointAmps: 0, tailAmps: 6 },
      6,
      0,
    ],
    ['nothing where more flows than anything that was kept', { setpointAmps: 8, tailAmps: 6 }, 16, 0],
    ['what flows, where nothing was kept', {}, 16, 16],
  ])('what is certain is %s', (_, kept, drawAmps, certainAmps) => {
    const leaseEndsAtMs = startMs + 60_000;
    const { ledger } = new Given({ ...kept, leaseEndsAtMs });
    expect(ledger.certainAmps(id, { drawAmps, nowMs: startMs })).toBe(certainAmps);
  });

  it('what is certain is no more than what was sent since and never answered', () => {
    const given = new Given({ setpointAmps: 10, tailAmps: 6, leaseEndsAtMs: startMs + 60_000 });
    const now = { drawAmps: 10, nowMs: startMs };
    given.answer(given.send({ setpointAmps: 0 }), 'timed-out');
    expect(given.ledger.certainAmps(id, now)).toBe(0);
    expect(given.accept({ setpointAmps: 8 }).ledger.certainAmps(id, now)).toBe(8);
  });

  it('nothing is left when the car that was there is gone', () => {
    const given = new Given({ standingAmps: 6, tailAmps: 8, leaseEndsAtMs: startMs + 60_000 });
    given.ledger.sessionEnded(id);
    expect(given.exposure()).toBe(6);
  });
});

describe('a station that honours no end of a setpoint', () => {
  const given = () => new Given(undefined, 'none').settled();
  const inAYear = startMs + 365 * 86_400_000;

  it('counts its last value for ever', () => {
    expect(given().accept({ setpointAmps: 16 }).exposure(inAYear)).toBe(16);
  });

  it('falls to its last value, or to its standing profile where that is more', () => {
    expect(given().accept({ setpointAmps: 16 }).ledger.fallbackAmps(id)).toBe(16);
    expect(given().accept({ setpointAmps: 0 }).ledger.fallbackAmps(id)).toBe(6);
  });

  it('counts a lost raise for ever too, until it answers', () => {
    const lost = given().accept({ setpointAmps: 8 });
    lost.answer(lost.send({ setpointAmps: 16 }), 'timed-out');
    expect(lost.exposure(inAYear)).toBe(16);
    expect(lost.accept({ setpointAmps: 8, atMs: inAYear }).exposure(inAYear + followMs)).toBe(8);
  });

  it('counts its hardware maximum after a restart until it was told anew, however long that takes', () => {
    const restarted = new Given(
      { standingAmps: 6, setpointAmps: 8, tailAmps: 8, leaseEndsAtMs: startMs },
      'none',
    );
    expect(restarted.exposure(inAYear, gone)).toBe(32);
    expect(restarted.ledger.fallbackAmps(id)).toBe(32);
    expect(restarted.accept({ setpointAmps: 8, atMs: inAYear }).exposure(inAYear + followMs)).toBe(8);
  });

  it('is waited for no longer than any other', () => {
    const restarted = new Given({ standingAmps: 6 }, 'none');
    expect(restarted.ledger.isKnown(id, startMs + leaseMs + leaseSlackMs - 1)).toBe(false);
    expect(restarted.ledger.isKnown(id, startMs + leaseMs + leaseSlackMs)).toBe(true);
  });
});

describe('a station whose setpoints only end', () => {
  const given = () => new Given(undefined, 'duration').settled();

  it('counts its standing profile from the moment the lease may have ended', () => {
    const ending = given().accept({ setpointAmps: 0, tailAmps: 0 });
    expect(ending.exposure(startMs + leaseMs - leaseSlackMs - 1)).toBe(0);
    expect(ending.exposure(startMs + leaseMs - leaseSlackMs)).toBe(6);
    expect(ending.exposure(startMs + 10 * leaseMs)).toBe(6);
  });

  it('is certain to hold then no more than the lowest standing profile it may have', () => {
    const ending = given().accept({ setpointAmps: 16 });
    const { ledger } = ending;
    const certainAmps = (nowMs: number) => ledger.certainAmps(id, { drawAmps: undefined, nowMs });
    ending.answer(ending.sendStanding(0), 'timed-out');
    expect(certainAmps(startMs)).toBe(16);
    expect(certainAmps(startMs + leaseMs)).toBe(0);
    ending.answer(ending.sendStanding(6), 'accepted');
    expect(certainAmps(startMs + leaseMs)).toBe(6);
  });

  it('counts its hardware maximum then, where no standing profile was acknowledged', () => {
    const without = new Given(undefined, 'duration');
    without.ledger.sessionEnded(id);
    expect(without.accept({ setpointAmps: 8, tailAmps: 0 }).exposure(startMs + 10 * leaseMs)).toBe(32);
  });
});

describe('a station whose clock is off', () => {
  it.each([4_000, -4_000])('by %d ms has leases that end as much earlier or later', (skewMs) => {
    const given = new Given().settled();
    given.ledger.setClockSkew(id, skewMs);
    given.accept({ setpointAmps: 16, tailAmps: 0 });
    const endsAtMs = startMs + 10_000 + leaseMs + leaseSlackMs + 4_000;
    expect(given.exposure(endsAtMs - 1)).toBe(16);
    expect(given.exposure(endsAtMs)).toBe(0);
    expect(given.ledger.lease(id)?.mayEndFromMs).toBe(startMs + leaseMs - leaseSlackMs - 4_000);
  });

  it('by hours is counted for a quarter of a lease', () => {
    const given = new Given().settled();
    given.ledger.setClockSkew(id, 7_200_000);
    given.accept({ setpointAmps: 16 });
    expect(given.ledger.lease(id)?.mayEndFromMs).toBe(startMs + leaseMs - leaseSlackMs - leaseMs / 4);
  });
});

describe('a session that is started from afar under a limit', () => {
  it('counts the limit above a standing profile that is lowered meanwhile, until a lease is acknowledged', () => {
    const its = new Given();
    its.answer(its.sendStanding(6), 'accepted');
    its.ledger.sessionEnded(id);
    its.ledger.startLimited(id, 8);
    expect(its.ledger.exposureAmps(id, charging, startMs)).toBe(8);
    expect(its.ledger.exposureAmps(id, gone, startMs + 10 * leaseMs)).toBe(8);
    expect(its.ledger.exposureAmps(id, empty, startMs)).toBe(0);
    its.answer(its.send({ setpointAmps: 6 }), 'accepted');
    expect(its.ledger.exposureAmps(id, charging, startMs + followMs)).toBe(6);
  });

  it('counts it no longer once the session has ended', () => {
    const its = new Given();
    its.answer(its.sendStanding(6), 'accepted');
    its.ledger.startLimited(id, 8);
    its.ledger.sessionEnded(id);
    expect(its.ledger.exposureAmps(id, charging, startMs)).toBe(6);
  });
});

describe('a profile that prevails over the lease', () => {
  const given = (): Given => {
    const it = new Given();
    it.answer(it.sendStanding(6), 'accepted');
    it.answer(it.send({ setpointAmps: 10 }), 'accepted', startMs);
    it.ledger.overridden(id);
    return it;
  };
  const laterMs = startMs + 60_000;

  it('counts as the maximum of its EVSE until its car has followed the end of it', () => {
    const its = given();
    expect(its.ledger.exposureAmps(id, charging, laterMs)).toBe(32);
    its.answer(its.sendEndOfPriority(laterMs), 'accepted');
    expect(its.ledger.exposureAmps(id, charging, laterMs + followMs - 1)).toBe(32);
    expect(its.ledger.exposureAmps(id, charging, laterMs + followMs)).toBe(10);
    expect(its.ledger.needsAssertion(id)).toBe(true);
  });

  it('is what stays in force when nobody speaks to its station any more', () => {
    const its = given();
    expect(its.ledger.fallbackAmps(id)).toBe(32);
    its.ledger.overrideEnded(id, laterMs);
    expect(its.ledger.fallbackAmps(id)).toBe(6);
  });

  it.each(['rejected', 'timed-out', 'unsent'] as const)('goes on when its end is %s', (outcome) => {
    const its = given();
    its.answer(its.sendEndOfPriority(laterMs), outcome);
    expect(its.ledger.exposureAmps(id, charging, laterMs + followMs)).toBe(32);
  });

  it('of the next session is not ended by the answer for the last one', () => {
    const its = given();
    const late = its.sendEndOfPriority(laterMs);
    its.ledger.sessionEnded(id);
    its.ledger.overridden(id);
    its.answer(late, 'accepted');
    expect(its.ledger.exposureAmps(id, charging, laterMs + followMs)).toBe(32);
  });
});

describe('what was left on a rung that setpoints lay on before', () => {
  const onDefault = (setpointAmps: number) => ({ setpointAmps, rung: 'transaction default' }) as const;

  it('is to be cleared, and counts until the session ends: some say yes and do nothing', () => {
    const given = new Given().settled().accept({ setpointAmps: 16 }).accept(onDefault(0));
    expect(given.ledger.leftRung(id)).toBe('transaction');
    given.answer(given.sendClear('transaction'), 'accepted');
    expect(given.ledger.leftRung(id)).toBeUndefined();
    expect(given.ledger.needsAssertion(id)).toBe(true);
    given.accept({ ...onDefault(0), tailAmps: 0 });
    expect(given.ledger.leftRung(id)).toBeUndefined();
    // The tail of the transaction's own.
    expect(given.exposure(startMs + 2 * leaseMs)).toBe(6);
  });

  it('is nothing where the standing profile takes its place', () => {
    const given = new Given().settled().accept(onDefault(16)).accept({ setpointAmps: 10 });
    expect(given.ledger.leftRung(id)).toBeUndefined();
  });

  it('makes it unknown what lies beneath where it was the maximum of its station', () => {
    const given = new Given().settled().accept({ setpointAmps: 16, rung: 'station maximum' });
    expect(given.ledger.standingAmps(id)).toBeUndefined();
    given.accept({ setpointAmps: 10 });
    expect(given.ledger.leftRung(id)).toBe('station maximum');
    expect(given.ledger.hasStanding(id, 6)).toBe(false);
  });

  it('by an earlier process, before it learnt better, counts as what it may have been, and then as its tail', () => {
    const leftUntilMs = startMs + 60_000;
    const given = new Given({ setpointAmps: 0, tailAmps: 6, outlivesSession: true, leftUntilMs });
    given.accept(onDefault(0));
    expect(given.ledger.leftRung(id)).toBe('transaction');
    expect(given.exposure(startMs + followMs)).toBe(32);
    expect(given.exposure(leftUntilMs)).toBe(6);
    given.ledger.sessionEnded(id);
    given.accept(onDefault(0));
    expect(given.exposure(startMs + followMs)).toBe(0);
  });
});
