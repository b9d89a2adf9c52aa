import type { BusinessDetails, DisplayText, EnergyMix, Image, Party } from './common.ts';

/** WGS 84 in decimal degrees, as text: its digits say how exact it is. */
export interface Coordinates {
  readonly latitude: string;
  readonly longitude: string;
}

export type PowerType = 'AC_1_PHASE' | 'AC_2_PHASE' | 'AC_2_PHASE_SPLIT' | 'AC_3_PHASE' | 'DC';

export type EvsePublicStatus =
  | 'AVAILABLE'
  | 'BLOCKED'
  | 'CHARGING'
  | 'INOPERATIVE'
  | 'OUTOFORDER'
  | 'PLANNED'
  | 'REMOVED'
  | 'RESERVED'
  | 'UNKNOWN';

/** A place to charge at, as parties and the public see it. Words that newer versions may add are plain strings. */
export interface Location extends Party {
  readonly id: string;
  readonly isPublished: boolean;
  /** Who may see a location that is not published: all that is set must match. */
  readonly publishAllowedTo: readonly PublishToken[];
  readonly name?: string;
  readonly address: string;
  readonly city: string;
  readonly postalCode?: string;
  readonly state?: string;
  /** ISO 3166-1 alpha-3. */
  readonly country: string;
  readonly coordinates: Coordinates;
  readonly relatedLocations: readonly (Coordinates & { readonly name?: DisplayText })[];
  readonly parkingType?: string;
  readonly evses: readonly PublicEvse[];
  readonly directions: readonly DisplayText[];
  readonly operator?: BusinessDetails;
  readonly suboperator?: BusinessDetails;
  readonly owner?: BusinessDetails;
  readonly facilities: readonly string[];
  readonly timeZone: string;
  readonly openingTimes?: OpeningTimes;
  readonly chargingWhenClosed?: boolean;
  readonly images: readonly Image[];
  readonly energyMix?: EnergyMix;
  readonly parkingPlaces: readonly ParkingPlace[];
  readonly helpPhone?: string;
  readonly lastUpdatedMs: number;
}

export interface PublishToken {
  readonly uid?: string;
  readonly type?: string;
  readonly visualNumber?: string;
  readonly issuer?: string;
  readonly groupId?: string;
}

export interface PublicEvse {
  readonly uid: string;
  readonly evseId?: string;
  readonly status: EvsePublicStatus;
  readonly statusSchedule: readonly {
    readonly fromMs: number;
    readonly untilMs?: number;
    readonly status: EvsePublicStatus;
  }[];
  readonly capabilities: readonly string[];
  readonly connectors: readonly PublicConnector[];
  readonly floorLevel?: string;
  readonly coordinates?: Coordinates;
  readonly physicalReference?: string;
  readonly directions: readonly DisplayText[];
  readonly parkingRestrictions: readonly string[];
  /** The places at the location from which a car reaches this EVSE. */
  readonly parking: readonly {
    readonly parkingId: string;
    readonly evsePosition?: 'LEFT' | 'RIGHT' | 'CENTER';
  }[];
  readonly acceptedServiceProviders: readonly string[];
  readonly images: readonly Image[];
  readonly lastUpdatedMs: number;
}

export interface PublicConnector {
  readonly id: string;
  readonly standard: string;
  readonly format: 'SOCKET' | 'CABLE';
  readonly powerType: PowerType;
  /** Line to neutral for three phases. */
  readonly maxVolts: number;
  readonly maxAmps: number;
  readonly maxWatts?: number;
  readonly tariffIds: readonly string[];
  readonly termsAndConditionsUrl?: string;
  readonly capabilities: readonly string[];
  readonly lastUpdatedMs: number;
}

/** Local times as `HH:MM`; 1 is Monday. */
export interface OpeningTimes {
  readonly isAlwaysOpen: boolean;
  readonly regularHours: readonly {
    readonly weekday: number;
    readonly from: string;
    readonly until: string;
  }[];
  readonly exceptionalOpenings: readonly ExceptionalPeriod[];
  readonly exceptionalClosings: readonly ExceptionalPeriod[];
}

export interface ExceptionalPeriod {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A place for one vehicle: what may stand there, and for how long. */
export interface ParkingPlace {
  readonly id: string;
  readonly physicalReference?: string;
  readonly vehicleTypes: readonly string[];
  readonly maxVehicleWeightKg?: number;
  readonly maxVehicleHeightCm?: number;
  readonly maxVehicleLengthCm?: number;
  readonly maxVehicleWidthCm?: number;
  readonly lengthCm?: number;
  readonly widthCm?: number;
  readonly allowsDangerousGoods?: boolean;
  readonly direction?: string;
  readonly isDriveThrough?: boolean;
  readonly isRestrictedToType: boolean;
  readonly needsReservation: boolean;
  readonly timeLimitMinutes?: number;
  readonly isRoofed?: boolean;
  readonly isLit?: boolean;
  readonly hasRefrigerationOutlet?: boolean;
  readonly standards: readonly string[];
  readonly apdsReference?: string;
  readonly images: readonly Image[];
}
