import type { Clock } from '../../control/ports.ts';
import type { OpenAdrConfig } from '../../domain/openAdrConfig.ts';
import type { SwitchReadingsConfig } from '../../domain/switchReadingsConfig.ts';
import type { Codec } from './codec.ts';
import { exchange, type HttpAnswer, type HttpBounds, type HttpRequest, VtnError } from './http.ts';
import { TokenSource } from './tokens.ts';

/** The most that a VTN gives at once [OpenADR 3.0.1 and 3.1 OpenAPI, parameter limit]. */
const pageSize = 50;
/** Ours and the VTN's clock may differ by this before its times mean something else here than there. */
const skewMaxMs = 30_000;

const vtnBounds: HttpBounds = { timeoutMs: 10_000, bodyMaxBytes: 8 * 1024 * 1024 };

export interface Listed {
  readonly items: readonly unknown[];
  /** False when there were more pages than allowed. */
  readonly isComplete: boolean;
  readonly pageCount: number;
  /** As it came, for evidence. */
  readonly raw: string;
}

/** Requests to one VTN, with its token, its paging and its clock. Everything it throws is a VtnError. */
export class VtnClient {
  readonly #url: string;
  readonly #tokens: TokenSource | undefined;
  readonly #clock: Clock;
  readonly #bounds: HttpBounds;

  constructor(url: string, tokens: TokenSource | undefined, clock: Clock, bounds: HttpBounds = vtnBounds) {
    this.#url = url.replace(/\/+$/, '');
    this.#tokens = tokens;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /**
   * The whole of a collection, page by page. Refuses to believe it when the VTN's clock and ours differ by more than
   * 30 s: every time in it would be off by as much.
   */
  async list(path: string, query: Readonly<Record<string, string>>, pagesMax: number): Promise<Listed> {
    const items: unknown[] = [];
    const raws: string[] = [];
    for (let page = 0; page < pagesMax; page += 1) {
      const paging = { skip: String(page * pageSize), limit: String(pageSize) };
      const { body, text, skewMs } = await this.#answered(
        'GET',
        `${path}?${new URLSearchParams({ ...query, ...paging })}`,
      );
      if (skewMs !== undefined && Math.abs(skewMs) > skewMaxMs) {
        throw new VtnError(
          'clock is off',
          `the VTN's clock is ${Math.round(skewMs / 1_000)} s ahead of ours`,
        );
      }
      if (!Array.isArray(body)) throw new VtnError('unreadable', `${path} did not answer a list`);
      // A VTN that takes no notice of skip gives the same page for ever.
      if (text === raws.at(-1)) return { items, isComplete: true, pageCount: page, raw: raws.join('\n') };
      items.push(...body);
      raws.push(text);
      // A VTN that does not page answers everything, more than a page, at once.
      if (body.length !== pageSize) {
        return { items, isComplete: true, pageCount: page + 1, raw: raws.join('\n') };
      }
    }
    return { items, isComplete: false, pageCount: pagesMax, raw: raws.join('\n') };
  }

  /** One object; undefined where there is none. */
  async find(path: string): Promise<unknown> {
    const { status, body } = await this.#ask('GET', path);
    if (status === 404) return undefined;
    return this.#expectOk('GET', path, status, body);
  }

  async create(path: string, body: object): Promise<unknown> {
    return (await this.#answered('POST', path, body)).body;
  }

  async replace(path: string, body: object): Promise<unknown> {
    return (await this.#answered('PUT', path, body)).body;
  }

  async remove(path: string): Promise<void> {
    const { status } = await this.#ask('DELETE', path);
    if (status !== 404) this.#expectOk('DELETE', path, status, undefined);
  }

  /** A token for somebody else of the same authority: the MQTT broker of the VTN. */
  async token(): Promise<string | undefined> {
    return this.#tokens?.token();
  }

  async #answered(method: HttpRequest['method'], path: string, body?: object): Promise<HttpAnswer> {
    const answer = await this.#ask(method, path, body);
    this.#expectOk(method, path, answer.status, answer.body, answer.retryAfterMs);
    return answer;
  }

  #expectOk(method: string, path: string, status: number, body: unknown, retryAfterMs?: number): unknown {
    if (status >= 200 && status < 300) return body;
    const where = path.split('?')[0];
    throw new VtnError('refused', `${method} ${where} was answered ${status}`, {
      status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }

  /** A token can be withdrawn before its time, so a refused one is renewed, once. */
  async #ask(method: HttpRequest['method'], path: string, body?: object): Promise<HttpAnswer> {
    const token = await this.#tokens?.token();
    const answer = await this.#send(method, path, body, token);
    if (answer.status !== 401 || token === undefined || this.#tokens === undefined) return answer;
    this.#tokens.refused(token);
    return this.#send(method, path, body, await this.#tokens.token());
  }

  #send(
    method: HttpRequest['method'],
    path: string,
    body: object | undefined,
    token: string | undefined,
  ): Promise<HttpAnswer> {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return exchange({ method, url: `${this.#url}${path}`, headers, ...content }, this.#clock, this.#bounds);
  }
}

/** The client of a connection, with tokens where the config has credentials. */
export function clientOf(config: OpenAdrConfig, codec: Codec, clock: Clock): VtnClient {
  const { url: vtnUrl, auth: credentials, allowPrivateAddresses } = config;
  if (credentials === undefined) return new VtnClient(vtnUrl, undefined, clock);
  const { hasDiscovery, tokenPath } = codec;
  const place = { vtnUrl, hasDiscovery, tokenPath, allowPrivateAddresses };
  return new VtnClient(vtnUrl, new TokenSource({ ...place, credentials, bounds: vtnBounds }, clock), clock);
}

/** The client of the API of Switch, whose tokens come from the server that the config names. */
export function switchClient({ url, auth }: SwitchReadingsConfig, clock: Clock): VtnClient {
  const place = { vtnUrl: url, hasDiscovery: false, tokenPath: '', allowPrivateAddresses: false };
  return new VtnClient(
    url,
    new TokenSource({ ...place, credentials: auth, bounds: vtnBounds }, clock),
    clock,
  );
}
