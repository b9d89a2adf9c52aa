/** The messages of OCPP 1.6 as they are on the wire, as far as we read or write them. */

export interface BootNotificationRequest {
  readonly chargePointVendor: string;
  readonly chargePointModel: string;
  readonly chargePointSerialNumber?: string;
  readonly chargeBoxSerialNumber?: string;
  readonly firmwareVersion?: string;
}

export interface StatusNotificationRequest {
  readonly connectorId: number;
  readonly errorCode: string;
  readonly info?: string;
  readonly status: ConnectorStatus;
  readonly timestamp?: string;
  readonly vendorErrorCode?: string;
}

export type ConnectorStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEVSE'
  | 'SuspendedEV'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';

export interface AuthorizeRequest {
  readonly idTag: string;
}

export interface StartTransactionRequest {
  readonly connectorId: number;
  readonly reservationId?: number;
  readonly idTag: string;
  readonly meterStart: number;
  readonly timestamp: string;
}

export interface StopTransactionRequest {
  readonly transactionId: number;
  readonly idTag?: string;
  readonly meterStop: number;
  readonly timestamp: string;
  readonly reason?: string;
  readonly transactionData?: readonly MeterValue[];
}

export interface MeterValuesRequest {
  readonly connectorId: number;
  readonly transactionId?: number;
  readonly meterValue: readonly MeterValue[];
}

interface MeterValue {
  readonly timestamp: string;
  readonly sampledValue: readonly SampledValue[];
}

export interface SampledValue {
  readonly value: string;
  readonly context?: string;
  readonly format?: string;
  readonly measurand?: string;
  readonly phase?: string;
  readonly location?: string;
  readonly unit?: string;
}

export interface DataTransferRequest {
  readonly vendorId: string;
  readonly messageId?: string;
}

/** FirmwareStatusNotification, DiagnosticsStatusNotification and their kin. */
export interface ProgressNotification {
  readonly status: string;
  /** Of the security extension. */
  readonly requestId?: number;
}

export interface SignCertificateRequest {
  readonly csr: string;
}

export interface SecurityEventNotificationRequest {
  readonly type: string;
  readonly timestamp: string;
  readonly techInfo?: string;
}

export interface IdTagInfo {
  readonly status: 'Accepted' | 'Blocked' | 'Expired' | 'Invalid' | 'ConcurrentTx';
  readonly expiryDate?: string;
  readonly parentIdTag?: string;
}

export interface SetChargingProfileRequest {
  readonly connectorId: number;
  readonly csChargingProfiles: ChargingProfile;
}

export interface ChargingProfile {
  readonly chargingProfileId: number;
  readonly transactionId?: number;
  readonly stackLevel: number;
  readonly chargingProfilePurpose: Purpose;
  readonly chargingProfileKind: 'Absolute' | 'Recurring' | 'Relative';
  readonly chargingSchedule: ChargingSchedule;
}

export type Purpose = 'ChargePointMaxProfile' | 'TxDefaultProfile' | 'TxProfile';

interface ChargingSchedule {
  readonly duration?: number;
  readonly startSchedule?: string;
  readonly chargingRateUnit: 'A' | 'W';
  readonly chargingSchedulePeriod: readonly {
    readonly startPeriod: number;
    readonly limit: number;
    readonly numberPhases?: number;
  }[];
}

export interface ClearChargingProfileRequest {
  readonly id?: number;
  readonly connectorId?: number;
  readonly chargingProfilePurpose?: Purpose;
  readonly stackLevel?: number;
}

export interface GetCompositeScheduleResponse {
  readonly status: string;
  readonly connectorId?: number;
  readonly scheduleStart?: string;
  readonly chargingSchedule?: ChargingSchedule;
}

export interface RemoteStartTransactionRequest {
  readonly connectorId?: number;
  readonly idTag: string;
}

export interface RemoteStopTransactionRequest {
  readonly transactionId: number;
}

export interface TriggerMessageRequest {
  readonly requestedMessage: string;
  readonly connectorId?: number;
}

export interface GetConfigurationResponse {
  readonly configurationKey?: readonly {
    readonly key: string;
    readonly readonly: boolean;
    readonly value?: string;
  }[];
  readonly unknownKey?: readonly string[];
}

export interface ChangeConfigurationRequest {
  readonly key: string;
  readonly value: string;
}

export interface StatusResponse {
  readonly status: string;
}
