import { randomInt } from 'node:crypto';
import type { RequestTranslation } from '../dialect.ts';
import type { CareRequest, StationRequest } from '../requests.ts';
import { careMessage } from './careMessage.ts';
import {
  centralToken,
  clearChargingProfile,
  remoteStartIdMax,
  startProfile,
  variableNamed,
} from './fromDomain.ts';

/** What is asked of a station as the one message of 2.x that asks for it. */
export function requestMessage(asked: StationRequest): RequestTranslation {
  switch (asked.kind) {
    case 'clear charging profile':
      return { action: 'ClearChargingProfile', payload: clearChargingProfile(asked) };
    case 'composite schedule': {
      const { evseNumber: evseId, durationS: duration, unit } = asked;
      const payload = { evseId, duration, ...(unit === undefined ? {} : { chargingRateUnit: unit }) };
      return { action: 'GetCompositeSchedule', payload };
    }
    case 'remote start':
      return remoteStart(asked);
    case 'remote stop':
      return { action: 'RequestStopTransaction', payload: { transactionId: asked.transactionId } };
    case 'trigger message': {
      const { message: requestedMessage, evseNumber: id } = asked;
      if (requestedMessage === 'StatusNotification' && id === undefined)
        return { why: 'OCPP 2.x tells the status of one connector: name its EVSE' };
      const evse = id === undefined ? {} : { evse: evseIn(requestedMessage, id) };
      return { action: 'TriggerMessage', payload: { requestedMessage, ...evse } };
    }
    case 'reset': {
      const type = asked.urgency === 'immediate' ? 'Immediate' : 'OnIdle';
      return { action: 'Reset', payload: { type } };
    }
    case 'get configuration':
      return getVariables(asked.keys);
    case 'change configuration':
      return setVariable(asked.key, asked.value);
    case 'set password':
      return setVariable('SecurityCtrlr.BasicAuthPassword', asked.password);
    default:
      return careMessage(asked satisfies CareRequest);
  }
}

function remoteStart({
  evseNumber,
  tokenId,
  limit,
}: Extract<StationRequest, { kind: 'remote start' }>): RequestTranslation {
  const payload = {
    idToken: centralToken(tokenId),
    remoteStartId: randomInt(1, remoteStartIdMax),
    ...(evseNumber !== undefined && { evseId: evseNumber }),
    ...(evseNumber !== undefined &&
      limit !== undefined && { chargingProfile: startProfile(evseNumber, limit) }),
  };
  return { action: 'RequestStartTransaction', payload };
}

/** A status belongs to a connector, everything else to the EVSE. */
const evseIn = (requestedMessage: string, id: number): { id: number; connectorId?: number } =>
  requestedMessage === 'StatusNotification' ? { id, connectorId: 1 } : { id };

function getVariables(keys: readonly string[]): RequestTranslation {
  const variables: object[] = [];
  for (const key of keys) {
    const names = variableNamed(key);
    if (names === undefined) return notAVariable(key);
    variables.push(names);
  }
  if (variables.length === 0) return { why: 'OCPP 2.x reads named variables only: name at least one' };
  return { action: 'GetVariables', payload: { getVariableData: variables } };
}

function setVariable(key: string, attributeValue: string): RequestTranslation {
  const names = variableNamed(key);
  if (names === undefined) return notAVariable(key);
  return { action: 'SetVariables', payload: { setVariableData: [{ ...names, attributeValue }] } };
}

const notAVariable = (key: string): RequestTranslation => ({
  why: `"${key}" is not the name of a variable, write Component.Variable`,
});
