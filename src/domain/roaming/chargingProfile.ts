import type { Fraction } from '../pricing/fraction.ts';
import type { ProfileType } from './token.ts';

/** A bound over time on one session: the most it may draw, not what it shall. */
export interface RoamingProfile {
  /** The start of the charge where missing. */
  readonly startsAtMs?: number;
  /** The last period runs on where missing. */
  readonly durationS?: number;
  /** Amps are of each phase; watts are of all. */
  readonly unit: 'W' | 'A';
  readonly minRate?: Fraction;
  readonly periods: readonly { readonly startS: number; readonly limit: Fraction }[];
}

export interface SetChargingProfile {
  readonly profile: RoamingProfile;
  readonly responseUrl: string;
}

/** What a session may draw as things stand, all limits counted. */
export interface ActiveChargingProfile {
  readonly startsAtMs: number;
  readonly profile: RoamingProfile;
}

/** The owner's answer at once; the outcome follows within the time told. */
export interface ChargingProfileResponse {
  readonly result: 'ACCEPTED' | 'NOT_SUPPORTED' | 'REJECTED' | 'TOO_OFTEN' | 'UNKNOWN_SESSION';
  readonly timeoutS: number;
}

/** The outcome of setting or clearing a profile, or of asking for the active one. */
export interface ChargingProfileResult {
  readonly result: 'ACCEPTED' | 'REJECTED' | 'UNKNOWN';
  /** Where it was asked for. */
  readonly profile?: ActiveChargingProfile;
}

/** What a driver wishes for a session. */
export interface ChargingPreferences {
  readonly profileType: ProfileType;
  readonly departureMs?: number;
  readonly energyNeedKwh?: Fraction;
  readonly isDischargeAllowed: boolean;
}
