import { type Fraction, sum } from './fraction.ts';

/**
 * What can be told of a charging period. Energy in kWh, currents in A summed over the phases, power in kW, times in
 * hours, state of charge in percent.
 */
export type PeriodDimension =
  | 'CURRENT'
  | 'ENERGY'
  | 'ENERGY_EXPORT'
  | 'ENERGY_IMPORT'
  | 'MAX_CURRENT'
  | 'MIN_CURRENT'
  | 'MAX_POWER'
  | 'MIN_POWER'
  | 'PARKING_TIME'
  | 'POWER'
  | 'RESERVATION_TIME'
  | 'STATE_OF_CHARGE'
  | 'TIME';

export interface PeriodVolume {
  readonly dimension: PeriodDimension;
  readonly volume: Fraction;
}

/** A stretch of a session during which one price held. It ends where the next begins, or with the session. */
export interface BilledPeriod {
  readonly startMs: number;
  readonly volumes: readonly PeriodVolume[];
  /** The tariff it is priced under, where a session has several. */
  readonly tariffId?: string;
}

/** What a period tells of a dimension, undefined where it tells nothing. */
export function volumeOf({ volumes }: BilledPeriod, dimension: PeriodDimension): Fraction | undefined {
  const told = volumes.filter((each) => each.dimension === dimension);
  return told.length === 0 ? undefined : sum(told.map(({ volume }) => volume));
}
