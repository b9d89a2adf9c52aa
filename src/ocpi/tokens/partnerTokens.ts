import type { Clock } from '../../control/ports.ts';
import type { StationId } from '../../domain/ids.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { AuthMethod } from '../../domain/roaming/session.ts';
import type { AuthorizationInfo, LocationReferences, Token } from '../../domain/roaming/token.ts';
import {
  type Authorization,
  type AuthorizationStatus,
  type TokenRequest,
  type TokenSource,
  tokenName,
} from '../../domain/token.ts';
import type { Logger } from '../../log.ts';
import { locationReferences } from '../objects/token.ts';
import type { PartnerClient } from '../partners/client.ts';
import { endpointUrl, type PartnerBook, type RegisteredPartner } from '../partners/partnerBook.ts';
import { joined } from '../transport/partnerUrl.ts';
import { authorizationInfoOf } from '../versions.ts';
import type { TokenShelf } from './tokenShelf.ts';

export interface PartnerTokensPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly shelf: TokenShelf;
  readonly book: PartnerBook;
  readonly client: PartnerClient;
  readonly own: Party;
  /** undefined where partners see nothing of it. */
  placeOf(stationId: StationId, evseNumber: number | undefined): LocationReferences | undefined;
}

/** How somebody came to charge: for the session, and for the CDR. */
export interface Permission {
  readonly partnerId: string;
  readonly token: Token;
  readonly method: AuthMethod;
  readonly reference?: string;
  /** Ours, of the booking that he makes use of. */
  readonly bookingId?: string;
  /** Of a command: until then its token is good at the station, though its partner never told us of it. */
  readonly untilMs?: number;
}

/** Shorter than a station waits for us: a token that is good offline is good when its owner is silent. */
const patienceMs = 4_000;
/** Permissions that wait for their session; past it the oldest goes, and its session is one of the whitelist. */
const permissionsMax = 10_000;

const statuses: Readonly<Record<AuthorizationInfo['allowed'], AuthorizationStatus>> = {
  ALLOWED: 'accepted',
  BLOCKED: 'blocked',
  EXPIRED: 'expired',
  NO_CREDIT: 'invalid',
  NOT_ALLOWED: 'invalid',
};

/** Whether drivers of partners may charge: by what the partner told of the token, or by its word of this moment. */
export class PartnerTokens implements TokenSource {
  readonly #ports: PartnerTokensPorts;
  readonly #permissions = new Map<string, Permission>();

  constructor(ports: PartnerTokensPorts) {
    this.#ports = ports;
  }

  async authorize(request: TokenRequest): Promise<Authorization | undefined> {
    const { book, shelf, placeOf } = this.#ports;
    const place = placeOf(request.stationId, request.evseNumber);
    if (place === undefined) return undefined;
    const commanded = this.#commanded(request);
    if (commanded !== undefined) return commanded;
    const partners = new Map(book.registered().map((partner) => [partner.id, partner]));
    const known = (await shelf.byUid(request.tokenId)).flatMap(({ partnerId, token }) => {
      const partner = partners.get(partnerId);
      return partner === undefined ? [] : [{ partner, token, place }];
    });
    // A number may be known to several partners: none of them can keep out the drivers of another.
    const verdicts = await Promise.all(known.map((owned) => this.#verdict(request, owned)));
    const verdict = verdicts.find(({ permission }) => permission !== undefined) ?? verdicts[0];
    if (verdict?.permission !== undefined)
      this.permit(request.stationId, request.tokenId, verdict.permission);
    return verdict?.answer;
  }

  /** Somebody may begin a session there with that token. */
  permit(stationId: StationId, tokenId: string, permission: Permission): void {
    const key = `${stationId} ${tokenName(tokenId)}`;
    this.#permissions.delete(key);
    this.#permissions.set(key, permission);
    const [oldest] = this.#permissions.keys();
    if (this.#permissions.size > permissionsMax && oldest !== undefined) this.#permissions.delete(oldest);
  }

  #permission(stationId: StationId, tokenId: string): Permission | undefined {
    return this.#permissions.get(`${stationId} ${tokenName(tokenId)}`);
  }

  /**
   * Whose driver began a session there with that token, and how he was allowed to. After a
   * restart it is told by the tokens that were known when the session began.
   */
  async ownerOf(stationId: StationId, tokenId: string, startedAtMs: number): Promise<Permission | undefined> {
    const allowed = this.#permission(stationId, tokenId);
    if (allowed !== undefined) return allowed;
    const registered = new Set(this.#ports.book.registered().map(({ id }) => id));
    const known = (await this.#ports.shelf.byUid(tokenId)).filter(
      ({ partnerId, knownSinceMs }) => registered.has(partnerId) && knownSinceMs <= startedAtMs,
    );
    const found = known.find(({ token }) => token.isValid) ?? known[0];
    return found && { partnerId: found.partnerId, token: found.token, method: 'WHITELIST' };
  }

  /** The session that was allowed has begun. The token of a command stays good: stations show it again at its end. */
  spent(stationId: StationId, tokenId: string): void {
    const permission = this.#permission(stationId, tokenId);
    if (permission === undefined) return;
    const { reference: _, ...rest } = permission;
    if (permission.untilMs === undefined) this.#permissions.delete(`${stationId} ${tokenName(tokenId)}`);
    else this.permit(stationId, tokenId, { ...rest, method: 'WHITELIST' });
  }

  /** The partner that sent the command has authorised its token itself. */
  #commanded({ stationId, tokenId }: TokenRequest): Authorization | undefined {
    const { clock, book } = this.#ports;
    const permission = this.#permission(stationId, tokenId);
    if (permission?.untilMs === undefined || permission.untilMs <= clock.nowMs()) return undefined;
    if (!book.registered().some(({ id }) => id === permission.partnerId)) return undefined;
    const { groupId } = permission.token;
    return { status: 'accepted', groupId, cacheUntilMs: clock.nowMs() };
  }

  async #verdict(request: TokenRequest, { partner, token, place }: Owned): Promise<Verdict> {
    const { groupId, isValid, whitelist } = token;
    // What is allowed now may be taken back in a moment: a station asks again every time.
    const answer = (status: AuthorizationStatus): Authorization => ({
      status,
      groupId,
      cacheUntilMs: this.#ports.clock.nowMs(),
    });
    if (!isValid) return { answer: answer('blocked') };
    const listed = {
      answer: answer('accepted'),
      permission: { partnerId: partner.id, token, method: 'WHITELIST' },
    } as const;
    if (whitelist === 'ALWAYS' || whitelist === 'ALLOWED') return listed;
    const told = await this.#asked(request, { partner, token, place });
    if (told === undefined) return whitelist === 'ALLOWED_OFFLINE' ? listed : { answer: answer('unknown') };
    if (told.allowed !== 'ALLOWED') return { answer: answer(statuses[told.allowed]) };
    const { authorizationReference: reference } = told;
    return {
      answer: answer('accepted'),
      permission: {
        ...{ partnerId: partner.id, token, method: 'AUTH_REQUEST' },
        ...(reference !== undefined && { reference }),
      },
    };
  }

  /** What the owner of a token says at this moment; undefined where it says nothing that can be understood. */
  async #asked(
    { stationId, tokenId }: TokenRequest,
    { partner: { id, state }, token, place }: Owned,
  ): Promise<AuthorizationInfo | undefined> {
    const { client, own, log } = this.#ports;
    const url = endpointUrl(state, 'tokens', 'SENDER');
    if (url === undefined) return undefined;
    try {
      return await client.call(state.access, {
        method: 'POST',
        url: `${joined(url, tokenId, 'authorize')}?type=${encodeURIComponent(token.type)}`,
        body: locationReferences.write(place),
        route: { from: own, to: token },
        read: authorizationInfoOf(state.version).readAnswer,
        timeoutMs: patienceMs,
      });
    } catch (error) {
      log.warn({ err: error, partner: id, stationId }, 'partner could not be asked for a token');
      return undefined;
    }
  }
}

/** A token, its partner, and where it was shown. */
interface Owned {
  readonly partner: RegisteredPartner;
  readonly token: Token;
  readonly place: LocationReferences;
}

interface Verdict {
  readonly answer: Authorization;
  readonly permission?: Permission;
}
