import { partyKey } from '../../domain/roaming/common.ts';
import { isSameParty } from '../../domain/roaming/partner.ts';
import type { Tariff } from '../../domain/roaming/tariff.ts';
import { speaksFor } from '../partners/partnerBook.ts';
import type { PartnerShelf } from '../received/partnerShelf.ts';
import { done, invalid, notAllowed, notFound, understood } from '../transport/reply.ts';
import { tariffOf } from '../versions.ts';
import type { OcpiModule } from './module.ts';

/** Takes the tariffs of other operators [OCPI 2.2.1 tariffs, receiver interface]. */
export const tariffsReceiver = (shelf: PartnerShelf<Tariff>): OcpiModule => ({
  identifier: 'tariffs',
  role: 'RECEIVER',
  handle: async ({ partner, method, version, body, segments }) => {
    const [countryCode = '', partyId = '', id = '', ...more] = segments;
    const party = { countryCode, partyId };
    if (!speaksFor(partner, party) || id === '' || more.length > 0) throw unknownTariff();
    const key = partyKey(party, id);
    switch (method) {
      case 'GET': {
        const tariff = await shelf.find(partner.id, key);
        if (tariff === undefined) throw unknownTariff();
        return done(tariffOf(version).codec.write(tariff));
      }
      case 'PUT': {
        const tariff = understood(tariffOf(version).read(body));
        if (!isSameParty(tariff, party) || tariff.id.toUpperCase() !== id.toUpperCase())
          throw invalid('the tariff in the body is not the one in the URL');
        const outcome = await shelf.renew(partner.id, tariff);
        if (outcome === 'full') throw invalid('there are as many tariffs of yours as can be kept');
        return done(undefined, outcome === 'added' ? 201 : 200);
      }
      case 'DELETE':
        if (!(await shelf.remove(partner.id, key))) throw unknownTariff();
        return done();
      default:
        throw notAllowed(`${method} is not possible here`);
    }
  },
});

const unknownTariff = () => notFound('there is no such tariff of yours');
