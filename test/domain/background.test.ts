import { describe, expect, it } from 'vitest';
import { type BackgroundInput, background } from '../../src/domain/background.ts';
import { everyPhase, noAmps } from '../../src/domain/phases.ts';

/** 30 A on a 63 A connection of which the cars draw exactly 10 A, after an estimate of 20 A. Each test changes its part. */
const given = (change: Partial<BackgroundInput> = {}): BackgroundInput => ({
  measures: 'total',
  metered: { amps: [30, 30, 30], atMs: 1_000 },
  charging: drawn(10, 10),
  partsFactor: 1,
  previous: { amps: everyPhase(20), basis: 'measured', doubtedSinceMs: undefined },
  assumedAmps: 15,
  limitAmps: everyPhase(63),
  nowMs: 1_000,
  ...change,
});

/** Cars that drew between two values and told `toldAmps`, the oldest of them at 900 ms. */
const drawn = (lowAmps: number, highAmps: number, toldAmps = highAmps): BackgroundInput['charging'] => ({
  lowAmps: everyPhase(lowAmps),
  highAmps: everyPhase(highAmps),
  toldAmps: everyPhase(toldAmps),
  toldAtMs: 900,
});

const silent = { amps: [undefined, undefined, undefined], atMs: undefined } as const;

describe('the background of a metered circuit', () => {
  it('is what the meter shows less what the cars draw', () => {
    expect(background(given({ previous: undefined }))).toEqual({
      amps: [20, 20, 20],
      basis: 'measured',
      doubtedSinceMs: undefined,
    });
  });

  it('is all that no car can explain when nothing was known before', () => {
    expect(background(given({ previous: undefined, charging: drawn(4, 16) })).amps).toEqual([26, 26, 26]);
  });

  it('is more than the meter shows by what cars feed back, so that it is lent to nobody', () => {
    const feeding = { charging: drawn(-10, -10), metered: metered(20) };
    expect(background(given(feeding)).amps).toEqual([30, 30, 30]);
    expect(background(given({ ...feeding, previous: undefined })).amps).toEqual([30, 30, 30]);
    // They may have stopped since.
    expect(background(given({ ...feeding, charging: drawn(-10, 0) })).amps).toEqual([20, 20, 20]);
  });

  it('stays while a rise of the total may be cars that were just given more', () => {
    expect(background(given({ metered: metered(36), charging: drawn(10, 16) })).amps).toEqual([20, 20, 20]);
  });

  it('stays while a fall of the total may be cars that were just given less', () => {
    expect(background(given({ metered: metered(26), charging: drawn(6, 10) })).amps).toEqual([20, 20, 20]);
  });

  it('rises at once by what no car can explain', () => {
    expect(background(given({ metered: metered(45), charging: drawn(10, 16) })).amps).toEqual([29, 29, 29]);
  });

  it('falls at once by what no car can explain', () => {
    expect(background(given({ metered: metered(20), charging: drawn(6, 10) })).amps).toEqual([14, 14, 14]);
  });

  it('is judged for each phase', () => {
    expect(background(given({ metered: { amps: [30, 40, 25], atMs: 1_000 } })).amps).toEqual([20, 30, 15]);
  });

  it('of a meter that sees the background alone is what it shows', () => {
    const input = given({ measures: 'background', metered: { amps: [7, 0, -5], atMs: 1_000 } });
    expect(background(input).amps).toEqual([7, 0, 0]);
  });

  it('is nothing while the sun exports: PV is lent to no car', () => {
    expect(background(given({ metered: metered(-20), previous: undefined })).amps).toEqual([0, 0, 0]);
    expect(
      background(given({ metered: metered(4), charging: drawn(10, 10), previous: undefined })).amps,
    ).toEqual([0, 0, 0]);
  });
});

describe('a rise that cars may explain but did not tell', () => {
  const rise = { metered: metered(36), charging: drawn(10, 20, 10) };

  it('is doubted from when it is seen', () => {
    expect(background(given({ ...rise, nowMs: 5_000 }))).toMatchObject({
      amps: [20, 20, 20],
      doubtedSinceMs: 5_000,
    });
  });

  it('is not doubted within the measuring error of half an ampere', () => {
    const input = given({ metered: metered(30.5), charging: drawn(10, 20, 10) });
    expect(background(input).doubtedSinceMs).toBeUndefined();
    expect(background({ ...input, metered: metered(30.51) }).doubtedSinceMs).toBe(1_000);
  });

  it('stays a doubt while one car has not told its draw since', () => {
    const previous = { amps: everyPhase(20), basis: 'measured', doubtedSinceMs: 901 } as const;
    expect(background(given({ ...rise, previous, nowMs: 9_000 }))).toMatchObject({
      amps: [20, 20, 20],
      doubtedSinceMs: 901,
    });
  });

  it('is background once every car has told its draw since', () => {
    const previous = { amps: everyPhase(20), basis: 'measured', doubtedSinceMs: 900 } as const;
    expect(background(given({ ...rise, previous, nowMs: 9_000 }))).toMatchObject({
      amps: [26, 26, 26],
      doubtedSinceMs: undefined,
    });
  });

  it('is background at once while the total is over the limit, and not at the limit', () => {
    expect(background(given({ ...rise, limitAmps: everyPhase(36) })).amps).toEqual([20, 20, 20]);
    expect(background(given({ ...rise, limitAmps: everyPhase(35.9) })).amps).toEqual([26, 26, 26]);
  });

  it('is no doubt when the cars told it themselves', () => {
    expect(
      background(given({ metered: metered(36), charging: drawn(10, 20, 16) })).doubtedSinceMs,
    ).toBeUndefined();
  });
});

describe('the background of a silent meter', () => {
  it('is the assumed one', () => {
    expect(background(given({ metered: silent, previous: undefined }))).toMatchObject({
      amps: [15, 15, 15],
      basis: 'assumed',
    });
  });

  it('is the last estimate where that was higher, so that silence raises nobody', () => {
    expect(background(given({ metered: silent })).amps).toEqual([20, 20, 20]);
  });

  it('is assumed on the silent phase alone', () => {
    const input = given({ metered: { amps: [40, undefined, 25], atMs: 1_000 }, previous: undefined });
    expect(background(input)).toMatchObject({ amps: [30, 15, 15], basis: 'assumed' });
  });

  it('is never doubted', () => {
    const input = given({ metered: silent, charging: { ...drawn(0, 0), toldAmps: noAmps } });
    expect(background(input).doubtedSinceMs).toBeUndefined();
  });
});

function metered(amps: number): BackgroundInput['metered'] {
  return { amps: [amps, amps, amps], atMs: 1_000 };
}
