import type { Fault } from './fault.ts';
import type { EvseStatus } from './stationEvent.ts';

/**
 * Whether a driver can charge at an EVSE, as other operators are told; the words of OCPI's EVSE status. `blocked`: a
 * vehicle stands in the bay without being plugged in. `inoperative`: it is switched off and not broken.
 */
export type EvseAvailability =
  | 'available'
  | 'blocked'
  | 'charging'
  | 'inoperative'
  | 'out of order'
  | 'reserved'
  | 'unknown';

export interface AvailabilityInput {
  readonly isOnline: boolean;
  readonly status: EvseStatus | 'unknown';
  readonly hasSession: boolean;
  /** A person stopped its site. */
  readonly isStopped: boolean;
  readonly isReserved: boolean;
  readonly isBayOccupied: boolean;
  /** What is wrong now at it and at its station as a whole. */
  readonly faults: readonly Pick<Fault, 'severity'>[];
}

/** The first of these that holds: what cannot be known, what is broken, what is off, and then who is there. */
export function evseAvailability(input: AvailabilityInput): EvseAvailability {
  const { isOnline, status, hasSession, isStopped, isReserved, isBayOccupied, faults } = input;
  if (!isOnline || status === 'unknown') return 'unknown';
  if (status === 'faulted' || faults.some(({ severity }) => severity === 'critical')) return 'out of order';
  if (status === 'unavailable') return 'inoperative';
  if (hasSession || status === 'occupied') return 'charging';
  if (isStopped) return 'inoperative';
  if (status === 'reserved' || isReserved) return 'reserved';
  return isBayOccupied ? 'blocked' : 'available';
}
