import type { KeyOutcome, KeyRequest } from '../domain/peopleChange.ts';
import { type ApiKey, nameFault } from '../domain/person.ts';
import type { PeopleOptions, PeoplePorts } from './ports.ts';
import { refused, siteFault } from './refusals.ts';

const keysMax = 1_000;

export interface KeysNeeds extends Pick<PeoplePorts, 'clock' | 'book' | 'createCredential'> {
  readonly options: Pick<PeopleOptions, 'configured' | 'sites'>;
  isUser(name: string): boolean;
}

/** Keys made while the service runs. Its methods must not run at the same time: each judges what the one before has left. */
export class Keys {
  readonly #needs: KeysNeeds;
  /** By hash. */
  #byHash: ReadonlyMap<string, ApiKey>;

  constructor(needs: KeysNeeds, stored: readonly ApiKey[]) {
    this.#needs = needs;
    this.#byHash = byHash(stored);
  }

  list(): readonly ApiKey[] {
    return [...this.#byHash.values()];
  }

  /**
   * The key of a hash, while it is good. A lookup is no comparison in constant time, but what it could tell is about a
   * hash of 192 random bits. One whose name the config has is not good: the config wins.
   */
  find(sha256: string): ApiKey | undefined {
    const key = this.#byHash.get(sha256);
    if (key === undefined || this.#isConfigured(key.name)) return undefined;
    const isExpired = key.expiresAtMs !== undefined && key.expiresAtMs <= this.#needs.clock.nowMs();
    return isExpired ? undefined : key;
  }

  async reload(): Promise<void> {
    this.#byHash = byHash(await this.#needs.book.apiKeys());
  }

  /** Durable and good when it resolves. */
  async add({ name, role, sites, expiresAtMs }: KeyRequest, by: string): Promise<KeyOutcome> {
    const { clock, book, createCredential, options } = this.#needs;
    const setAtMs = clock.nowMs();
    const nameIsWrong = nameFault(name) ?? this.#takenFault(name);
    if (nameIsWrong !== undefined) return refused('name', nameIsWrong);
    if (this.#byHash.size >= keysMax) return refused('name', 'is one too many: remove a key first');
    const siteIsWrong = siteFault({ name, role, sites }, options.sites);
    if (siteIsWrong !== undefined) return refused('sites', siteIsWrong);
    if (expiresAtMs !== undefined && expiresAtMs <= setAtMs) return refused('expiresAt', 'has passed');
    const { secret, sha256 } = createCredential();
    const where = role === 'admin' ? [] : sites;
    const key: ApiKey = { name, role, sites: where, sha256, expiresAtMs, setAtMs, setBy: by };
    const about = { atMs: setAtMs, actor: by, action: 'API key added', target: name };
    await book.saveApiKey(key, { ...about, before: undefined, after: told(key) });
    this.#byHash = byHash([...this.list(), key]);
    return { status: 'kept', key, secret };
  }

  /** False when there is no such key. */
  async remove(name: string, by: string): Promise<boolean> {
    const key = this.list().find((each) => each.name === name);
    if (key === undefined) return false;
    const about = { atMs: this.#needs.clock.nowMs(), actor: by, action: 'API key removed', target: name };
    await this.#needs.book.deleteApiKey(name, { ...about, before: told(key), after: undefined });
    this.#byHash = byHash(this.list().filter((each) => each.name !== name));
    return true;
  }

  #takenFault(name: string): string | undefined {
    if (this.#isConfigured(name)) return 'is the name of a key in access.keys: choose another';
    const isTaken = this.#needs.isUser(name) || this.list().some((key) => key.name === name);
    return isTaken ? 'is taken: choose another' : undefined;
  }

  #isConfigured(name: string): boolean {
    return this.#needs.options.configured.some((key) => key.name === name);
  }
}

const byHash = (keys: readonly ApiKey[]): ReadonlyMap<string, ApiKey> =>
  new Map(keys.map((key) => [key.sha256, key]));

const told = ({ role, sites, expiresAtMs }: ApiKey): object => ({ role, sites, expiresAtMs });
