import Type from 'typebox';
import type { Clock } from '../../control/ports.ts';
import { compile } from '../../schema.ts';
import { ensureOutside, type PeerPolicy } from './peerAddress.ts';

/** Access tokens of an OAuth2 server, each used until shortly before its end. */
export interface AccessTokens {
  /** Rejects when the server gives none. */
  token(): Promise<string>;
  /** The peer refused the last one: the next is fetched anew. */
  forget(): void;
}

export interface AccessTokenOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly policy: PeerPolicy;
}

const timeoutMs = 10_000;
const answerMaxBytes = 64 * 1024;
const earlyMs = 30_000;
const lifeMs = 300_000;

const answer = compile(
  Type.Object({
    access_token: Type.String({ minLength: 1, maxLength: 8_192 }),
    expires_in: Type.Optional(Type.Number({ minimum: 0 })),
  }),
);

/** By the client credentials grant [RFC 6749 section 4.4]. */
export function accessTokens(options: AccessTokenOptions, clock: Clock): AccessTokens {
  let held: { readonly token: string; readonly untilMs: number } | undefined;
  let asking: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    const body = await asked(options, clock);
    const life = body.expires_in === undefined ? lifeMs : body.expires_in * 1000;
    held = { token: body.access_token, untilMs: clock.monotonicMs() + Math.max(0, life - earlyMs) };
    return body.access_token;
  };
  return {
    token() {
      if (held !== undefined && clock.monotonicMs() < held.untilMs) return Promise.resolve(held.token);
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    forget() {
      held = undefined;
    },
  };
}

async function asked(
  { tokenUrl, clientId, clientSecret, policy }: AccessTokenOptions,
  clock: Clock,
): Promise<{ readonly access_token: string; readonly expires_in?: number }> {
  await ensureOutside(tokenUrl, policy);
  const given = new AbortController();
  const cancel = clock.after(timeoutMs, () => given.abort(new Error('the OAuth2 server did not answer')));
  try {
    const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':');
    const response = await fetch(tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      redirect: 'manual',
      signal: given.signal,
    });
    const body = response.ok ? await limitedJson(response) : undefined;
    if (answer.check(body)) return body;
    await response.body?.cancel().catch(() => undefined);
    throw new Error(`the OAuth2 server gave no token (status ${response.status})`);
  } finally {
    cancel();
  }
}

async function limitedJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > answerMaxBytes) throw new Error('the answer of the OAuth2 server is too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
