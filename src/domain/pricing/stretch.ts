import type { ChargingPeriod } from '../chargingPeriods.ts';
import { type Fraction, fraction, ratio, times } from './fraction.ts';

/**
 * What a car did, in the words that prices know. `withheld`: it asks for power and we give none, because the site has
 * none left or the grid operator wants it so. That is neither charging nor parking, and no price of time is due
 * [OCPI 2.3.0 mod_cdrs, `PARKING_TIME`: the vehicle is not requesting power].
 */
export type Activity = 'reserved' | 'charging' | 'parked' | 'withheld';

function activityOf(state: ChargingPeriod['state']): Activity {
  switch (state) {
    case 'charging':
      return 'charging';
    case 'suspended-by-ev':
      return 'parked';
    case 'authorised':
    case 'suspended-by-us':
      return 'withheld';
  }
}

/** A part of a session in which one thing went on, and energy flowed evenly. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  readonly activity: Activity;
  readonly energyKwh: Fraction;
  /** Summed over the phases. */
  readonly amps?: Fraction;
  readonly powerKw?: Fraction;
}

/** What the history of a session says, in the words that prices know. */
export const stretchesOf = (periods: readonly ChargingPeriod[]): readonly Stretch[] =>
  periods.map(({ fromMs, untilMs, state, energyWh }) => ({
    startMs: fromMs,
    endMs: untilMs,
    activity: activityOf(state),
    energyKwh: times(fraction(energyWh), ratio(1, 1000)),
  }));
