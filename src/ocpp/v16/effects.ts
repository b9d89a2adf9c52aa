import type { StationEffect } from '../../domain/stationEffect.ts';
import { clearedPlace, isOurProfileId } from '../setpoint.ts';
import type {
  ChangeConfigurationRequest,
  ClearChargingProfileRequest,
  RemoteStartTransactionRequest,
  SetChargingProfileRequest,
} from './messages.ts';

/** What a valid message would do to the limits of a station. */
export function effects({
  action,
  payload,
}: {
  readonly action: string;
  readonly payload: object;
}): readonly StationEffect[] {
  // The published schema of the action has checked the payload.
  switch (action) {
    case 'SetChargingProfile':
      return [setsProfile(payload as SetChargingProfileRequest)];
    case 'ClearChargingProfile':
      return [clearsProfiles(payload as ClearChargingProfileRequest)];
    case 'RemoteStartTransaction':
      return 'chargingProfile' in (payload as RemoteStartTransactionRequest)
        ? [{ kind: 'starts with profile' }]
        : [];
    case 'ChangeConfiguration':
      return changesKey(payload as ChangeConfigurationRequest);
    default:
      return [];
  }
}

const setsProfile = ({ csChargingProfiles }: SetChargingProfileRequest): StationEffect => ({
  kind: 'sets profile',
  isStationMaximum: csChargingProfiles.chargingProfilePurpose === 'ChargePointMaxProfile',
  profileId: csChargingProfiles.chargingProfileId,
  stackLevel: csChargingProfiles.stackLevel,
  isOurs: isOurProfileId(csChargingProfiles.chargingProfileId),
});

/** Every criterion has to fit, but what counts beside an id is not the same in all devices. */
function clearsProfiles({ id, chargingProfilePurpose }: ClearChargingProfileRequest): StationEffect {
  return {
    kind: 'clears profiles',
    of: clearedPlace(id, chargingProfilePurpose === 'ChargePointMaxProfile'),
  };
}

/** Keys that are set at each boot: see `configureMeters`. */
const managedKeys: Readonly<Record<string, string>> = {
  MeterValueSampleInterval: 'ocpp.meterIntervalS',
  MeterValuesSampledData: 'ocpp.meterIntervalS',
};

/** Keys are compared without regard to case by some stations. */
function changesKey({ key, value }: ChangeConfigurationRequest): readonly StationEffect[] {
  if (key.toLowerCase() === 'authorizationkey') return [{ kind: 'changes password', key }];
  const setBy = Object.entries(managedKeys).find(([managed]) => managed.toLowerCase() === key.toLowerCase());
  if (setBy !== undefined) return [{ kind: 'changes managed setting', key, setBy: setBy[1] }];
  // No key of 1.6 itself does it; those of makers do.
  const switchesOff = /smart.?charging/i.test(key) && /^(false|0|off|no|disabled?)$/i.test(value.trim());
  return switchesOff ? [{ kind: 'switches smart charging off', key }] : [];
}
