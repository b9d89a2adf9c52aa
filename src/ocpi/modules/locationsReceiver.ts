import { partyKey } from '../../domain/roaming/common.ts';
import type { Location, PublicConnector, PublicEvse } from '../../domain/roaming/location.ts';
import { isSameParty } from '../../domain/roaming/partner.ts';
import type { Decoded } from '../codec.ts';
import { speaksFor } from '../partners/partnerBook.ts';
import { connectorIn, evseIn, isSameName, withConnector, withEvse } from '../received/locationChange.ts';
import type { PartnerShelf } from '../received/partnerShelf.ts';
import { done, invalid, notAllowed, notFound, type Reply, understood } from '../transport/reply.ts';
import {
  connectorOf,
  connectorPatchOf,
  evseOf,
  evsePatchOf,
  locationOf,
  locationPatchOf,
  type Spoken,
} from '../versions.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

/** Takes the locations of other operators, whole or in parts [OCPI 2.2.1 locations, receiver interface]. */
export const locationsReceiver = (shelf: PartnerShelf<Location>): OcpiModule => ({
  identifier: 'locations',
  role: 'RECEIVER',
  handle: async (call) => {
    const [countryCode = '', partyId = '', id = '', evseUid, connectorId, ...more] = call.segments;
    const party = { countryCode, partyId };
    if (!speaksFor(call.partner, party) || id === '' || more.length > 0) throw unknownPlace();
    const asked = { shelf, call, key: partyKey(party, id) };
    if (evseUid === undefined) {
      const isSame = (each: Location) => isSameParty(each, party) && isSameName(each.id, id);
      return answered({ ...asked, part: locationPart(call, isSame) });
    }
    if (connectorId === undefined) return answered({ ...asked, part: evsePart(call, evseUid) });
    return answered({ ...asked, part: connectorPart(call, evseUid, connectorId) });
  },
});

/** What of a location is named: itself, an EVSE of it, or a connector of that. */
interface Part<Value> {
  readonly spoken: Spoken<Value>;
  readonly readPatch: (body: unknown) => Decoded<Partial<Value>>;
  /** Whether it is the one that the URL names. */
  readonly isNamed: (value: Value) => boolean;
  readonly of: (location: Location) => Value | undefined;
  /** The location with it. Throws a refusal where what should be around it is not there. */
  readonly placed: (value: Value, location: Location | undefined) => Location;
}

const locationPart = (
  { version }: PartnerModuleCall,
  isNamed: (location: Location) => boolean,
): Part<Location> => ({
  ...{ spoken: locationOf(version), readPatch: locationPatchOf(version).read, isNamed },
  of: (location) => location,
  placed: (location) => location,
});

const evsePart = ({ version }: PartnerModuleCall, uid: string): Part<PublicEvse> => ({
  ...{ spoken: evseOf(version), readPatch: evsePatchOf(version).read },
  isNamed: (evse) => isSameName(evse.uid, uid),
  of: (location) => evseIn(location, uid),
  placed: (evse, location) => withEvse(known(location), evse),
});

const connectorPart = ({ version }: PartnerModuleCall, uid: string, id: string): Part<PublicConnector> => ({
  ...{ spoken: connectorOf(version), readPatch: connectorPatchOf(version).read },
  isNamed: (connector) => isSameName(connector.id, id),
  of: (location) => {
    const evse = evseIn(location, uid);
    return evse && connectorIn(evse, id);
  },
  placed: (connector, location) => {
    const around = known(location);
    return withEvse(around, withConnector(known(evseIn(around, uid)), connector));
  },
});

interface Asked<Value> {
  readonly shelf: PartnerShelf<Location>;
  readonly call: PartnerModuleCall;
  readonly key: string;
  readonly part: Part<Value>;
}

async function answered<Value extends { readonly lastUpdatedMs: number }>(
  asked: Asked<Value>,
): Promise<Reply> {
  const { shelf, call, key, part } = asked;
  const { partner, method } = call;
  if (method === 'GET') {
    const location = known(await shelf.find(partner.id, key));
    return done(part.spoken.codec.write(known(part.of(location))));
  }
  const outcome = await shelf.change(partner.id, key, changeOf(asked));
  if (outcome === 'full') throw invalid('there are as many locations of yours as can be kept');
  return done(undefined, outcome === 'added' ? 201 : 200);
}

/** What is older than what we hold is left as it is: the partner has told us more since. */
function changeOf<Value extends { readonly lastUpdatedMs: number }>({
  call: { method, body },
  part,
}: Asked<Value>): (location: Location | undefined) => Location | undefined {
  const next = (value: Value, before: Value | undefined, location: Location | undefined) => {
    if (!part.isNamed(value)) throw invalid('what the body names is not what the URL names');
    const isOlder = before !== undefined && value.lastUpdatedMs < before.lastUpdatedMs;
    return isOlder ? undefined : part.placed(value, location);
  };
  switch (method) {
    case 'PUT': {
      const value = understood(part.spoken.read(body));
      return (location) => next(value, location && part.of(location), location);
    }
    case 'PATCH': {
      const change = understood(part.readPatch(body));
      if (change.lastUpdatedMs === undefined) throw invalid('a PATCH must contain last_updated');
      return (location) => {
        const before = known(part.of(known(location)));
        return next({ ...before, ...change }, before, location);
      };
    }
    default:
      throw notAllowed(`${method} is not possible here`);
  }
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw unknownPlace();
  return value;
}

const unknownPlace = () => notFound('there is no such place of yours');
