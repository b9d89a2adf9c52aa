import { isSameParty } from '../../domain/roaming/partner.ts';
import type { Token } from '../../domain/roaming/token.ts';
import { speaksFor } from '../partners/partnerBook.ts';
import type { TokenId, TokenShelf } from '../tokens/tokenShelf.ts';
import { done, invalid, notAllowed, notFound, type Reply, understood } from '../transport/reply.ts';
import { tokenOf, tokenPatchOf } from '../versions.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

/** Takes the tokens of eMSPs [OCPI 2.2.1 tokens, receiver interface]. */
export const tokensReceiver = (shelf: TokenShelf): OcpiModule => ({
  identifier: 'tokens',
  role: 'RECEIVER',
  handle: async (call) => {
    const id = tokenIdOf(call);
    switch (call.method) {
      case 'GET':
        return done(tokenOf(call.version).codec.write(await known(shelf, call, id)));
      case 'PUT':
        return put(shelf, call, id, understood(tokenOf(call.version).read(call.body)));
      case 'PATCH': {
        const change = understood(tokenPatchOf(call.version).read(call.body));
        if (change.lastUpdatedMs === undefined) throw invalid('a PATCH must contain last_updated');
        return put(shelf, call, id, { ...(await known(shelf, call, id)), ...change });
      }
      default:
        throw notAllowed(`${call.method} is not possible here`);
    }
  },
});

/** Throws where the party in the URL is not one of the partner's: whose objects those are is none of its business. */
function tokenIdOf({ segments, query, partner }: PartnerModuleCall): TokenId {
  const [countryCode = '', partyId = '', uid = '', ...more] = segments;
  const party = { countryCode, partyId };
  if (!speaksFor(partner, party) || uid === '' || more.length > 0)
    throw notFound('there is no such token of yours');
  return { ...party, uid, type: query.get('type') ?? 'RFID' };
}

async function known(shelf: TokenShelf, { partner }: PartnerModuleCall, id: TokenId): Promise<Token> {
  const token = await shelf.find(partner.id, id);
  if (token === undefined) throw notFound('there is no such token of yours');
  return token;
}

async function put(
  shelf: TokenShelf,
  { partner }: PartnerModuleCall,
  id: TokenId,
  token: Token,
): Promise<Reply> {
  const isSame =
    isSameParty(token, id) &&
    token.uid.toUpperCase() === id.uid.toUpperCase() &&
    token.type.toUpperCase() === id.type.toUpperCase();
  if (!isSame) throw invalid('the token in the body is not the one in the URL');
  const outcome = await shelf.put(partner.id, token);
  if (outcome === 'full') throw invalid('there are as many tokens of yours as can be kept');
  return done(undefined, outcome === 'added' ? 201 : 200);
}
