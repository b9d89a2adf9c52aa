import type { Clock } from '../../control/ports.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { Token } from '../../domain/roaming/token.ts';
import { tokenName } from '../../domain/token.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { tokenOf } from '../versions.ts';

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

const tokensMax = 100_000;

/** The tokens that partners told us, each partner its own. */
export class TokenShelf {
  readonly #objects: RoamingObjects;
  readonly #clock: Clock;

  constructor(objects: RoamingObjects, clock: Clock) {
    this.#objects = objects;
    this.#clock = clock;
  }

  async find(partnerId: string, id: TokenId): Promise<Token | undefined> {
    const found = await this.#objects.findRoamingObject({ kind: 'token', partnerId }, keyOf(id));
    return found && tokenIn(found.document);
  }

  /** Durable when it resolves. */
  async put(partnerId: string, token: Token): Promise<'added' | 'replaced' | 'full'> {
    const shelf = { kind: 'token', partnerId } as const;
    const id = keyOf(token);
    const known = await this.#objects.findRoamingObject(shelf, id);
    if (known === undefined && (await this.#objects.countRoamingObjects(shelf)) >= tokensMax) return 'full';
    await this.#objects.saveRoamingObject({
      ...shelf,
      id,
      alias: tokenName(token.uid),
      createdAtMs: this.#clock.nowMs(),
      lastUpdatedMs: token.lastUpdatedMs,
      isDue: false,
      document: tokenOf('2.3.0').codec.write(token),
    });
    return known === undefined ? 'added' : 'replaced';
  }

  /** Of every partner that knows it. */
  async byUid(uid: string): Promise<readonly PartnerToken[]> {
    const found = await this.#objects.roamingObjectsByAlias('token', tokenName(uid));
    return found.map(({ partnerId, createdAtMs, document }) => ({
      partnerId,
      token: tokenIn(document),
      knownSinceMs: createdAtMs,
    }));
  }
}

const keyOf = ({ countryCode, partyId, uid, type }: TokenId): string =>
  [countryCode, partyId, type, uid].map((part) => part.toUpperCase()).join('/');

const tokenIn = (document: unknown): Token => tokenOf('2.3.0').codec.read(document);
