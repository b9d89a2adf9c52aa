import { publishedSchemas } from '../schemas.ts';
import type {
  ChangeConfigurationRequest,
  ClearChargingProfileRequest,
  GetCompositeScheduleRequest,
  GetCompositeScheduleResponse,
  GetConfigurationRequest,
  GetConfigurationResponse,
  RemoteStartTransactionRequest,
  RemoteStopTransactionRequest,
  ResetRequest,
  SetChargingProfileRequest,
  StatusResponse,
  TriggerMessageRequest,
} from './messages.ts';

export const schemas = publishedSchemas('ocpp1_6.json');

/** What we call at a station of OCPP 1.6. */
export const procedures = {
  changeConfiguration: schemas.procedure<ChangeConfigurationRequest, StatusResponse>('ChangeConfiguration'),
  clearChargingProfile: schemas.procedure<ClearChargingProfileRequest, StatusResponse>(
    'ClearChargingProfile',
  ),
  getCompositeSchedule: schemas.procedure<GetCompositeScheduleRequest, GetCompositeScheduleResponse>(
    'GetCompositeSchedule',
  ),
  getConfiguration: schemas.procedure<GetConfigurationRequest, GetConfigurationResponse>('GetConfiguration'),
  remoteStart: schemas.procedure<RemoteStartTransactionRequest, StatusResponse>('RemoteStartTransaction'),
  remoteStop: schemas.procedure<RemoteStopTransactionRequest, StatusResponse>('RemoteStopTransaction'),
  reset: schemas.procedure<ResetRequest, StatusResponse>('Reset'),
  setChargingProfile: schemas.procedure<SetChargingProfileRequest, StatusResponse>('SetChargingProfile'),
  triggerMessage: schemas.procedure<TriggerMessageRequest, StatusResponse>('TriggerMessage'),
} as const;
