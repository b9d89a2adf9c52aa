import { describe, expect, it } from 'vitest';
import { followMs } from '../../src/app/options.ts';
import { circuitId, evseId, limitId, sessionId, siteId, stationId } from '../../src/domain/ids.ts';
import type { Session } from '../../src/domain/session.ts';
import { givenEvse, givenSite } from './givenSite.ts';
import { GivenState } from './givenState.ts';

const grid = circuitId('grid');
const id = evseId('A1');

const read = (given: GivenState, amps: number): void =>
  given.state.applyReading({ circuitId: grid, arrivedAtMs: 0, amps: { 0: amps, 1: amps, 2: amps } });

const limit = (given: GivenState) => ({
  id: limitId('L1'),
  target: { kind: 'circuit' as const, siteId: siteId('garage'), circuitId: grid },
  value: { amps: 40 },
  source: 'grid-operator' as const,
  setBy: 'dso',
  reason: 'cold evening',
  fromMs: given.clock.nowMs(),
  untilMs: given.clock.nowMs() + 60_000,
  createdAtMs: given.clock.nowMs(),
});

/** How often the loop is woken by what happens. */
const wakes = (given: GivenState, happens: () => void): number => {
  const before = given.drops;
  happens();
  return given.drops - before;
};

describe('what wakes the loop', () => {
  it('is a meter that rises by more than half an ampere, and not one that falls', () => {
    const given = new GivenState();
    expect(wakes(given, () => read(given, 20))).toBe(1);
    expect(wakes(given, () => read(given, 20.5))).toBe(0);
    expect(wakes(given, () => read(given, 21.1))).toBe(1);
    expect(wakes(given, () => read(given, 5))).toBe(0);
  });

  it('is a meter that is back after a silence', () => {
    const given = new GivenState();
    read(given, 20);
    given.clock.advance(15_001);
    expect(wakes(given, () => read(given, 20))).toBe(1);
  });

  it('is a limit that is set, and not one that ends', () => {
    const given = new GivenState();
    expect(wakes(given, () => given.state.setLimit(limit(given)))).toBe(1);
    expect(wakes(given, () => given.state.endLimit(limitId('L1')))).toBe(0);
  });

  it('is a station that comes, boots or goes', () => {
    const given = new GivenState();
    expect(wakes(given, () => given.tell({ kind: 'connected', protocol: 'ocpp1.6' }))).toBe(1);
    const hardware = { vendor: 'V', model: 'M', serialNumber: undefined, firmware: undefined };
    expect(wakes(given, () => given.tell({ kind: 'booted', hardware }))).toBe(1);
    expect(wakes(given, () => given.tell({ kind: 'disconnected' }))).toBe(1);
  });

  it('is a car that comes, and not one that goes', () => {
    const given = new GivenState().connect();
    expect(wakes(given, () => given.begin())).toBe(1);
    const ended = { transactionId: 'T1', reason: 'Local', endedAtMs: 0, energyWh: undefined };
    expect(wakes(given, () => given.tell({ kind: 'session ended', ...ended }))).toBe(0);
  });

  it('is a station that refuses a lease or does not answer it: the others have to make room', () => {
    const given = new GivenState().connect().begin();
    expect(wakes(given, () => given.set(10, 'rejected'))).toBe(1);
    expect(wakes(given, () => given.set(10, 'timed-out'))).toBe(1);
    expect(wakes(given, () => given.set(10, 'unsent'))).toBe(0);
  });

  it('is not what cars draw', () => {
    const given = new GivenState().connect().begin();
    expect(wakes(given, () => given.measure(10))).toBe(0);
  });
});

describe('a reading', () => {
  it('is as old as its arrival here says, whatever it says itself', () => {
    const given = new GivenState();
    given.state.applyReading({ circuitId: grid, arrivedAtMs: 9e15, amps: { 0: 5 } });
    expect(given.state.meters.state(grid).amps[0]?.atMs).toBe(given.clock.monotonicMs());
  });

  it('of a circuit without a meter, or of none at all, is passed over', () => {
    const given = new GivenState();
    given.state.applyReading({ circuitId: circuitId('nowhere'), arrivedAtMs: 0, amps: { 0: 5 } });
    expect(given.state.meters.hasHeard(circuitId('nowhere'))).toBe(false);
    expect(given.drops).toBe(0);
  });
});

describe('a station', () => {
  it('is online from its connection to its end', () => {
    const given = new GivenState();
    const isOnline = (): boolean => given.state.isOnline(stationId('CP-A1'));
    expect(isOnline()).toBe(false);
    given.connect();
    expect(isOnline()).toBe(true);
    given.tell({ kind: 'disconnected' });
    expect(isOnline()).toBe(false);
  });

  it('that is not in the config changes nothing', () => {
    const given = new GivenState().connect('available', 'CP-X');
    expect(given.state.isOnline(stationId('CP-X'))).toBe(false);
    expect(given.stations).toEqual([]);
  });

  it('tells what it is, which is kept', () => {
    const given = new GivenState().connect();
    const hardware = { vendor: 'Vestel', model: 'EVC04', serialNumber: '1', firmware: '3.1' };
    given.tell({ kind: 'booted', hardware });
    expect(given.stations.at(-1)).toEqual({
      id: 'CP-A1',
      protocol: 'ocpp1.6',
      hardware,
      lastSeenAtMs: given.clock.nowMs(),
    });
  });

  it('of another firmware is kept at once without what the one before taught', () => {
    const given = new GivenState();
    const hardware = { vendor: 'Vestel', model: 'EVC04', serialNumber: '1', firmware: '3.1' };
    const learnt = [{ change: { stackLevelMax: 0 }, why: 'refused', atMs: 0, firmware: '3.1' }];
    given.state.adoptDevice(stationId('CP-A1'), { hardware, learnt });
    given.connect().tell({ kind: 'booted', hardware });
    expect(given.devices).toEqual([]);
    given.tell({ kind: 'booted', hardware: { ...hardware, firmware: '3.2' } });
    expect(given.devices).toMatchObject([{ hardware: { firmware: '3.2' }, learnt: [] }]);
  });

  it('before its first status may have a car that nobody knows', () => {
    const given = new GivenState().tell({ kind: 'connected', protocol: 'ocpp1.6' });
    expect(given.state.presence(id)).toEqual({ isOnline: true, hasSession: true });
    given.connect();
    expect(given.state.presence(id)).toEqual({ isOnline: true, hasSession: false });
  });

  it('as a whole tells its plugs only that they are out of order', () => {
    const given = new GivenState().connect('occupied');
    given.tell({ kind: 'evse status', evseNumber: 0, status: 'available', fault: undefined });
    expect(given.record.status).toBe('occupied');
    given.tell({ kind: 'evse status', evseNumber: 0, status: 'faulted', fault: 'GroundFailure' });
    expect(given.record).toMatchObject({ status: 'faulted', fault: 'GroundFailure' });
  });

  it('that says a plug is free ends whatever an earlier process set there', () => {
    const given = new GivenState();
    expect(given.ledger.isKnown(id, given.clock.monotonicMs())).toBe(false);
    given.connect('available');
    expect(given.ledger.isKnown(id, given.clock.monotonicMs())).toBe(true);
  });
});

describe('a session', () => {
  it('begins, changes and ends, and every step is told', () => {
    const given = new GivenState().connect().begin();
    given.tell({
      kind: 'session changed',
      transactionId: 'T1',
      evseNumber: 1,
      state: 'charging',
      tokenId: '04A2',
    });
    given.measure(10, { energyWh: 800 });
    given.tell({ kind: 'session ended', transactionId: 'T1', reason: 'Local', endedAtMs: 7, energyWh: 900 });
    expect(given.sessions.map(({ state, tokenId, energyWh }) => [state, tokenId, energyWh])).toEqual([
      ['authorised', undefined, 0],
      ['charging', '04A2', 0],
      ['charging', '04A2', 800],
      ['finished', '04A2', 900],
    ]);
    expect(given.sessions.at(-1)).toMatchObject({ endReason: 'Local', endedAtMs: 7 });
    expect(given.state.sessions()).toEqual([]);
  });

  it('told twice begins once', () => {
    const given = new GivenState().connect().begin().begin();
    expect(given.sessions).toHaveLength(1);
  });

  it('takes the place of one that was never ended', () => {
    const given = new GivenState().connect().begin('T1').set(16).begin('T2');
    expect(given.sessions.map(({ transactionId, endReason }) => [transactionId, endReason])).toEqual([
      ['T1', undefined],
      ['T1', 'superseded'],
      ['T2', undefined],
    ]);
    expect(given.ledger.lease(id)).toBeUndefined();
  });

  it('at an EVSE that is not in the config is none', () => {
    const given = new GivenState().connect();
    const begun = { evseNumber: 7, transactionId: 'T1', tokenId: undefined, startedAtMs: 0 };
    given.tell({ kind: 'session started', ...begun });
    expect(given.sessions).toEqual([]);
  });

  it('that ends twice, or was never there, ends nothing else', () => {
    const given = new GivenState().connect().begin('T2');
    given.tell({
      kind: 'session ended',
      transactionId: 'T1',
      reason: 'Local',
      endedAtMs: 0,
      energyWh: undefined,
    });
    expect(given.state.sessions()).toHaveLength(1);
  });

  it('that ran before us is taken up, at its own station only', () => {
    const given = new GivenState();
    const session: Session = {
      ...(new GivenState().connect().begin('T9').sessions[0] ?? fail()),
      id: sessionId('CP-A1~T9'),
    };
    given.state.adoptSession({ ...session, stationId: stationId('CP-A2') });
    expect(given.state.sessions()).toEqual([]);
    given.state.adoptSession(session);
    given.connect('occupied').begin('T9');
    expect(given.state.sessions()).toEqual([session]);
    expect(given.sessions).toEqual([]);
  });

  it('takes a wish, and refuses one for a session that does not run', () => {
    const given = new GivenState().connect().begin();
    expect(given.state.changeSession(sessionId('CP-A1~T1'), { priority: 3 })?.priority).toBe(3);
    expect(given.state.sessions()[0]?.priority).toBe(3);
    expect(given.state.changeSession(sessionId('CP-A1~T2'), { priority: 3 })).toBeUndefined();
  });
});

describe('what a car makes of its setpoint', () => {
  const settled = (setpointAmps: number): GivenState => {
    const given = new GivenState().connect().setStanding(6).begin().set(setpointAmps);
    given.clock.advance(followMs);
    return given;
  };

  it('is left unused from the first measurement that shows it, once the car had time to follow', () => {
    const given = new GivenState().connect().setStanding(6).begin().set(16);
    given.clock.advance(followMs - 1);
    expect(given.measure(10).record.leftUnusedSinceMs).toBeUndefined();
    given.clock.advance(1);
    const sinceMs = given.clock.monotonicMs();
    expect(given.measure(10).record.leftUnusedSinceMs).toBe(sinceMs);
    given.clock.advance(10_000);
    expect(given.measure(9).record.leftUnusedSinceMs).toBe(sinceMs);
  });

  it('is used again as soon as the car takes all', () => {
    expect(settled(16).measure(10).measure(15).record.leftUnusedSinceMs).toBeUndefined();
  });

  it('is overdrawn by what it takes beyond, until a measurement shows otherwise', () => {
    const given = settled(16).measure(17);
    expect(given.record.overdrawAmps).toBe(1);
    given.set(10);
    expect(given.measure(17).record.overdrawAmps).toBe(1);
    given.clock.advance(followMs);
    expect(given.measure(10).record.overdrawAmps).toBe(0);
  });

  it('is forgotten with the car', () => {
    const given = settled(16).measure(20);
    given.tell({
      kind: 'session ended',
      transactionId: 'T1',
      reason: 'Local',
      endedAtMs: 0,
      energyWh: undefined,
    });
    expect(given.record).toMatchObject({ draw: undefined, overdrawAmps: 0, isOn: false });
  });
});

describe('an answer', () => {
  it('says when the setpoint went up or down, and since when the car is on', () => {
    const given = new GivenState().connect().begin();
    given.clock.advance(1_000);
    const onMs = given.clock.monotonicMs();
    given.set(16);
    expect(given.record).toMatchObject({ isOn: true, sinceMs: onMs, settledAtMs: onMs + followMs });
    given.clock.advance(1_000);
    given.set(10);
    expect(given.record).toMatchObject({ isOn: true, sinceMs: onMs, loweredAtMs: onMs + 1_000 });
    given.clock.advance(1_000);
    given.set(0);
    expect(given.record).toMatchObject({ isOn: false, sinceMs: onMs + 2_000, waitingSinceMs: onMs + 2_000 });
  });

  it('that refuses a lease puts the EVSE off for a while, and the next one that is taken ends that', () => {
    const given = new GivenState().connect().begin().set(16, 'rejected');
    expect(given.record.refusal?.retryAtMs).toBe(given.clock.monotonicMs() + 10_000);
    given.set(16);
    expect(given.record.refusal).toBeUndefined();
  });

  it('that refuses a standing profile puts off that alone', () => {
    const given = new GivenState().connect().setStanding(6, 'rejected');
    expect(given.record.refusal).toBeUndefined();
    expect(given.record.standingRetryAtMs).toBe(given.clock.monotonicMs() + 10_000);
    expect(given.standing).toEqual([]);
    given.setStanding(6);
    expect(given.record.standingRetryAtMs).toBeUndefined();
    expect(given.standing).toEqual([{ evseId: 'A1', amps: 6 }]);
  });

  it('is waited for no longer once the station is back', () => {
    const given = new GivenState().connect().begin().set(16, 'timed-out').connect('occupied');
    expect(given.record.refusal).toBeUndefined();
  });

  it('that nobody gives counts as none after three minutes', () => {
    const given = new GivenState().connect().begin();
    const nowMs = given.clock.monotonicMs();
    given.ledger.sent({
      kind: 'lease',
      siteId: siteId('garage'),
      stationId: stationId('CP-A1'),
      evseId: id,
      evseNumber: 1,
      epoch: 1,
      sequence: 9,
      sentAtMs: nowMs,
      expiresAtMs: nowMs,
      schedule: { unit: 'A', phaseVolts: 230, phaseCount: 3, stackLevel: 0, leaseForm: 'tail' },
      transactionId: 'T1',
      setpointAmps: 16,
      tailAmps: 6,
      leaseMs: 120_000,
    });
    given.clock.advance(180_000);
    given.state.failOverdueCommands();
    expect(given.ledger.inFlight(id)).toBeDefined();
    given.clock.advance(1);
    given.state.failOverdueCommands();
    expect(given.ledger.inFlight(id)).toBeUndefined();
    expect(given.ledger.isSilent(id)).toBe(true);
  });
});

describe('an EVSE number', () => {
  it('tells the EVSEs of one station apart', () => {
    const station = stationId('CP-A1');
    const evses = [givenEvse({ station }), givenEvse({ id: evseId('A2'), station, number: 2 })];
    const given = new GivenState(givenSite({ evses })).connect('occupied');
    expect([given.record.status, given.state.evse(evseId('A2')).status]).toEqual(['occupied', 'unknown']);
  });
});

function fail(): never {
  throw new Error('a session began');
}
