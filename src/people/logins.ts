import { createHmac } from 'node:crypto';
import type { Login, User } from '../domain/person.ts';
import type { PeopleOptions, PeoplePorts } from './ports.ts';

/** The oldest goes first, of one user and of all. */
const loginsOfUserMax = 20;
const loginsMax = 2_000;
/** The database hears of use this seldom: a login may end this much too early after a restart. */
const touchEveryMs = 60_000;

interface Held {
  login: Login;
  /** What the database has as the last use. */
  toldMs: number;
}

/** Who is signed in. The secret of a login is in one cookie and nowhere else. */
export class Logins {
  readonly #ports: PeoplePorts;
  readonly #options: Pick<PeopleOptions, 'idleMs' | 'loginMs'>;
  /** By hash, in the order in which they began. */
  readonly #held = new Map<string, Held>();

  constructor(
    ports: PeoplePorts,
    options: Pick<PeopleOptions, 'idleMs' | 'loginMs'>,
    stored: readonly Login[],
  ) {
    this.#ports = ports;
    this.#options = options;
    for (const login of stored) this.#held.set(login.sha256, { login, toldMs: login.usedAtMs });
  }

  /** Always a new secret: what the browser had before is worth nothing. Durable when it resolves. */
  async begin({ name, stamp }: User, former: string | undefined): Promise<string> {
    const { clock, book, createCredential } = this.#ports;
    const { secret, sha256 } = createCredential();
    const atMs = clock.nowMs();
    const login = { sha256, user: name, stamp, startedAtMs: atMs, usedAtMs: atMs };
    const about = { atMs, actor: name, target: name, before: undefined, after: undefined };
    await book.insertLogin(login, { ...about, action: 'signed in' });
    await this.#forget([...this.#tooMany(name), ...(former === undefined ? [] : [former])]);
    this.#held.set(sha256, { login, toldMs: atMs });
    return secret;
  }

  /** The login of a secret that is still good, with when it ends if it is not used; `use` puts that off. */
  find(
    secret: string,
    use: 'use' | 'look' = 'use',
  ): { readonly login: Login; readonly endsAtMs: number } | undefined {
    const held = this.#held.get(this.#ports.sha256(secret));
    const nowMs = this.#ports.clock.nowMs();
    if (held === undefined || this.#endOf(held.login) <= nowMs) return undefined;
    if (use === 'use') this.#use(held, nowMs);
    return { login: held.login, endsAtMs: this.#endOf(held.login) };
  }

  /** Durable when it resolves, and in force before. */
  async end(sha256: string): Promise<void> {
    await this.#forget([sha256]);
  }

  #use(held: Held, nowMs: number): void {
    held.login = { ...held.login, usedAtMs: nowMs };
    if (Math.abs(nowMs - held.toldMs) < touchEveryMs) return;
    held.toldMs = nowMs;
    this.#ports.book.touchLogin(held.login.sha256, nowMs);
  }

  #endOf({ startedAtMs, usedAtMs }: Login): number {
    return Math.min(startedAtMs + this.#options.loginMs, usedAtMs + this.#options.idleMs);
  }

  /** Those that have ended, and those one more has no room beside. */
  #tooMany(user: string): readonly string[] {
    const nowMs = this.#ports.clock.nowMs();
    const all = [...this.#held.values()].map(({ login }) => login);
    const live = all.filter((login) => this.#endOf(login) > nowMs);
    const own = live.filter((login) => login.user === user);
    const surplus = [
      ...own.slice(0, Math.max(0, own.length - loginsOfUserMax + 1)),
      ...live.slice(0, Math.max(0, live.length - loginsMax + 1)),
    ];
    const ended = all.filter((login) => !live.includes(login));
    return [...ended, ...surplus].map(({ sha256 }) => sha256);
  }

  async #forget(sha256s: readonly string[]): Promise<void> {
    for (const each of sha256s) this.#held.delete(each);
    await this.#ports.book.deleteLogins(sha256s);
  }
}

/** What a page has to send beside the cookie: only a page of ours could read it. It tells nothing about the secret. */
export const csrfTokenOf = (secret: string): string =>
  createHmac('sha256', secret).update('csrf').digest('base64url');
