import type { ChargingProfile } from './chargingProfile.ts';
import type { StationTraits } from './traits.ts';

/** What a station tells about how it charges, beside what flows: bounds, wishes and doubts. */
export type ChargingNews =
  /** What its configuration says that it can be told. */
  | { readonly kind: 'traits told'; readonly traits: Partial<StationTraits> }
  /** Somebody else bounds it. These take the place of what the same source said before; none: it is free again. */
  | {
      readonly kind: 'external limits';
      /** 0 is the station as a whole. */
      readonly evseNumber: number;
      readonly source: string;
      readonly profiles: readonly ChargingProfile[];
    }
  /** What a car told over its cable [ISO 15118]. */
  | {
      readonly kind: 'charging needs';
      readonly evseNumber: number;
      /** Still wanted. */
      readonly energyWh: number | undefined;
      readonly departureAtMs: number | undefined;
    }
  /** A profile that prevails over ours came into force, or ended. */
  | { readonly kind: 'priority changed'; readonly transactionId: string; readonly isActive: boolean }
  /** A car or a station means to do otherwise than it was told: it is told again. */
  | { readonly kind: 'schedule doubted'; readonly evseNumber: number }
  /** Its own calculation stays above ours from the first period on, or only later. */
  | { readonly kind: 'schedule differs'; readonly evseNumber: number; readonly from: 'start' | 'later' };
