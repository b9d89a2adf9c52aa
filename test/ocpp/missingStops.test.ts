import { describe, expect, it } from 'vitest';
import { type MissingStop, MissingStops } from '../../src/ocpp/missingStops.ts';
import { StationMemory } from '../../src/ocpp/stationMemory.ts';
import { VirtualClock } from '../virtualClock.ts';

/** Transaction 7 runs at EVSE 1, where a car is plugged in. */
function given() {
  const clock = new VirtualClock(1_000_000);
  const memory = new StationMemory();
  const missing: MissingStop[] = [];
  const limits = { idleGraceMs: 120_000, bootGraceMs: 600_000 };
  const stops = new MissingStops(limits, { clock, memory }, (stop) => missing.push(stop));
  const begin = { tokenId: 'T1', startedAtMs: clock.nowMs(), startRegisterWh: 0 };
  memory.started({ transactionId: '7', evseNumber: 1, ...begin });
  stops.heardOf('7');
  stops.statusOf(1, 'occupied');
  return { clock, memory, missing, stops };
}

describe('a transaction whose end was never told', () => {
  it('is over since its EVSE is free, after two minutes of it', () => {
    const { clock, missing, stops } = given();
    clock.advance(10_000);
    stops.statusOf(1, 'available');
    clock.advance(119_999);
    expect(missing).toEqual([]);
    clock.advance(1);
    expect(missing).toEqual([{ transactionId: '7', atMs: 1_010_000 }]);
  });

  it('runs on when it gives a sign of life', () => {
    const { clock, missing, stops } = given();
    stops.statusOf(1, 'available');
    clock.advance(60_000);
    stops.heardOf('7');
    clock.advance(600_000);
    expect(missing).toEqual([]);
  });

  it('is over when it ran before a restart of ours, and its EVSE is free after it', () => {
    const { clock, memory, missing } = given();
    const limits = { idleGraceMs: 120_000, bootGraceMs: 600_000 };
    const later = new MissingStops(limits, { clock, memory }, (stop) => missing.push(stop));
    later.statusOf(1, 'available');
    clock.advance(120_000);
    expect(missing).toMatchObject([{ transactionId: '7' }]);
  });

  it('is not in doubt at an EVSE where nothing was plugged in yet', () => {
    const { clock, missing, stops, memory } = given();
    memory.started({
      ...{ transactionId: '8', evseNumber: 2, tokenId: 'T2', startedAtMs: 0, startRegisterWh: 0 },
    });
    stops.statusOf(2, 'available');
    clock.advance(600_000);
    expect(missing).toEqual([]);
  });

  it('did not survive the boot of its station when nothing is heard of it for ten minutes', () => {
    const { clock, missing, stops } = given();
    clock.advance(30_000);
    stops.booted();
    clock.advance(600_000);
    expect(missing).toEqual([{ transactionId: '7', atMs: 1_000_000 }]);
  });

  it('waits for nobody once it is stopped, twice', () => {
    const { clock, missing, stops } = given();
    stops.booted();
    stops.stop();
    stops.stop();
    clock.advance(600_000);
    expect(missing).toEqual([]);
  });
});
