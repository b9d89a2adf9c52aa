import { publishedSchemas } from '../schemas.ts';
import type {
  ChangeConfigurationRequest,
  ClearChargingProfileRequest,
  GetConfigurationResponse,
  RemoteStartTransactionRequest,
  RemoteStopTransactionRequest,
  SetChargingProfileRequest,
  StatusResponse,
  TriggerMessageRequest,
} from './messages.ts';

export const schemas = publishedSchemas('ocpp1_6.json');

/** What we call at a station of OCPP 1.6. */
export const procedures = {
  clearChargingProfile: schemas.procedure<ClearChargingProfileRequest, StatusResponse>(
    'ClearChargingProfile',
  ),
  changeConfiguration: schemas.procedure<ChangeConfigurationRequest, StatusResponse>('ChangeConfiguration'),
  getConfiguration: schemas.procedure<{ readonly key: readonly string[] }, GetConfigurationResponse>(
    'GetConfiguration',
  ),
  remoteStart: schemas.procedure<RemoteStartTransactionRequest, StatusResponse>('RemoteStartTransaction'),
  remoteStop: schemas.procedure<RemoteStopTransactionRequest, StatusResponse>('RemoteStopTransaction'),
  setChargingProfile: schemas.procedure<SetChargingProfileRequest, StatusResponse>('SetChargingProfile'),
  triggerMessage: schemas.procedure<TriggerMessageRequest, StatusResponse>('TriggerMessage'),
} as const;
