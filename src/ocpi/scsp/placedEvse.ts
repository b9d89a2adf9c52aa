import type { StationId } from '../../domain/ids.ts';
import type { RoamingSession } from '../../domain/roaming/session.ts';
import type { PartnerPlace } from '../../domain/site.ts';

/** An EVSE of a partner on a circuit of ours. */
export interface PlacedEvse extends PartnerPlace {
  /** A name for the place. */
  readonly stationId: StationId;
  readonly evseNumber: number;
  readonly maxAmps: number;
  /** Phases that carry its power. */
  readonly conductorCount: number;
  readonly phaseVolts: number;
}

/** Whether a session of its partner is there. Case means nothing in ids [OCPI 2.2.1 types, CiString]. */
export const isAt = (
  { locationId, evseUid, connectorId }: PlacedEvse,
  session: Pick<RoamingSession, 'locationId' | 'evseUid' | 'connectorId'>,
): boolean =>
  isSame(locationId, session.locationId) &&
  isSame(evseUid, session.evseUid) &&
  (connectorId === undefined || isSame(connectorId, session.connectorId));

export const isSame = (a: string, b: string): boolean => a.toUpperCase() === b.toUpperCase();
