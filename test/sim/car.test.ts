import { describe, expect, it } from 'vitest';
import {
  arrive,
  type Car,
  type CarModel,
  conductorAmps,
  cutPower,
  stepCar,
  wantsCurrent,
} from '../../src/sim/car.ts';

/** A three-phase 16 A car far from full. Each test changes what it is about. */
const given = (change: Partial<CarModel> = {}): Car =>
  arrive({
    needWh: 20_000,
    maxAmps: 16,
    phaseCount: 3,
    taperWh: 4_000,
    reactionMs: 3_000,
    rampAmpsPerS: 4,
    sleepsAfterMs: undefined,
    ...change,
  });

const stepMs = 250;

/** The car after so long at a steady offer. */
function charged(car: Car, offeredAmps: number, durationMs: number, conductorCount = 3): Car {
  let stepped = car;
  for (let ms = 0; ms < durationMs; ms += stepMs) {
    stepped = stepCar(stepped, { offeredAmps, conductorCount, phaseVolts: 230 }, stepMs);
  }
  return stepped;
}

describe('a car', () => {
  it('draws nothing until it noticed the offer', () => {
    expect(charged(given(), 16, 2_750).drawAmps).toBe(0);
    expect(charged(given(), 16, 3_250).drawAmps).toBeGreaterThan(0);
  });

  it('ramps up no faster than it can', () => {
    expect(charged(given(), 16, 5_000).drawAmps).toBeLessThanOrEqual(4 * 2.25);
    expect(charged(given(), 16, 8_000).drawAmps).toBe(16);
  });

  it('takes no more than its own maximum', () => {
    expect(charged(given({ maxAmps: 13 }), 32, 20_000).drawAmps).toBe(13);
  });

  it.each([10, 6, 0])('obeys a lower offer of %d A within 5 s [IEC 61851-1]', (amps) => {
    const full = charged(given({ reactionMs: 4_750 }), 16, 20_000);
    expect(full.drawAmps).toBe(16);
    expect(charged(full, amps, 5_000).drawAmps).toBe(amps);
  });

  it('obeys an offer that falls a little every step as soon as one that falls once', () => {
    let car = charged(given({ reactionMs: 4_000 }), 16, 20_000);
    for (let step = 1; step <= 16; step += 1) {
      car = stepCar(car, { offeredAmps: 16 - step / 4, conductorCount: 3, phaseVolts: 230 }, stepMs);
    }
    expect(car.drawAmps).toBe(12);
  });

  it('draws nothing below 6 A', () => {
    expect(charged(given(), 5.9, 20_000).drawAmps).toBe(0);
    expect(charged(given(), 6, 20_000).drawAmps).toBe(6);
  });

  it('uses no more phases than it has or the outlet has', () => {
    expect(conductorAmps(charged(given({ phaseCount: 2 }), 10, 20_000), 3)).toEqual([10, 10, 0]);
    expect(conductorAmps(charged(given(), 10, 20_000, 1), 1)).toEqual([10]);
  });

  it('is delivered its draw on the phases it uses', () => {
    const full = charged(given(), 16, 20_000);
    const wh = charged(full, 16, 3_600_000 / 10).deliveredWh - full.deliveredWh;
    expect(wh).toBeCloseTo((16 * 3 * 230) / 10, 3);
  });

  it('tapers towards the end, finishes, and then wants nothing', () => {
    const start = given({ needWh: 2_000, taperWh: 1_000 });
    const [early, late, done] = [120_000, 600_000, 3_600_000].map((ms) => charged(start, 16, ms));
    expect(early?.drawAmps).toBe(16);
    expect(late?.drawAmps).toBeLessThan(8);
    expect(late?.drawAmps).toBeGreaterThan(0);
    expect(done).toMatchObject({ drawAmps: 0, deliveredWh: 2_000 });
    expect(done && wantsCurrent(done)).toBe(false);
  });

  it('sleeps after a long pause and does not wake for a new offer', () => {
    const model = { sleepsAfterMs: 60_000 };
    expect(charged(charged(given(model), 0, 59_750), 16, 20_000).drawAmps).toBe(16);
    expect(charged(charged(given(model), 0, 60_000), 16, 20_000)).toMatchObject({
      drawAmps: 0,
      isAsleep: true,
    });
  });

  it('loses its current at once when the contactor opens', () => {
    expect(cutPower(charged(given(), 16, 20_000)).drawAmps).toBe(0);
  });
});
