import type { SiteId, StationId } from './ids.ts';

/** What a driver shows to charge: a card, an app, a car. */
export interface Token {
  /** What it is named by where its own id must not be seen: that is all it takes to charge in its owner's name. */
  readonly key: string;
  /** As the card tells it. Upper and lower case are the same. */
  readonly id: string;
  /** As OCPP 2.x has it, such as ISO14443; undefined: any. */
  readonly type: string | undefined;
  /** Whoever is of the same group may end each other's sessions. */
  readonly groupId: string | undefined;
  readonly isBlocked: boolean;
  readonly expiresAtMs: number | undefined;
  /** Where it is good; none: everywhere. */
  readonly sites: readonly SiteId[];
  /** For people. */
  readonly note: string;
  readonly setAtMs: number;
  readonly setBy: string;
}

/** Who wants to charge, where. */
export interface TokenRequest {
  readonly stationId: StationId;
  /** undefined before the driver chose one. */
  readonly evseNumber: number | undefined;
  readonly tokenId: string;
  readonly type: string | undefined;
  /** The session it is for; undefined where nothing has begun. */
  readonly transactionId: string | undefined;
}

/** `elsewhere`: it is good at other sites. `reserved`: somebody else has booked the EVSE. `concurrent`: it has a session already. */
export type AuthorizationStatus =
  | 'accepted'
  | 'blocked'
  | 'concurrent'
  | 'elsewhere'
  | 'expired'
  | 'invalid'
  | 'reserved'
  | 'unknown';

export interface Authorization {
  readonly status: AuthorizationStatus;
  readonly groupId: string | undefined;
  /** How long a station may rely on it without asking again; undefined: as long as it likes. */
  readonly cacheUntilMs: number | undefined;
}

export interface TokenPolicy {
  /** Of a site: whether somebody may charge whom nobody knows. */
  readonly acceptsUnknown: boolean;
  readonly cacheMs: number;
}

/**
 * Others that know tokens, asked in real time for what is not in our own list, such as a roaming partner. undefined: it
 * does not know the token either.
 */
export interface TokenSource {
  authorize(request: TokenRequest): Promise<Authorization | undefined>;
}

/** Spelling makes no difference. [OCPP 1.6, idToken is a CiString; OCPP 2.0.1, IdTokenType.idToken is case insensitive] */
export const tokenName = (id: string): string => id.trim().toLowerCase();

export const answer = (status: AuthorizationStatus): Authorization => ({
  status,
  groupId: undefined,
  cacheUntilMs: undefined,
});

/** What a token of our own list may do now at these sites. */
export function judged(
  token: Token,
  {
    sites,
    type,
    cacheMs,
    nowMs,
  }: {
    readonly sites: readonly SiteId[];
    readonly type: string | undefined;
    readonly cacheMs: number;
    readonly nowMs: number;
  },
): Authorization {
  const { groupId, expiresAtMs } = token;
  // What was refused is asked again: it may have been changed, and a station that remembers it would not ask.
  const refused = (status: AuthorizationStatus): Authorization => ({
    status,
    groupId,
    cacheUntilMs: nowMs,
  });
  if (token.isBlocked) return refused('blocked');
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) return refused('expired');
  if (token.type !== undefined && type !== undefined && token.type !== type) return refused('invalid');
  if (token.sites.length > 0 && !sites.some((site) => token.sites.includes(site)))
    return refused('elsewhere');
  return {
    status: 'accepted',
    groupId,
    cacheUntilMs: Math.min(nowMs + cacheMs, expiresAtMs ?? Number.POSITIVE_INFINITY),
  };
}
