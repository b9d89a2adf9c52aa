/** The messages of OCPP 2.0.1 as they are on the wire, as far as we read or write them. */

export interface BootNotificationRequest {
  readonly chargingStation: {
    readonly serialNumber?: string;
    readonly model: string;
    readonly vendorName: string;
    readonly firmwareVersion?: string;
  };
}

export interface StatusNotificationRequest {
  readonly timestamp: string;
  readonly connectorStatus: ConnectorStatus;
  readonly evseId: number;
  readonly connectorId: number;
}

export type ConnectorStatus = 'Available' | 'Occupied' | 'Reserved' | 'Unavailable' | 'Faulted';

export interface AuthorizeRequest {
  readonly idToken: IdToken;
}

export interface IdToken {
  readonly idToken: string;
  readonly type: string;
}

export interface IdTokenInfo {
  readonly status:
    | 'Accepted'
    | 'Blocked'
    | 'ConcurrentTx'
    | 'Expired'
    | 'Invalid'
    | 'NotAtThisLocation'
    | 'NotAtThisTime'
    | 'Unknown';
  readonly cacheExpiryDateTime?: string;
  readonly groupIdToken?: IdToken;
}

export interface TransactionEventRequest {
  readonly eventType: 'Started' | 'Updated' | 'Ended';
  readonly timestamp: string;
  readonly triggerReason: string;
  readonly seqNo: number;
  readonly offline?: boolean;
  readonly meterValue?: readonly MeterValue[];
  readonly transactionInfo: {
    readonly transactionId: string;
    readonly chargingState?: ChargingState;
    readonly stoppedReason?: string;
  };
  readonly evse?: Evse;
  readonly idToken?: IdToken;
  readonly reservationId?: number;
}

export type ChargingState = 'Charging' | 'EVConnected' | 'SuspendedEV' | 'SuspendedEVSE' | 'Idle';

interface Evse {
  readonly id: number;
  readonly connectorId?: number;
}

export interface MeterValuesRequest {
  readonly evseId: number;
  readonly meterValue: readonly MeterValue[];
}

export interface MeterValue {
  readonly timestamp: string;
  readonly sampledValue: readonly SampledValue[];
}

export interface SampledValue {
  readonly value: number;
  readonly context?: string;
  readonly measurand?: string;
  readonly phase?: string;
  readonly location?: string;
  readonly unitOfMeasure?: { readonly unit?: string; readonly multiplier?: number };
  readonly signedMeterValue?: {
    readonly signedMeterData: string;
    /** Needed in 2.0.1, in 2.1 only where the data does not tell it. */
    readonly signingMethod?: string;
    readonly encodingMethod: string;
    readonly publicKey?: string;
  };
}

export interface DataTransferRequest {
  readonly vendorId: string;
  readonly messageId?: string;
}

/** FirmwareStatusNotification, LogStatusNotification and their kin. */
export interface ProgressNotification {
  readonly status: string;
  readonly requestId?: number;
  /** From 2.1 on. */
  readonly statusInfo?: { readonly reasonCode: string; readonly additionalInfo?: string };
}

export interface SignCertificateRequest {
  readonly csr: string;
  readonly certificateType?: string;
  /** Since 2.1. */
  readonly requestId?: number;
}

export interface ReservationStatusUpdateRequest {
  readonly reservationId: number;
  readonly reservationUpdateStatus: string;
}

export interface NotifyReportRequest {
  readonly requestId: number;
  readonly seqNo: number;
  readonly tbc?: boolean;
  readonly reportData?: readonly object[];
}

export interface NotifyMonitoringReportRequest {
  readonly requestId: number;
  readonly seqNo: number;
  readonly tbc?: boolean;
  readonly monitor?: readonly object[];
}

export interface NotifyCustomerInformationRequest {
  readonly requestId: number;
  readonly seqNo: number;
  readonly tbc?: boolean;
  readonly data: string;
}

export interface NotifyDisplayMessagesRequest {
  readonly requestId: number;
  readonly tbc?: boolean;
  readonly messageInfo?: readonly object[];
}

export interface SecurityEventNotificationRequest {
  readonly type: string;
  readonly timestamp: string;
  readonly techInfo?: string;
}

export interface NotifyEventRequest {
  readonly eventData: readonly {
    readonly timestamp: string;
    readonly component: Named & { readonly evse?: Evse };
    readonly variable: Named;
    readonly trigger: string;
    readonly actualValue: string;
    readonly cleared?: boolean;
    readonly techCode?: string;
    readonly techInfo?: string;
    readonly variableMonitoringId?: number;
    /** From 2.1 on. */
    readonly severity?: number;
  }[];
}

export interface ClearedChargingLimitRequest {
  readonly evseId?: number;
  readonly chargingLimitSource: string;
}

export interface SetChargingProfileRequest {
  readonly evseId: number;
  readonly chargingProfile: ChargingProfile;
}

export interface ChargingProfile {
  readonly id: number;
  readonly stackLevel: number;
  readonly chargingProfilePurpose: Purpose;
  /** Dynamic: 2.1. */
  readonly chargingProfileKind: 'Absolute' | 'Recurring' | 'Relative' | 'Dynamic';
  readonly transactionId?: string;
  /** This and the next: 2.1. */
  readonly maxOfflineDuration?: number;
  readonly invalidAfterOfflineDuration?: boolean;
  readonly chargingSchedule: readonly ChargingSchedule[];
}

export type Purpose =
  | 'ChargingStationExternalConstraints'
  | 'ChargingStationMaxProfile'
  | 'TxDefaultProfile'
  | 'TxProfile';

interface ChargingSchedule {
  readonly id: number;
  readonly startSchedule?: string;
  readonly duration?: number;
  readonly chargingRateUnit: 'A' | 'W';
  readonly chargingSchedulePeriod: readonly SchedulePeriod[];
}

interface SchedulePeriod {
  readonly startPeriod: number;
  readonly limit: number;
  readonly numberPhases?: number;
}

export interface ClearChargingProfileRequest {
  readonly chargingProfileId?: number;
  readonly chargingProfileCriteria?: {
    readonly evseId?: number;
    readonly chargingProfilePurpose?: Purpose;
    readonly stackLevel?: number;
  };
}

export interface GetCompositeScheduleResponse extends StatusResponse {
  readonly schedule?: {
    readonly chargingSchedulePeriod: readonly SchedulePeriod[];
    readonly evseId: number;
    readonly duration: number;
    readonly scheduleStart: string;
    readonly chargingRateUnit: 'A' | 'W';
  };
}

export interface RequestStartTransactionRequest {
  readonly evseId?: number;
  readonly idToken: IdToken;
  readonly remoteStartId: number;
}

export interface RequestStopTransactionRequest {
  readonly transactionId: string;
}

export interface TriggerMessageRequest {
  readonly requestedMessage: string;
  readonly evse?: Evse;
}

export interface Named {
  readonly name: string;
  readonly instance?: string;
}

export interface GetVariablesRequest {
  readonly getVariableData: readonly { readonly component: Named; readonly variable: Named }[];
}

export interface GetVariablesResponse {
  readonly getVariableResult: readonly {
    readonly attributeStatus: string;
    readonly attributeValue?: string;
    readonly component: Named;
    readonly variable: Named;
  }[];
}

export interface SetVariablesRequest {
  readonly setVariableData: readonly {
    readonly attributeValue: string;
    readonly component: Named;
    readonly variable: Named;
  }[];
}

export interface SetVariablesResponse {
  readonly setVariableResult: readonly {
    readonly attributeStatus: string;
    readonly component: Named;
    readonly variable: Named;
  }[];
}

export interface StatusResponse {
  readonly status: string;
  readonly statusInfo?: { readonly reasonCode: string; readonly additionalInfo?: string };
}

/** No criteria: everything. */
export interface GetChargingProfilesRequest {
  readonly requestId: number;
  readonly chargingProfile: {
    readonly chargingProfilePurpose?: string;
    readonly stackLevel?: number;
    readonly chargingProfileId?: readonly number[];
    readonly chargingLimitSource?: readonly string[];
  };
  readonly evseId?: number;
}

/** Of 2.1 alone. */
export interface UsePriorityChargingRequest {
  readonly transactionId: string;
  readonly activate: boolean;
}
