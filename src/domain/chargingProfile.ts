/** What a charging profile is for. `station maximum` is 1.6's ChargePointMaxProfile and 2.x's ChargingStationMaxProfile. */
export type ProfilePurpose =
  | 'station maximum'
  | 'external constraints'
  | 'transaction default'
  | 'transaction'
  | 'priority'
  | 'local generation';

/** `dynamic` has one period, whose limit is changed by messages of its own [OCPP 2.1 K28]. */
export type ProfileKind = 'absolute' | 'relative' | 'daily' | 'weekly' | 'dynamic';

/** Who decides in a period. All but the first three leave the decision to the station or to somebody else. */
export type OperationMode =
  | 'charging only'
  | 'idle'
  | 'central setpoint'
  | 'external setpoint'
  | 'external limits'
  | 'central frequency'
  | 'local frequency'
  | 'local load balancing';

/** A charging profile as it lies on a station, in no version's words. */
export interface ChargingProfile {
  readonly id: number;
  /** 0 is the station as a whole. */
  readonly evseNumber: number;
  readonly purpose: ProfilePurpose;
  readonly stackLevel: number;
  readonly kind: ProfileKind;
  /** The transaction it ends with. 1.6 may leave it out: then it is whatever runs at the EVSE. */
  readonly transactionId: string | undefined;
  readonly validFromMs: number | undefined;
  readonly validToMs: number | undefined;
  /** Not valid at a station that has been offline for longer [OCPP 2.1 maxOfflineDuration]. */
  readonly maxOfflineS: number | undefined;
  /** Once it was offline for longer it never is valid again [OCPP 2.1 invalidAfterOfflineDuration]. */
  readonly endsOffline: boolean;
  readonly schedule: ProfileSchedule;
}

export interface ProfileSchedule {
  readonly unit: 'A' | 'W';
  /**
   * Start of an absolute schedule, anchor of a recurring one, last update of a dynamic one. With `isLocalTime` it is what
   * the wall clock of the station shows then, counted as if it were UTC [OCPP 2.1 useLocalTime].
   */
  readonly startMs: number | undefined;
  readonly isLocalTime: boolean;
  /** undefined: the last period lasts as long as the profile is valid. */
  readonly durationS: number | undefined;
  /** In the order of their starts. */
  readonly periods: readonly ProfilePeriod[];
  /** No more than this for a car that is so full [OCPP 2.1 limitAtSoC]. */
  readonly fullCar: { readonly stateOfChargePercent: number; readonly limit: number } | undefined;
}

export interface ProfilePeriod {
  readonly startS: number;
  /** Amps per phase or watts over all phases; undefined where the mode leaves it to others. */
  readonly limit: number | undefined;
  /** What the car may give back, 0 or negative; undefined: the period does not speak of it. */
  readonly dischargeLimit: number | undefined;
  /** What the car is to follow; below 0 it gives back. */
  readonly setpoint: number | undefined;
  /** undefined means 3 [OCPP 2.0.1 K01.FR.49]. */
  readonly phaseCount: number | undefined;
  readonly mode: OperationMode;
}
