import type { ActiveChargingProfile, ChargingProfileResult } from '../../domain/roaming/chargingProfile.ts';
import { decoder } from '../codec.ts';
import { activeChargingProfile, chargingProfileResult } from '../objects/chargingProfile.ts';
import { done, notAllowed, notFound, understood } from '../transport/reply.ts';
import type { OcpiModule } from './module.ts';

/** Each false where the partner has no business with it. */
export interface ProfilesTold {
  result(partnerId: string, id: string, result: ChargingProfileResult): boolean;
  active(partnerId: string, sessionId: string, profile: ActiveChargingProfile): boolean;
}

const readResult = decoder(chargingProfileResult);
const readActive = decoder(activeChargingProfile);

/** Hears what became of our profiles, and what sessions may draw [OCPI 2.2.1 chargingprofiles, sender interface]. */
export const chargingProfilesSender = (told: ProfilesTold): OcpiModule => ({
  identifier: 'chargingprofiles',
  role: 'SENDER',
  handle: async ({ partner, method, segments, body }) => {
    const [first = '', id, ...more] = segments;
    if (first === '' || more.length > 0) throw notFound('there is nothing here');
    if (id !== undefined) {
      if (first !== 'results') throw notFound('there is nothing here');
      if (method !== 'POST') throw notAllowed(`${method} is not possible here`);
      if (told.result(partner.id, id, understood(readResult(body)))) return done();
      throw notFound('no such result of yours is awaited, or no longer');
    }
    if (method !== 'PUT') throw notAllowed(`${method} is not possible here`);
    if (told.active(partner.id, first, understood(readActive(body)))) return done();
    throw notFound('no such session of yours is limited here');
  },
});
