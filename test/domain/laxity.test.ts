import { describe, expect, it } from 'vitest';
import { laxityMs } from '../../src/domain/laxity.ts';
import type { Session } from '../../src/domain/session.ts';
import { givenEvse } from '../control/givenSite.ts';

const hourMs = 3_600_000;
const evse = givenEvse({ maxAmps: 32 });

/** Departs in four hours and still wants 22.08 kWh, which takes one hour at 3 x 32 A. Each test changes what it is about. */
const given = (change: Partial<Session> = {}) =>
  laxityMs({
    session: { departureAtMs: 4 * hourMs, wantedEnergyWh: 30_000, energyWh: 7_920, ...change } as Session,
    evse,
    supply: { system: 'TN', phaseVolts: 230 },
    nowMs: 0,
  });

describe('the laxity of a session', () => {
  it('is the time to its departure less what it takes at full power', () => {
    expect(given()).toBeCloseTo(3 * hourMs, 0);
  });

  it('is negative when it can no longer be served in time', () => {
    expect(given({ departureAtMs: hourMs / 2 })).toBeCloseTo(-hourMs / 2, 0);
  });

  it('is the whole time once it has all it wanted', () => {
    expect(given({ energyWh: 31_000 })).toBe(4 * hourMs);
  });

  it.each([{ departureAtMs: undefined }, { wantedEnergyWh: undefined }])(
    'is unknown without %o',
    (change) => {
      expect(given(change)).toBeUndefined();
    },
  );
});
