import type { StationEffect } from '../../domain/stationEffect.ts';
import { clearedPlace, isOurProfileId } from '../setpoint.ts';
import type {
  ClearChargingProfileRequest,
  RequestStartTransactionRequest,
  SetChargingProfileRequest,
  SetVariablesRequest,
  UsePriorityChargingRequest,
} from './messages.ts';
import { variableKey } from './toDomain.ts';

/** What a valid message of OCPP 2.x would do to the limits of a station. */
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
    case 'RequestStartTransaction':
      return 'chargingProfile' in (payload as RequestStartTransactionRequest)
        ? [{ kind: 'starts with profile' }]
        : [];
    case 'SetVariables':
      return (payload as SetVariablesRequest).setVariableData.flatMap(changesVariable);
    case 'UpdateDynamicSchedule':
      return [{ kind: 'updates profile' }];
    case 'UsePriorityCharging':
      return givesPriority(payload as UsePriorityChargingRequest);
    default:
      return [];
  }
}

const givesPriority = ({ transactionId, activate }: UsePriorityChargingRequest): readonly StationEffect[] =>
  activate ? [{ kind: 'gives priority', transactionId }] : [];

const setsProfile = ({ chargingProfile }: SetChargingProfileRequest): StationEffect => ({
  kind: 'sets profile',
  isStationMaximum: chargingProfile.chargingProfilePurpose === 'ChargingStationMaxProfile',
  profileId: chargingProfile.id,
  stackLevel: chargingProfile.stackLevel,
  isOurs: isOurProfileId(chargingProfile.id),
});

function clearsProfiles({
  chargingProfileId: id,
  chargingProfileCriteria: criteria,
}: ClearChargingProfileRequest): StationEffect {
  const isMaximum = criteria?.chargingProfilePurpose === 'ChargingStationMaxProfile';
  return { kind: 'clears profiles', of: clearedPlace(id, isMaximum) };
}

/** Variables that are set at each boot: see `configureMeters`. */
const managedVariables: readonly string[] = [
  'sampleddatactrlr.txupdatedinterval',
  'sampleddatactrlr.txupdatedmeasurands',
];

/** Names of components and variables are not told apart by case. [OCPP 2.0.1 Part 2, ComponentType and VariableType] */
function changesVariable({
  component,
  variable,
  attributeValue,
}: SetVariablesRequest['setVariableData'][number]): readonly StationEffect[] {
  const key = variableKey(component, variable);
  const name = key.toLowerCase();
  if (name === 'securityctrlr.basicauthpassword') return [{ kind: 'changes password', key }];
  if (managedVariables.includes(name))
    return [{ kind: 'changes managed setting', key, setBy: 'ocpp.meterIntervalS' }];
  const isSwitch = /^smartchargingctrlr(\[.*\])?\.(enabled|available)$/.test(name);
  return isSwitch && attributeValue.toLowerCase() !== 'true'
    ? [{ kind: 'switches smart charging off', key }]
    : [];
}
