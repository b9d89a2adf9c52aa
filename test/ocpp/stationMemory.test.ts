import { describe, expect, it } from 'vitest';
import { nothingLive } from '../../src/ocpp/liveNews.ts';
import type { StartedTransaction } from '../../src/ocpp/openTransaction.ts';
import type { SampledMeasurement } from '../../src/ocpp/sampledValues.ts';
import { StationMemory } from '../../src/ocpp/stationMemory.ts';

const started = (change: Partial<StartedTransaction> = {}): StartedTransaction => ({
  transactionId: '7',
  evseNumber: 1,
  tokenId: 'T1',
  startedAtMs: 1000,
  startRegisterWh: 5000,
  ...change,
});

const values = (change: Partial<SampledMeasurement> = {}): SampledMeasurement => ({
  ...nothingLive,
  registerWh: undefined,
  beginRegisterWh: undefined,
  ...change,
});

const measured = (change: Partial<SampledMeasurement> = {}, isLive = true) =>
  [[{ takenAtMs: 2000, values: values(change) }], { evseNumber: 1, transactionId: '7', isLive }] as const;

describe('the memory of a station', () => {
  it('tells a start once, however often it is repeated', () => {
    const memory = new StationMemory();
    expect(memory.started(started())).toEqual([
      { kind: 'session started', transactionId: '7', evseNumber: 1, tokenId: 'T1', startedAtMs: 1000 },
    ]);
    expect(memory.started(started())).toEqual([]);
  });

  it('turns the register into the energy of the session', () => {
    const memory = new StationMemory();
    memory.started(started());
    expect(memory.measured(...measured({ registerWh: 5600 }))).toMatchObject([{ energyWh: 600 }]);
    expect(
      memory.ended('7', { reason: 'Local', endedAtMs: 3000, values: values({ registerWh: 6200 }) }),
    ).toEqual([
      { kind: 'session ended', transactionId: '7', reason: 'Local', endedAtMs: 3000, energyWh: 1200 },
    ]);
  });

  it('counts from the first register it sees where the start told none', () => {
    const memory = new StationMemory();
    memory.started(started({ startRegisterWh: undefined }));
    expect(memory.measured(...measured({ registerWh: 5000 }))).toMatchObject([{ energyWh: 0 }]);
    expect(memory.measured(...measured({ registerWh: 5400 }))).toMatchObject([{ energyWh: 400 }]);
  });

  it('goes on counting after the meter was reset, without what flowed unmeasured', () => {
    const memory = new StationMemory();
    memory.started(started());
    memory.measured(...measured({ registerWh: 5600 }));
    expect(memory.measured(...measured({ registerWh: 10 }))).toMatchObject([{ energyWh: 600 }]);
    expect(memory.measured(...measured({ registerWh: 110 }))).toMatchObject([{ energyWh: 700 }]);
  });

  it('does not mind a register that is zero for once', () => {
    const memory = new StationMemory();
    memory.started(started());
    memory.measured(...measured({ registerWh: 5600 }));
    expect(memory.measured(...measured({ registerWh: 0 }))).toMatchObject([{ energyWh: 600 }]);
    expect(memory.measured(...measured({ registerWh: 5700 }))).toMatchObject([{ energyWh: 700 }]);
  });

  it('goes on with a transaction of an earlier process, its energy included', () => {
    const memory = new StationMemory();
    const resumed = { ...started({ startRegisterWh: undefined }), state: 'charging' } as const;
    memory.resume([
      { ...resumed, isRefused: false, wasSeenStarting: true, energyWh: 600, lastRegisterWh: 5600 },
    ]);
    expect(memory.transactionAt(1)).toBe('7');
    expect(memory.started(started())).toEqual([]);
    expect(memory.measured(...measured({ registerWh: 5900 }))).toMatchObject([{ energyWh: 900 }]);
  });

  it('keeps from the control what began before the transaction that runs', () => {
    const memory = new StationMemory();
    memory.started(started({ transactionId: '8', startedAtMs: 5000 }));
    expect(memory.started(started({ transactionId: '7', startedAtMs: 1000 }))).toEqual([]);
    expect(memory.transactionAt(1)).toBe('8');
    expect(memory.measured(...measured({ amps: [16] }))).toMatchObject([{ amps: undefined }]);
  });

  it('brings back a transaction that it presumed over, when it gives a sign of life', () => {
    const memory = new StationMemory();
    memory.started(started());
    const end = { reason: 'StopMissing', endedAtMs: 3000 };
    expect(memory.presumedEnded('7', end)).toMatchObject([{ kind: 'session ended', ...end }]);
    expect(memory.presumedEnded('7', end)).toEqual([]);
    expect(memory.heardOf('7', 1, 4000)).toMatchObject([
      { kind: 'session started', transactionId: '7', tokenId: 'T1', startedAtMs: 1000 },
    ]);
  });

  it('knows a message that came out of its order', () => {
    const memory = new StationMemory();
    memory.started(started());
    expect([0, 2, 1, 2, 3].map((sequence) => memory.isLate('7', sequence))).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(memory.isLate('unknown', 0)).toBe(false);
  });

  it('adopts a transaction whose start it never saw, without inventing its energy', () => {
    const memory = new StationMemory();
    expect(memory.measured(...measured({ amps: [16], registerWh: 5600 }))).toMatchObject([
      {
        kind: 'session started',
        transactionId: '7',
        evseNumber: 1,
        tokenId: undefined,
        startedAtMs: 2000,
      },
      { kind: 'measured', transactionId: '7', amps: [16], energyWh: undefined },
    ]);
    expect(memory.measured(...measured({ registerWh: 5700, beginRegisterWh: 5000 }))).toMatchObject([
      { kind: 'measured', energyWh: 700 },
    ]);
  });

  it('tells the end of a transaction it never saw, and of one it saw only once', () => {
    const memory = new StationMemory();
    const end = { reason: 'Remote', endedAtMs: 3000, values: values({ registerWh: 6000 }) };
    expect(memory.ended('8', end)).toMatchObject([{ kind: 'session ended', energyWh: undefined }]);
    expect(memory.ended('8', end)).toEqual([]);
  });

  it('does not bring an ended transaction back to life', () => {
    const memory = new StationMemory();
    memory.started(started());
    memory.ended('7', { reason: 'Local', endedAtMs: 3000, values: values() });
    expect(memory.started(started())).toEqual([]);
    expect(memory.measured(...measured())).toMatchObject([{ kind: 'measured' }]);
  });

  it('keeps only the energy of what was queued while the station was offline', () => {
    const memory = new StationMemory();
    memory.started(started());
    const offline = memory.measured(...measured({ amps: [32], powerWatts: 7000, registerWh: 5100 }, false));
    expect(offline).toMatchObject([{ amps: undefined, powerWatts: undefined, energyWh: 100 }]);
  });

  it('tells a change of state once', () => {
    const memory = new StationMemory();
    memory.started(started());
    const changed = { kind: 'session changed', transactionId: '7', evseNumber: 1, state: 'charging' };
    expect(memory.changed('7', 'charging')).toEqual([changed]);
    expect(memory.changed('7', 'charging')).toEqual([]);
    expect(memory.changed('unknown', 'charging')).toEqual([]);
  });

  it('remembers a status that came before the start of its transaction', () => {
    const memory = new StationMemory();
    expect(memory.evseStateChanged(1, 'charging')).toEqual([]);
    expect(memory.started(started())).toMatchObject([
      { kind: 'session started' },
      { kind: 'session changed', state: 'charging' },
    ]);
  });

  it('forgets the status of an EVSE that became free', () => {
    const memory = new StationMemory();
    memory.evseStateChanged(1, 'charging');
    memory.evseStateChanged(1, undefined);
    expect(memory.started(started())).toHaveLength(1);
  });

  it('tells the token of a session that began without one', () => {
    const memory = new StationMemory();
    memory.started(started({ tokenId: undefined }));
    expect(memory.identified('7', 'T9')).toMatchObject([{ kind: 'session changed', tokenId: 'T9' }]);
    expect(memory.identified('7', 'T9')).toEqual([]);
  });

  it('has an EVSE occupied while a car is at any of its connectors', () => {
    const memory = new StationMemory();
    expect(memory.connectorChanged(1, 1, 'occupied')).toBe('occupied');
    expect(memory.connectorChanged(1, 2, 'available')).toBe('occupied');
    expect(memory.connectorChanged(1, 1, 'faulted')).toBe('available');
    expect(memory.connectorChanged(1, 2, 'faulted')).toBe('faulted');
  });

  it('knows the EVSE of a station that only has one', () => {
    const memory = new StationMemory();
    expect(memory.onlyEvse).toBeUndefined();
    memory.connectorChanged(1, 1, 'available');
    memory.connectorChanged(1, 2, 'available');
    expect(memory.onlyEvse).toBe(1);
    memory.connectorChanged(2, 1, 'available');
    expect(memory.onlyEvse).toBeUndefined();
  });

  it('is bounded: the oldest transaction that was never ended goes first', () => {
    const memory = new StationMemory();
    for (let n = 1; n <= 65; n += 1) memory.started(started({ transactionId: String(n) }));
    expect(memory.evseOf('1')).toBeUndefined();
    expect(memory.evseOf('2')).toBe(1);
    expect(memory.transactionAt(1)).toBe('65');
  });
});
