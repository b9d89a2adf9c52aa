import { compare, dividedBy, type Fraction, fraction, minus, ratio, times } from '../pricing/fraction.ts';
import type { ChargingPreferences } from './chargingProfile.ts';
import { type Tariff, tariffFor } from './tariff.ts';
import type { ProfileType } from './token.ts';

/** What a session can be offered. */
export interface PreferenceTerms {
  /** Those of its EVSE, the one that it is billed by first. */
  readonly tariffs: readonly Tariff[];
  /** Somebody tells what energy costs when: without that no hour is the cheapest. */
  readonly hasPrices: boolean;
  /** Somebody tells how clean energy is when, or all of it is. */
  readonly knowsGreen: boolean;
  /** The most that its EVSE gives. */
  readonly maxWatts: number;
  readonly chargedKwh: Fraction;
  readonly nowMs: number;
}

export type PreferencesRefusal =
  | 'DEPARTURE_REQUIRED'
  | 'ENERGY_NEED_REQUIRED'
  | 'NOT_POSSIBLE'
  | 'PROFILE_TYPE_NOT_SUPPORTED';

/**
 * Why what a driver wants of a session cannot be had; undefined where it can. Every profile beside the regular one needs a
 * tariff of its own [OCPI 2.2.1 mod_sessions, set charging preferences].
 */
export function preferencesRefusal(
  preferences: ChargingPreferences,
  terms: PreferenceTerms,
): PreferencesRefusal | undefined {
  const { profileType, departureMs, energyNeedKwh } = preferences;
  if (!isOffered(profileType, terms)) return 'PROFILE_TYPE_NOT_SUPPORTED';
  // Whoever waits for better hours has to tell until when, and for how much.
  const waits = profileType === 'CHEAP' || profileType === 'GREEN';
  if (waits && departureMs === undefined) return 'DEPARTURE_REQUIRED';
  if (waits && energyNeedKwh === undefined) return 'ENERGY_NEED_REQUIRED';
  return departureMs !== undefined && !isPossible(departureMs, energyNeedKwh, terms)
    ? 'NOT_POSSIBLE'
    : undefined;
}

function isOffered(profile: ProfileType, { tariffs, hasPrices, knowsGreen }: PreferenceTerms): boolean {
  switch (profile) {
    case 'REGULAR':
      return true;
    case 'CHEAP':
      return hasPrices && tariffFor(tariffs, profile) !== undefined;
    case 'GREEN':
      return knowsGreen && tariffFor(tariffs, profile) !== undefined;
    case 'FAST':
      return tariffFor(tariffs, profile) !== undefined;
    default:
      return profile satisfies never;
  }
}

const wattMsPerKwh = ratio(1000 * 3_600_000, 1);

/** Whether its EVSE could give so much until then, if it had all that it can take. */
function isPossible(
  departureMs: number,
  energyNeedKwh: Fraction | undefined,
  { maxWatts, chargedKwh, nowMs }: PreferenceTerms,
): boolean {
  if (departureMs <= nowMs) return false;
  if (energyNeedKwh === undefined) return true;
  const mostKwh = dividedBy(times(fraction(maxWatts), ratio(departureMs - nowMs, 1)), wattMsPerKwh);
  return compare(minus(energyNeedKwh, chargedKwh), mostKwh) <= 0;
}
