import type { Clock } from '../../control/ports.ts';
import { type Party, partyKey } from '../../domain/roaming/common.ts';
import type { Token } from '../../domain/roaming/token.ts';
import { tokenName } from '../../domain/token.ts';
import { PartnerShelf, type Put } from '../received/partnerShelf.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { token as codec } from '../v230/token.ts';

/** What names a token: unique by owner, uid and type. */
export interface TokenId extends Party {
  readonly uid: string;
  readonly type: string;
}

/** A token, and the partner that vouches for it. */
export interface PartnerToken {
  readonly partnerId: string;
  readonly token: Token;
  readonly knownSinceMs: number;
}

const countMax = 100_000;

/** The tokens that partners told us, each partner its own. */
export class TokenShelf {
  readonly #shelf: PartnerShelf<Token>;

  constructor(objects: RoamingObjects, clock: Clock) {
    const aliasOf = ({ uid }: Token): string => tokenName(uid);
    this.#shelf = new PartnerShelf(
      { kind: 'token', codec, countMax, keyOf: tokenKey, aliasOf },
      objects,
      clock,
    );
  }

  find(partnerId: string, id: TokenId): Promise<Token | undefined> {
    return this.#shelf.find(partnerId, tokenKey(id));
  }

  /** Durable when it resolves. */
  put(partnerId: string, token: Token): Promise<Put> {
    return this.#shelf.put(partnerId, token);
  }

  /** Puts it unless what we hold is newer. */
  renew(partnerId: string, token: Token): Promise<Put | 'left'> {
    return this.#shelf.renew(partnerId, token);
  }

  /** Of every partner that knows it. */
  async byUid(uid: string): Promise<readonly PartnerToken[]> {
    const found = await this.#shelf.byAlias(tokenName(uid));
    return found.map(({ partnerId, createdAtMs, value }) => ({
      ...{ partnerId, token: value, knownSinceMs: createdAtMs },
    }));
  }
}

export const tokenKey = ({ uid, type, ...party }: TokenId): string => partyKey(party, type, uid);
