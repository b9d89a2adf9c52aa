/** The messages that OCPP 2.1 adds to 2.0.1, as they are on the wire, as far as we read or write them. */

export interface GetCertificateChainStatusRequest {
  readonly certificateStatusRequests: readonly {
    readonly source: string;
    readonly certificateHashData: object;
  }[];
}

export interface NotifyDERAlarmRequest {
  readonly controlType: string;
  readonly gridEventFault?: string;
  readonly alarmEnded?: boolean;
  readonly timestamp: string;
  readonly extraInfo?: string;
}

export interface ReportDERControlRequest {
  readonly requestId: number;
  readonly tbc?: boolean;
}

export interface NotifyDERStartStopRequest {
  readonly controlId: string;
  readonly started: boolean;
}

export interface OpenPeriodicEventStreamRequest {
  readonly constantStreamData: { readonly id: number; readonly variableMonitoringId: number };
}

export interface NotifyPeriodicEventStream {
  readonly id: number;
  readonly basetime: string;
  /** `t` in seconds after `basetime`. */
  readonly data: readonly { readonly t: number; readonly v: string }[];
}

export interface NotifyPriorityChargingRequest {
  readonly transactionId: string;
  readonly activated: boolean;
}

export interface NotifySettlementRequest {
  readonly pspRef: string;
  readonly status: string;
}

export interface PullDynamicScheduleUpdateRequest {
  readonly chargingProfileId: number;
}

export interface VatNumberValidationRequest {
  readonly vatNumber: string;
  readonly evseId?: number;
}
