import { type PublishedSchemas, publishedSchemas } from '../schemas.ts';
import type {
  ClearChargingProfileRequest,
  GetChargingProfilesRequest,
  GetVariablesRequest,
  GetVariablesResponse,
  RequestStartTransactionRequest,
  RequestStopTransactionRequest,
  SetChargingProfileRequest,
  SetVariablesRequest,
  SetVariablesResponse,
  StatusResponse,
  TriggerMessageRequest,
} from './messages.ts';

export const schemas = publishedSchemas('ocpp2_0_1.json');

/** What we call at a station of OCPP 2.x, as `schemas` of its version has it. */
export const proceduresOf = (schemas: PublishedSchemas) => ({
  clearChargingProfile: schemas.procedure<ClearChargingProfileRequest, StatusResponse>(
    'ClearChargingProfile',
  ),
  getChargingProfiles: schemas.procedure<GetChargingProfilesRequest, StatusResponse>('GetChargingProfiles'),
  getVariables: schemas.procedure<GetVariablesRequest, GetVariablesResponse>('GetVariables'),
  requestStart: schemas.procedure<RequestStartTransactionRequest, StatusResponse>('RequestStartTransaction'),
  requestStop: schemas.procedure<RequestStopTransactionRequest, StatusResponse>('RequestStopTransaction'),
  setChargingProfile: schemas.procedure<SetChargingProfileRequest, StatusResponse>('SetChargingProfile'),
  setVariables: schemas.procedure<SetVariablesRequest, SetVariablesResponse>('SetVariables'),
  triggerMessage: schemas.procedure<TriggerMessageRequest, StatusResponse>('TriggerMessage'),
});
export type Procedures = ReturnType<typeof proceduresOf>;
