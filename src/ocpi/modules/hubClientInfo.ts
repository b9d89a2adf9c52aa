import { isHub, isSameParty } from '../../domain/roaming/partner.ts';
import { decoder } from '../codec.ts';
import { hubClient } from '../objects/partner.ts';
import type { HubClients } from '../partners/hubClients.ts';
import { done, invalid, notAllowed, notFound, understood } from '../transport/reply.ts';
import type { OcpiModule } from './module.ts';

const read = decoder(hubClient);

/** Takes from hubs who is behind them and can be reached [OCPI 2.2.1 hubclientinfo, receiver interface]. */
export const hubClientInfoReceiver = (clients: HubClients): OcpiModule => ({
  identifier: 'hubclientinfo',
  role: 'RECEIVER',
  isOfPlatform: true,
  handle: async ({ partner, method, segments, body }) => {
    const [countryCode = '', partyId = '', ...more] = segments;
    const party = { countryCode, partyId };
    if (!isHub(partner.state) || partyId === '' || more.length > 0)
      throw notFound('a hub tells of one party at a time here');
    switch (method) {
      case 'GET': {
        const known = clients.find(partner.id, party);
        if (known === undefined) throw notFound('you have told nothing of that party');
        return done(hubClient.write(known));
      }
      case 'PUT': {
        const told = understood(read(body));
        if (!isSameParty(told, party)) throw invalid('the party in the body is not the one in the URL');
        const outcome = await clients.take(partner.id, told);
        if (outcome === 'full') throw invalid('there are as many parties behind you as can be kept');
        return done(undefined, outcome === 'added' ? 201 : 200);
      }
      default:
        throw notAllowed(`${method} is not possible here`);
    }
  },
});
