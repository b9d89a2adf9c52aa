import type { Party } from './common.ts';
import type { CdrToken } from './session.ts';

/** From `startMs` up to `endMs`, which is not included. */
export interface BookedSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** A span with the power that is there in it. */
export interface Timeslot extends BookedSpan {
  /** Guaranteed. */
  readonly minWatts?: number;
  readonly maxWatts?: number;
  readonly hasGreenEnergy?: boolean;
}

/** What a driver can book, or has chosen. */
export interface BookingOption {
  /** `#NA` where none is assigned yet. */
  readonly evseUid?: string;
  readonly connectorId?: string;
  readonly parkingId?: string;
  readonly evsePositions: readonly string[];
  readonly vehicleTypes: readonly string[];
  readonly connectorFormats: readonly string[];
  readonly connectorTypes: readonly string[];
  readonly powerTypes: readonly string[];
  /** In kilograms and centimetres. */
  readonly maxVehicleWeight?: number;
  readonly maxVehicleHeight?: number;
  readonly maxVehicleLength?: number;
  readonly maxVehicleWidth?: number;
  readonly minParkingSpaceLength?: number;
  readonly minParkingSpaceWidth?: number;
  readonly areDangerousGoodsAllowed?: boolean;
  readonly isDriveThrough?: boolean;
  readonly hasRefrigerationOutlet?: boolean;
}

/** How a driver gets to the EVSE, such as `OPEN`, `TOKEN` or `ACCESS_CODE`. */
export interface AccessInformation {
  readonly method: string;
  readonly value?: string;
}

export type CanceledReason =
  | 'POWER_OUTAGE'
  | 'BROKEN_CHARGER'
  | 'FULL'
  | 'BLOCKED'
  | 'TRAFFIC'
  | 'BROKEN_VEHICLE'
  | 'NO_CANCELED'
  | 'UNKNOWN';

export interface Cancellation {
  readonly reason: CanceledReason;
  /** The role of whoever did it: `CPO`, `EMSP`. */
  readonly by: string;
}

export interface BookingTerms {
  readonly isRfidRequired?: boolean;
  readonly takesTokenGroups?: boolean;
  readonly takesRemoteStart?: boolean;
  readonly accessMethods: readonly string[];
  readonly changeUntilMinutes: number;
  readonly cancelUntilMinutes: number;
  readonly isChangeRefused?: boolean;
  readonly isEarlyStartAllowed?: boolean;
  readonly earlyStartMinutes?: number;
  readonly noShowMinutes?: number;
  readonly hasNoShowFee?: boolean;
  readonly isLateStopAllowed?: boolean;
  readonly lateStopMinutes?: number;
  readonly areOverlapsAllowed?: boolean;
  readonly minMinutes?: number;
  readonly maxMinutes?: number;
  readonly url?: string;
}

/** What an eMSP asks for. With the id of an earlier one it is a change of that booking, or its end. */
export interface BookingRequest extends Party {
  readonly requestId: string;
  readonly option?: BookingOption;
  readonly locationId: string;
  readonly bookingLocationId?: string;
  readonly tokens: readonly CdrToken[];
  readonly access: readonly AccessInformation[];
  readonly period: BookedSpan;
  readonly authorizationReference: string;
  readonly powerKw?: number;
  readonly canceled?: Cancellation;
}

export type RequestStatus = 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'FAILED';

export interface BookingRequestStatus {
  readonly status: RequestStatus;
  readonly request: BookingRequest;
  readonly receivedAtMs: number;
}

export type ReservationStatus =
  | 'PENDING'
  | 'RESERVED'
  | 'CANCELED'
  | 'FAILED'
  | 'NO_SHOW'
  | 'FULFILLED'
  | 'REJECTED'
  | 'UNKNOWN';

/** A booking as its partner sees it. */
export interface Booking extends Party {
  readonly id: string;
  readonly requestId: string;
  readonly option?: BookingOption;
  readonly locationId: string;
  readonly tokens: readonly CdrToken[];
  readonly tariffIds: readonly string[];
  readonly period: Timeslot;
  readonly status: ReservationStatus;
  readonly canceled?: Cancellation;
  readonly access: readonly AccessInformation[];
  readonly authorizationReference: string;
  readonly terms: BookingTerms;
  /** In the order in which they came; one at least. */
  readonly requests: readonly BookingRequestStatus[];
  readonly lastUpdatedMs: number;
}

/** When a place can be booked. */
export interface Calendar {
  readonly id: string;
  readonly beginMs: number;
  readonly endMs: number;
  readonly stepMinutes?: number;
  readonly free: readonly Timeslot[];
  readonly lastUpdatedMs: number;
}

export interface BookingLocation extends Party {
  readonly id: string;
  readonly locationId: string;
  readonly option?: BookingOption;
  readonly policy?: { readonly isReservationRequired: boolean; readonly adHocCount?: number };
  readonly tariffIds: readonly string[];
  readonly terms?: BookingTerms;
  readonly calendars: readonly Calendar[];
  readonly lastUpdatedMs: number;
}
