import Type from 'typebox';
import type { Clock } from '../../control/ports.ts';
import { publicAddressFault } from '../../privateAddress.ts';
import { compile } from '../../schema.ts';
import { exchange, type HttpBounds, VtnError } from './http.ts';

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Left away: found by discovery where there is one, otherwise the VTN's own. */
  readonly tokenUrl?: string | undefined;
  readonly scope?: string | undefined;
  /** Whom the token is for: some servers (Auth0) give none without. */
  readonly audience?: string | undefined;
}

export interface TokenSourceOptions {
  readonly vtnUrl: string;
  readonly credentials: Credentials;
  readonly hasDiscovery: boolean;
  readonly tokenPath: string;
  readonly allowPrivateAddresses: boolean;
  readonly bounds: HttpBounds;
}

const isToken = compile(
  Type.Object({
    access_token: Type.String({ minLength: 1, maxLength: 16_384, pattern: '^[\\x21-\\x7e]+$' }),
    token_type: Type.Optional(Type.String({ maxLength: 32 })),
    expires_in: Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.Null()])),
  }),
);
const isServerInfo = compile(Type.Object({ tokenURL: Type.String({ minLength: 2, maxLength: 8_000 }) }));

/** Where the server does not say how long a token lasts. */
const lifeMs = 5 * 60_000;
/** Renewed so much before its end, but never more than half its life before. */
const marginMs = 30_000;

/** Tokens of OAuth 2 client credentials [RFC 6749 section 4.4]: fetched once, kept until they are nearly over. */
export class TokenSource {
  readonly #options: TokenSourceOptions;
  readonly #clock: Clock;
  #token: { readonly text: string; readonly untilMs: number } | undefined;
  #underWay: Promise<string> | undefined;
  #tokenUrl: string | undefined;

  constructor(options: TokenSourceOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#tokenUrl = options.credentials.tokenUrl;
  }

  /** A token that is good for now. Callers at the same time share one request. Throws a VtnError. */
  token(): Promise<string> {
    if (this.#token !== undefined && this.#clock.monotonicMs() < this.#token.untilMs) {
      return Promise.resolve(this.#token.text);
    }
    this.#underWay ??= this.#fetch().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** The server would not have it. A newer one that came meanwhile stays. */
  refused(text: string): void {
    if (this.#token?.text === text) this.#token = undefined;
  }

  async #fetch(): Promise<string> {
    const { credentials, bounds } = this.#options;
    this.#tokenUrl ??= await this.#discovered();
    const { clientId, clientSecret, scope, audience } = credentials;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope === undefined ? {} : { scope }),
      ...(audience === undefined ? {} : { audience }),
    });
    const request = {
      method: 'POST',
      url: this.#tokenUrl,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    } as const;
    const { status, body } = await exchange(request, this.#clock, bounds);
    if (status !== 200) throw new VtnError('refused', `no token: the server answered ${status}`, { status });
    if (!isToken.check(body)) {
      throw new VtnError('unreadable', `no token: ${JSON.stringify(isToken.faults()[0])}`);
    }
    if (body.token_type !== undefined && body.token_type.toLowerCase() !== 'bearer') {
      throw new VtnError('unreadable', `no token: its type is "${body.token_type}", not Bearer`);
    }
    const forMs = (body.expires_in ?? lifeMs / 1_000) * 1_000;
    const untilMs = this.#clock.monotonicMs() + forMs - Math.min(marginMs, forMs / 2);
    this.#token = { text: body.access_token, untilMs };
    return body.access_token;
  }

  /** The secret goes where the VTN says, so that must be a place it may go: encrypted, or the VTN itself. */
  async #discovered(): Promise<string> {
    const { vtnUrl, hasDiscovery, tokenPath, allowPrivateAddresses, bounds } = this.#options;
    const own = `${vtnUrl}${tokenPath}`;
    if (!hasDiscovery) return own;
    const request = { method: 'GET', url: `${vtnUrl}/auth/server`, headers: {} } as const;
    const { status, body } = await exchange(request, this.#clock, bounds);
    if (status === 404 || status === 501) return own;
    if (status !== 200 || !isServerInfo.check(body) || !URL.canParse(body.tokenURL, vtnUrl)) {
      throw new VtnError('unreadable', `/auth/server names no token server (status ${status})`, { status });
    }
    const found = new URL(body.tokenURL, vtnUrl);
    if (found.origin === new URL(vtnUrl).origin) return found.href;
    const fault = allowPrivateAddresses ? undefined : publicAddressFault(found.href);
    if (fault !== undefined) throw new VtnError('refused', `the token server that the VTN names ${fault}`);
    if (found.protocol !== 'https:' && !allowPrivateAddresses) {
      throw new VtnError('refused', 'the token server that the VTN names does not encrypt');
    }
    return found.href;
  }
}
