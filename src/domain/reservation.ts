import type { StationId } from './ids.ts';

/** An EVSE that is kept for one driver until an instant. */
export interface Reservation {
  /** Unique over all stations; the station knows it by the same number. */
  readonly id: number;
  readonly stationId: StationId;
  /** undefined: any EVSE of the station. */
  readonly evseNumber: number | undefined;
  readonly tokenId: string;
  /** Whoever is of this group may use it, too. */
  readonly groupTokenId: string | undefined;
  readonly expiresAtMs: number;
  readonly madeBy: string;
  readonly madeAtMs: number;
  readonly state: ReservationState;
  readonly endedAtMs: number | undefined;
}

/** `asked`: the station has not answered. `doubtful`: it did not answer in time, and may hold it. */
export type ReservationState =
  | 'asked'
  | 'doubtful'
  | 'active'
  | 'refused'
  | 'used'
  | 'cancelled'
  | 'expired'
  | 'removed';

/** Whether it may keep somebody away. */
export const isHeld = ({ state }: Reservation): boolean =>
  state === 'asked' || state === 'doubtful' || state === 'active';
