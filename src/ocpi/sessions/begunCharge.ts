import type { SessionId } from '../../domain/ids.ts';
import { zero } from '../../domain/pricing/fraction.ts';
import type { RoamingCharge } from '../../domain/roaming/charge.ts';
import type { Permission } from '../tokens/partnerTokens.ts';
import { sha256 } from '../transport/tokens.ts';

/** What partners know of an EVSE, and by what its sessions are billed now. */
export type ChargePlace = Omit<RoamingCharge, 'session'> &
  Pick<RoamingCharge['session'], 'countryCode' | 'partyId' | 'currency'>;

/** Nobody can tell from the id what it is called at the station, and it is the same after a restart. */
const roamingIdOf = (id: SessionId): string => sha256(id).slice(0, 32);

/** The charge of a partner's driver as it begins: what holds for it from now on. */
export function chargeOf(
  id: SessionId,
  startedAtMs: number,
  place: ChargePlace,
  { token, method, reference }: Permission,
): RoamingCharge {
  const { location, timeZone, tariffs, countryCode, partyId, currency } = place;
  const { uid, type, contractId } = token;
  return {
    session: {
      ...{ countryCode, partyId, id: roamingIdOf(id), startedAtMs, energyKwh: zero },
      token: { countryCode: token.countryCode, partyId: token.partyId, uid, type, contractId },
      authMethod: method,
      ...(reference !== undefined && { authorizationReference: reference }),
      ...{ locationId: location.id, evseUid: location.evseUid, connectorId: location.connectorId },
      ...{ currency, periods: [], status: 'ACTIVE', lastUpdatedMs: 0 },
    },
    location,
    timeZone,
    tariffs,
  };
}
