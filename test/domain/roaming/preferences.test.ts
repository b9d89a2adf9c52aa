import { describe, expect, it } from 'vitest';
import { fraction, zero } from '../../../src/domain/pricing/fraction.ts';
import type { ChargingPreferences } from '../../../src/domain/roaming/chargingProfile.ts';
import { type PreferenceTerms, preferencesRefusal } from '../../../src/domain/roaming/preferences.ts';
import type { Tariff, TariffType } from '../../../src/domain/roaming/tariff.ts';

const hourMs = 3_600_000;

const tariff = (id: string, type?: TariffType): Tariff => ({
  ...{ countryCode: 'SE', partyId: 'GRG', id, currency: 'EUR', taxIncluded: 'NO', altText: [], elements: [] },
  ...(type !== undefined && { type }),
  lastUpdatedMs: 0,
});

/** A site that knows everything, an EVSE with a tariff for each profile, and a driver in no need. */
function refusal(wish: Partial<ChargingPreferences>, change: Partial<PreferenceTerms> = {}) {
  const tariffs = [
    tariff('T1'),
    tariff('cheap', 'PROFILE_CHEAP'),
    tariff('fast', 'PROFILE_FAST'),
    tariff('green', 'PROFILE_GREEN'),
  ];
  const known = { tariffs, hasPrices: true, knowsGreen: true };
  const terms = { ...known, maxWatts: 11_000, chargedKwh: zero, nowMs: hourMs, ...change };
  return preferencesRefusal({ profileType: 'REGULAR', isDischargeAllowed: false, ...wish }, terms);
}

const later = { departureMs: 9 * hourMs, energyNeedKwh: fraction(40) };

describe('charging preferences', () => {
  it.each(['CHEAP', 'FAST', 'GREEN', 'REGULAR'] as const)('can be %s where all is told', (profileType) => {
    expect(refusal({ profileType, ...later })).toBeUndefined();
  });

  it.each(['CHEAP', 'GREEN'] as const)('of %s need a departure and an energy', (profileType) => {
    expect(refusal({ profileType, energyNeedKwh: fraction(40) })).toBe('DEPARTURE_REQUIRED');
    expect(refusal({ profileType, departureMs: 9 * hourMs })).toBe('ENERGY_NEED_REQUIRED');
  });

  it.each(['FAST', 'REGULAR'] as const)('of %s need neither', (profileType) => {
    expect(refusal({ profileType })).toBeUndefined();
  });

  it.each(['CHEAP', 'FAST', 'GREEN'] as const)('of %s need a tariff of their own', (profileType) => {
    expect(refusal({ profileType, ...later }, { tariffs: [tariff('T1')] })).toBe(
      'PROFILE_TYPE_NOT_SUPPORTED',
    );
  });

  it('are cheap where somebody tells prices alone, and green where somebody tells how clean energy is', () => {
    expect(refusal({ profileType: 'CHEAP', ...later }, { hasPrices: false })).toBe(
      'PROFILE_TYPE_NOT_SUPPORTED',
    );
    expect(refusal({ profileType: 'GREEN', ...later }, { knowsGreen: false })).toBe(
      'PROFILE_TYPE_NOT_SUPPORTED',
    );
  });

  it('are not possible with a departure that is over', () => {
    expect(refusal({ departureMs: hourMs })).toBe('NOT_POSSIBLE');
    expect(refusal({ departureMs: hourMs + 1 })).toBeUndefined();
  });

  it('are not possible where the EVSE could not give so much until then', () => {
    const departureMs = 3 * hourMs;
    expect(refusal({ departureMs, energyNeedKwh: fraction(22) })).toBeUndefined();
    expect(refusal({ departureMs, energyNeedKwh: fraction('22.001') })).toBe('NOT_POSSIBLE');
    // What was charged before counts.
    const chargedKwh = fraction(1);
    expect(refusal({ departureMs, energyNeedKwh: fraction(23) }, { chargedKwh })).toBeUndefined();
  });
});
