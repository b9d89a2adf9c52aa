import { type Fraction, fraction, times } from '../../domain/pricing/fraction.ts';
import type {
  ActiveChargingProfile,
  ChargingPreferences,
  ChargingProfileResponse,
  ChargingProfileResult,
  RoamingProfile,
  SetChargingProfile,
} from '../../domain/roaming/chargingProfile.ts';
import { assumed, type Codec, list, object, optional, required } from '../codec.ts';
import { decimal, flag, instant, integer, oneOf, url } from '../values.ts';
import { profileType } from './token.ts';

/** One decimal, rounded down: the sum of what is told must never be more than what there is. */
const rate: Codec<Fraction> = {
  ...decimal(0),
  write: (value) => {
    const { numerator, denominator } = times(value, fraction(10));
    return Number(numerator / denominator) / 10;
  },
};

// The module is the same text in both versions, so it stands once.
export const chargingProfile = object<RoamingProfile>({
  startsAtMs: optional('start_date_time', instant),
  durationS: optional('duration', integer(0)),
  unit: required('charging_rate_unit', oneOf(['W', 'A'])),
  minRate: optional('min_charging_rate', rate),
  periods: list(
    'charging_profile_period',
    object<RoamingProfile['periods'][number]>({
      startS: required('start_period', integer(0)),
      limit: required('limit', rate),
    }),
  ),
});

export const setChargingProfile = object<SetChargingProfile>({
  profile: required('charging_profile', chargingProfile),
  responseUrl: required('response_url', url),
});

export const activeChargingProfile = object<ActiveChargingProfile>({
  startsAtMs: required('start_date_time', instant),
  profile: required('charging_profile', chargingProfile),
});

export const chargingProfileResponse = object<ChargingProfileResponse>({
  result: required(
    'result',
    oneOf(['ACCEPTED', 'NOT_SUPPORTED', 'REJECTED', 'TOO_OFTEN', 'UNKNOWN_SESSION']),
  ),
  timeoutS: required('timeout', integer(0)),
});

export const chargingProfileResult = object<ChargingProfileResult>({
  result: required('result', oneOf(['ACCEPTED', 'REJECTED', 'UNKNOWN'])),
  profile: optional('profile', activeChargingProfile),
});

export const chargingPreferences = object<ChargingPreferences>({
  profileType: required('profile_type', profileType),
  departureMs: optional('departure_time', instant),
  energyNeedKwh: optional('energy_need', decimal(0)),
  isDischargeAllowed: assumed('discharge_allowed', flag, false),
});
