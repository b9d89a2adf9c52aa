import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import type { InstalledProfile } from '../../src/sim/chargingProfiles.ts';
import { createRandom } from '../../src/sim/random.ts';
import { shapes } from '../../src/sim/twin/shapes.ts';
import { newTwinStation, type TwinStation, truthAmps } from '../../src/sim/twin/twinStation.ts';
import { v16 } from '../../src/sim/v16.ts';

const nowMs = Date.UTC(2026, 0, 31, 12);

const profile = (change: Partial<InstalledProfile>, amps: number, durationS?: number): InstalledProfile => ({
  profileId: 1,
  stackLevel: 0,
  purpose: 'default',
  evseNumber: 0,
  transactionKey: undefined,
  validFromMs: undefined,
  validToMs: undefined,
  kind: 'absolute',
  schedule: { unit: 'A', startMs: nowMs, durationS, periods: [{ startS: 0, limit: amps, phaseCount: 3 }] },
  ...change,
});

/** A station without a car that holds a low default and, for a lease, nothing as a whole. */
function given(change: Partial<TwinStation> = {}): TwinStation {
  const loaded = parseConfig(JSON.stringify(shapes['one']?.config), 'one', {});
  const [site] = loaded.sites;
  const [first] = site?.evses ?? [];
  if (site === undefined || first === undefined) throw new Error('the shape has no EVSE');
  const id = first.station;
  const twin = newTwinStation({
    id,
    site,
    codec: v16,
    random: createRandom(1),
    meterIntervalS: 10,
    nowMs,
  });
  const profiles = [profile({}, 6), profile({ profileId: 2, purpose: 'max' }, 0, 120)];
  return { ...twin, station: { ...twin.station, profiles }, ...change };
}

describe('the most that may be in force at a station of the twin', () => {
  it('is nothing without a car while the service would hear of one', () => {
    expect(truthAmps(given({ isToldOnline: true }), 0, nowMs)).toBe(0);
  });

  it('is its default while the service would not, also where a maximum of the whole station hides it for a while', () => {
    expect(truthAmps(given(), 0, nowMs)).toBe(6);
    expect(truthAmps(given(), 0, nowMs + 121_000)).toBe(6);
  });
});
