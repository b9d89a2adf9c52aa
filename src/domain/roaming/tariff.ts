import type { Fraction } from '../pricing/fraction.ts';
import type { PriceRules } from '../pricing/tariff.ts';
import type { DisplayText, EnergyMix, Party } from './common.ts';
import type { ProfileType } from './token.ts';

/** For which sessions a tariff is meant: paid on the spot, or by the profile that the driver prefers. */
export type TariffType = 'AD_HOC_PAYMENT' | 'PROFILE_CHEAP' | 'PROFILE_FAST' | 'PROFILE_GREEN' | 'REGULAR';

/** A tariff as parties tell it to each other. Its id is unique within the party. */
export interface Tariff extends Party, PriceRules {
  /** Any session when missing. */
  readonly type?: TariffType;
  readonly altText: readonly DisplayText[];
  readonly altUrl?: string;
  readonly startsAtMs?: number;
  readonly endsAtMs?: number;
  readonly energyMix?: EnergyMix;
  /** What a payment terminal reserves on the card before a session. */
  readonly preauthorizeAmount?: Fraction;
  readonly lastUpdatedMs: number;
}

/** Of the tariffs of an EVSE, the one for sessions of a profile; undefined where it has none. */
export const tariffFor = (
  tariffs: readonly Tariff[],
  profile: ProfileType | undefined,
): Tariff | undefined =>
  profile === undefined || profile === 'REGULAR'
    ? tariffs[0]
    : tariffs.find(({ type }) => type === `PROFILE_${profile}`);
