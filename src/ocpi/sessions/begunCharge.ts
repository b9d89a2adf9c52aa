import type { SessionId } from '../../domain/ids.ts';
import { zero } from '../../domain/pricing/fraction.ts';
import type { RoamingCharge } from '../../domain/roaming/charge.ts';
import type { CdrToken } from '../../domain/roaming/session.ts';
import type { Tariff } from '../../domain/roaming/tariff.ts';
import type { Token } from '../../domain/roaming/token.ts';
import type { Permission } from '../tokens/partnerTokens.ts';
import { sha256 } from '../transport/tokens.ts';

/** What partners know of an EVSE, and by what its sessions are billed now. */
export type ChargePlace = Omit<RoamingCharge, 'session' | 'turns'> &
  Pick<RoamingCharge['session'], 'countryCode' | 'partyId' | 'currency'>;

/** Nobody can tell from the id what it is called at the station, and it is the same after a restart. */
const roamingIdOf = (id: SessionId): string => sha256(id).slice(0, 32);

/** The charge of a partner's driver as it begins: what holds for it from now on. */
export function chargeOf(
  id: SessionId,
  startedAtMs: number,
  place: ChargePlace,
  { token, method, reference, bookingId }: Permission,
): RoamingCharge {
  const { location, timeZone, countryCode, partyId, currency } = place;
  return {
    session: {
      ...{ countryCode, partyId, id: roamingIdOf(id), startedAtMs, energyKwh: zero },
      token: cdrTokenOf(token),
      authMethod: method,
      ...(reference !== undefined && { authorizationReference: reference }),
      ...{ locationId: location.id, evseUid: location.evseUid, connectorId: location.connectorId },
      ...{ currency, periods: [], status: 'ACTIVE', lastUpdatedMs: 0 },
    },
    location,
    timeZone,
    tariffs: tariffsFor(place.tariffs, token),
    turns: [],
    ...(bookingId !== undefined && { bookingId }),
  };
}

/** Whoever pays on the spot has the tariff for that first, where there is one [OCPI 2.2.1 mod_tariffs, TariffType]. */
function tariffsFor(tariffs: readonly Tariff[], { type }: Token): readonly Tariff[] {
  const [first, ...others] = tariffs;
  const adHoc = type === 'AD_HOC_USER' ? tariffs.find(isAdHoc) : undefined;
  const profiles = others.filter((tariff) => !isAdHoc(tariff));
  if (first === undefined) return [];
  return [adHoc ?? first, ...profiles];
}

const isAdHoc = ({ type }: Tariff): boolean => type === 'AD_HOC_PAYMENT';

/** A charge that was reserved, as it begins with what its driver showed there. */
export const claimedBy = (
  charge: RoamingCharge,
  { token, method, reference }: Permission,
): RoamingCharge => ({
  ...charge,
  session: {
    ...charge.session,
    ...{ token: cdrTokenOf(token), authMethod: method },
    ...(reference !== undefined && { authorizationReference: reference }),
  },
});

/** A reservation that was changed: at this EVSE, by what held when it was made. */
export function movedTo(
  charge: RoamingCharge,
  { location }: ChargePlace,
  permission: Permission,
): RoamingCharge {
  const moved = claimedBy(charge, permission);
  const { id: locationId, evseUid, connectorId } = location;
  return { ...moved, location, session: { ...moved.session, locationId, evseUid, connectorId } };
}

const cdrTokenOf = ({ countryCode, partyId, uid, type, contractId }: Token): CdrToken => ({
  ...{ countryCode, partyId, uid, type, contractId },
});
