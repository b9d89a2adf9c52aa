import type { LocationReferences } from '../../domain/roaming/token.ts';
import { decoder } from '../codec.ts';
import { statusCodes } from '../envelope.ts';
import { locationReferences } from '../objects/token.ts';
import type { IssuedTokens } from '../retail/issuedTokens.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { done, notAllowed, notFound, OcpiRefusal, type Reply, understood } from '../transport/reply.ts';
import { token } from '../v230/token.ts';
import { authorizationInfoOf, tokenOf } from '../versions.ts';
import { keptList } from './kept.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

export interface TokensSenderPorts {
  readonly objects: RoamingObjects;
  readonly tokens: IssuedTokens;
  readonly newId: () => string;
}

const readPlace = decoder(locationReferences);

/** The tokens of our drivers, and whether one may charge at this moment [OCPI 2.2.1 tokens, sender interface]. */
export const tokensSender = (ports: TokensSenderPorts): OcpiModule => ({
  identifier: 'tokens',
  role: 'SENDER',
  handle: async (call) => {
    const [uid, what, ...more] = call.segments;
    if (uid === undefined) {
      const { write } = tokenOf(call.version).codec;
      return keptList(ports.objects, 'issued token', call, ({ document }) => write(token.read(document)), '');
    }
    if (what !== 'authorize' || more.length > 0) throw notFound('a token is authorised, or the list is read');
    if (call.method !== 'POST') throw notAllowed(`${call.method} is not possible here`);
    return authorised(ports, call, uid);
  },
});

async function authorised(
  { tokens, newId }: TokensSenderPorts,
  { query, body, version }: PartnerModuleCall,
  uid: string,
): Promise<Reply> {
  const place: LocationReferences | undefined = body === undefined ? undefined : understood(readPlace(body));
  const found = await tokens.find({ uid, type: query.get('type') ?? 'RFID' });
  if (found === undefined) {
    const reply = { httpStatus: 404, statusCode: statusCodes.unknownToken };
    throw new OcpiRefusal(reply, 'we have issued no such token');
  }
  const info = found.isValid
    ? { allowed: 'ALLOWED' as const, authorizationReference: newId().slice(0, 36) }
    : { allowed: 'BLOCKED' as const };
  const { write } = authorizationInfoOf(version).codec;
  return done(
    write({ ...info, token: found, ...(found.isValid && place !== undefined && { location: place }) }),
  );
}
