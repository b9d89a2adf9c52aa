import type { Location, PublicConnector, PublicEvse } from '../../domain/roaming/location.ts';

// A change of a part is one of all that is around it: whoever asks for what changed must find it.

/** The location with this EVSE, in the place of the one of the same uid. */
export const withEvse = (location: Location, evse: PublicEvse): Location => ({
  ...location,
  evses: replaced(location.evses, evse, ({ uid }) => uid),
  lastUpdatedMs: Math.max(location.lastUpdatedMs, evse.lastUpdatedMs),
});

/** The EVSE with this connector, in the place of the one of the same id. */
export const withConnector = (evse: PublicEvse, connector: PublicConnector): PublicEvse => ({
  ...evse,
  connectors: replaced(evse.connectors, connector, ({ id }) => id),
  lastUpdatedMs: Math.max(evse.lastUpdatedMs, connector.lastUpdatedMs),
});

export const evseIn = ({ evses }: Location, uid: string): PublicEvse | undefined =>
  evses.find((evse) => isSameName(evse.uid, uid));

export const connectorIn = ({ connectors }: PublicEvse, id: string): PublicConnector | undefined =>
  connectors.find((connector) => isSameName(connector.id, id));

function replaced<Part>(parts: readonly Part[], part: Part, nameOf: (part: Part) => string): readonly Part[] {
  const index = parts.findIndex((each) => isSameName(nameOf(each), nameOf(part)));
  return index < 0 ? [...parts, part] : parts.with(index, part);
}

export const isSameName = (a: string, b: string): boolean => a.toUpperCase() === b.toUpperCase();
