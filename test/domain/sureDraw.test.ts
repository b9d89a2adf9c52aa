import { describe, expect, it } from 'vitest';
import type { Draw, DrawSample } from '../../src/domain/draw.ts';
import { everyPhase } from '../../src/domain/phases.ts';
import { compared, nothingDrawn, type SureDraw, sureDraw } from '../../src/domain/sureDraw.ts';
import { givenEvse } from '../control/givenSite.ts';

const sample = (amps: number, arrivedAtMs: number): DrawSample => ({
  amps: everyPhase(amps),
  arrivedAtMs,
  leastAllowedAmps: 0,
});
/** 16 A told at 10 s and 10 A at 20 s. */
const draw: Draw = { ...sample(10, 20_000), earlier: [sample(16, 10_000)] };

type Input = Parameters<typeof sureDraw>[0];
const given = (change: Partial<Input> = {}): SureDraw =>
  sureDraw({
    evse: givenEvse(),
    supply: { system: 'TN', phaseVolts: 230 },
    draw,
    isOnline: true,
    hasSession: true,
    settledAtMs: 0,
    atMs: 15_000,
    ...change,
  });
const anything = { lowAmps: [0, 0, 0], highAmps: [32, 32, 32] };

describe('what an EVSE surely drew at an instant', () => {
  it('lies between the measurements before and after it', () => {
    expect(given()).toEqual({ lowAmps: [10, 10, 10], highAmps: [16, 16, 16], isTold: true });
  });

  it('is the measurement of that instant', () => {
    expect(given({ draw: { ...sample(10, 20_000), earlier: [sample(16, 15_000)] } })).toMatchObject({
      highAmps: [16, 16, 16],
    });
  });

  it('is anything until it was told', () => {
    expect(given({ atMs: 20_000 })).toEqual({ ...anything, isTold: false });
    expect(given({ draw: undefined })).toEqual({ ...anything, isTold: false });
  });

  it('is anything before the measurements that are kept', () => {
    expect(given({ atMs: 9_999 })).toEqual({ ...anything, isTold: true });
  });

  it('is anything while its car follows a new setpoint', () => {
    expect(given({ settledAtMs: 15_001 })).toEqual({ ...anything, isTold: true });
  });

  it('is nothing without a car, unless one just left or the station is offline', () => {
    const empty = { hasSession: false, draw: undefined };
    expect(given(empty)).toEqual(nothingDrawn);
    expect(given({ ...empty, settledAtMs: 15_001 })).toMatchObject(anything);
    expect(given({ ...empty, isOnline: false })).toMatchObject(anything);
  });
});

describe('a reading', () => {
  const metered = { amps: everyPhase(30), atMs: 15_000 };
  const reading = { amps: everyPhase(30), atMs: 15_000 };
  const at = (nowMs: number, isTold: boolean) => ({
    metered,
    drawnAt: () => ({ ...nothingDrawn, isTold }),
    nowMs,
    waitMs: 30_000,
  });

  it('waits until every car has told its draw', () => {
    expect(compared(undefined, at(15_000, true))).toEqual({ pending: reading, comparison: undefined });
    expect(compared(reading, at(20_000, false))).toEqual({ pending: reading, comparison: undefined });
    expect(compared(reading, at(20_000, true)).comparison).toEqual({ ...reading, drawn: nothingDrawn });
  });

  it('waits no longer than a measurement is good for', () => {
    expect(compared(reading, at(44_999, false)).comparison).toBeUndefined();
    expect(compared(reading, at(45_000, false)).comparison).toBeDefined();
  });
});
