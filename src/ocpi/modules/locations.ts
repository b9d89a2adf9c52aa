import type { LocationBook } from '../locations/locationBook.ts';
import { listReply, pageOf, pageQuery } from '../transport/paging.ts';
import { done, notAllowed, notFound, type Reply } from '../transport/reply.ts';
import { connectorOf, evseOf, locationOf } from '../versions.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

/** Our locations, all of them or one, down to its connectors [OCPI 2.2.1 locations, sender interface]. */
export const locationsSender = (book: LocationBook): OcpiModule => ({
  identifier: 'locations',
  role: 'SENDER',
  handle: async (call) => {
    if (call.method !== 'GET') throw notAllowed(`${call.method} is not possible here`);
    return call.segments.length === 0 ? list(book, call) : one(book, call);
  },
});

function list(book: LocationBook, call: PartnerModuleCall): Reply {
  const query = pageQuery(call.query);
  const { items, total } = pageOf(book.list(), query);
  const { write } = locationOf(call.version).codec;
  return listReply({ items: items.map(write), total }, query, call);
}

function one(book: LocationBook, { segments, version }: PartnerModuleCall): Reply {
  const [locationId = '', evseUid, connectorId, ...more] = segments;
  const location = book.find(locationId);
  if (location === undefined || more.length > 0) throw notFound('there is no such location');
  if (evseUid === undefined) return done(locationOf(version).codec.write(location));
  const evse = location.evses.find(({ uid }) => uid === evseUid);
  if (evse === undefined) throw notFound('there is no such EVSE at this location');
  if (connectorId === undefined) return done(evseOf(version).codec.write(evse));
  const connector = evse.connectors.find(({ id }) => id === connectorId);
  if (connector === undefined) throw notFound('there is no such connector at this EVSE');
  return done(connectorOf(version).codec.write(connector));
}
