import type { SiteId, StationId } from '../domain/ids.ts';
import type { Session } from '../domain/session.ts';
import {
  type Authorization,
  answer,
  judged,
  type Token,
  type TokenPolicy,
  type TokenRequest,
  type TokenSource,
  tokenName,
} from '../domain/token.ts';
import type { Logger } from '../log.ts';
import type { BookedEvses } from './bookedEvses.ts';
import type { Clock } from './ports.ts';

export interface TokenDeskPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Sites that a station feeds, or the one of its EVSE. */
  sitesOf(stationId: StationId, evseNumber: number | undefined): readonly SiteId[];
  policyOf(site: SiteId): TokenPolicy;
  readonly acceptsConcurrent: boolean;
  runningSessions(): readonly Session[];
  readonly book: {
    /** Durable when it resolves. */
    saveToken(token: Token): Promise<void>;
    deleteToken(key: string): Promise<void>;
  };
  readonly booked: Pick<BookedEvses, 'verdict'>;
  /** Asked one after the other. */
  readonly sources: readonly TokenSource[];
}

/** A station, and a driver in front of it, wait no longer for somebody else's word. */
const sourcePatienceMs = 5_000;
const tokensMax = 100_000;

/** Who may charge. Our own list comes first, then whoever else knows tokens, then what the site thinks of strangers. */
export class TokenDesk {
  readonly #ports: TokenDeskPorts;
  /** By name. */
  readonly #tokens = new Map<string, Token>();
  readonly #byKey = new Map<string, Token>();
  #revision = 0;

  constructor(ports: TokenDeskPorts, tokens: readonly Token[]) {
    this.#ports = ports;
    for (const token of tokens) {
      this.#tokens.set(tokenName(token.id), token);
      this.#byKey.set(token.key, token);
    }
  }

  /** Rises with every change. */
  get revision(): number {
    return this.#revision;
  }

  list(): readonly Token[] {
    return [...this.#tokens.values()];
  }

  /** Durable and in force when it resolves. */
  async set(token: Token): Promise<'set' | 'full'> {
    const name = tokenName(token.id);
    if (this.#tokens.size >= tokensMax && !this.#tokens.has(name)) return 'full';
    await this.#ports.book.saveToken(token);
    this.#tokens.set(name, token);
    this.#byKey.set(token.key, token);
    this.#revision += 1;
    return 'set';
  }

  /** Whether it is on our own list. */
  knows(tokenId: string): boolean {
    return this.#tokens.has(tokenName(tokenId));
  }

  /** undefined where there is none. */
  byKey(key: string): Token | undefined {
    return this.#byKey.get(key);
  }

  async remove(token: Token): Promise<void> {
    await this.#ports.book.deleteToken(token.key);
    this.#tokens.delete(tokenName(token.id));
    this.#byKey.delete(token.key);
    this.#revision += 1;
  }

  async authorize(request: TokenRequest): Promise<Authorization> {
    const authorization = await this.#judged(request);
    if (authorization.status !== 'accepted' || !this.#isConcurrent(request)) return authorization;
    return { ...authorization, status: 'concurrent' };
  }

  async #judged(request: TokenRequest): Promise<Authorization> {
    const { clock, sitesOf, policyOf, booked } = this.#ports;
    const verdict = booked.verdict(request, clock.nowMs());
    // What holds at a time is asked again: a station that remembers it would not ask.
    const now = { groupId: undefined, cacheUntilMs: clock.nowMs() };
    if (verdict === 'theirs') return { status: 'accepted', ...now };
    if (verdict === 'kept' && !this.#charges(request)) return { status: 'reserved', ...now };
    const sites = sitesOf(request.stationId, request.evseNumber);
    const policies = sites.map(policyOf);
    const token = this.#tokens.get(tokenName(request.tokenId));
    if (token !== undefined) {
      const cacheMs = Math.min(...policies.map((policy) => policy.cacheMs));
      return judged(token, { sites, type: request.type, cacheMs, nowMs: clock.nowMs() });
    }
    const foreign = await this.#askSources(request);
    if (foreign !== undefined) return foreign;
    return answer(policies.some(({ acceptsUnknown }) => acceptsUnknown) ? 'accepted' : 'unknown');
  }

  async #askSources(request: TokenRequest): Promise<Authorization | undefined> {
    for (const source of this.#ports.sources) {
      const told = await this.#withPatience(source, request);
      if (told !== undefined) return told;
    }
    return undefined;
  }

  /** A source that fails or is slow knows nothing. */
  #withPatience(source: TokenSource, request: TokenRequest): Promise<Authorization | undefined> {
    const { clock, log } = this.#ports;
    const { stationId } = request;
    return new Promise((resolve) => {
      const cancel = clock.after(sourcePatienceMs, () => {
        log.warn({ stationId }, 'nobody answered for a token in time');
        resolve(undefined);
      });
      source.authorize(request).then(
        (told) => {
          cancel();
          resolve(told);
        },
        (error: unknown) => {
          cancel();
          log.warn({ stationId, err: error }, 'a token could not be asked for');
          resolve(undefined);
        },
      );
    });
  }

  /** Its driver charges there already, and may end that. */
  #charges({ stationId, tokenId }: TokenRequest): boolean {
    const name = tokenName(tokenId);
    return this.#ports
      .runningSessions()
      .some((session) => session.stationId === stationId && tokenName(session.tokenId ?? '') === name);
  }

  /** The token charges in another session, and must not. */
  #isConcurrent({ stationId, tokenId, transactionId }: TokenRequest): boolean {
    const { acceptsConcurrent, runningSessions } = this.#ports;
    if (acceptsConcurrent || transactionId === undefined) return false;
    const name = tokenName(tokenId);
    return runningSessions().some(
      (session) =>
        session.tokenId !== undefined &&
        tokenName(session.tokenId) === name &&
        (session.stationId !== stationId || session.transactionId !== transactionId),
    );
  }
}
