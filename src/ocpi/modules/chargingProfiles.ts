import { decoder } from '../codec.ts';
import { chargingProfileResponse, setChargingProfile } from '../objects/chargingProfile.ts';
import type { ProfileDesk } from '../profiles/profileDesk.ts';
import { done, invalid, notAllowed, notFound, understood } from '../transport/reply.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

const readSet = decoder(setChargingProfile);
/** A week: nobody knows what a session may draw after that. */
const durationMaxS = 604_800;

/** Takes charging profiles of sessions [OCPI 2.2.1 chargingprofiles, receiver interface]. */
export const chargingProfilesReceiver = (desk: ProfileDesk): OcpiModule => ({
  identifier: 'chargingprofiles',
  role: 'RECEIVER',
  handle: async (call) => {
    const [id = '', ...more] = call.segments;
    if (id === '' || more.length > 0) throw notFound('a session is named behind the module');
    return done(chargingProfileResponse.write(await answered(desk, call, id)));
  },
});

function answered(desk: ProfileDesk, call: PartnerModuleCall, id: string) {
  const { partner, method, body, query } = call;
  switch (method) {
    case 'PUT':
      return desk.set(partner, id, understood(readSet(body)));
    case 'DELETE':
      return desk.clear(partner, id, responseUrlOf(query));
    case 'GET':
      return desk.active(partner, id, { durationS: durationOf(query), responseUrl: responseUrlOf(query) });
    default:
      throw notAllowed(`${method} is not possible here`);
  }
}

function responseUrlOf(query: URLSearchParams): string {
  const url = query.get('response_url');
  if (url === null) throw invalid('response_url is missing');
  return url;
}

function durationOf(query: URLSearchParams): number {
  const told = query.get('duration') ?? '';
  if (/^[1-9]\d{0,8}$/.test(told)) return Math.min(durationMaxS, Number(told));
  throw invalid('duration must be a whole number of seconds');
}
