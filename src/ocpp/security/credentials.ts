import type { StationId } from '../../domain/ids.ts';
import type { Logger } from '../../log.ts';
import { fits, hashPassword, passwordMemory } from './passwords.ts';

/** Passwords of one station that may be in force there: the one it had, and those it was told since. */
const maxPasswords = 4;
/** Takes the place of a station's hash where there is none, so that a stranger waits as long as a wrong password. */
const nobody = hashPassword('');

/** The passwords of a station that were set over OCPP. */
export interface StoredPasswords {
  readonly stationId: StationId;
  /** The hash in the config when they were set: another one there means that the operator set a new password. */
  readonly configured: string | undefined;
  /** Oldest first. The station has one of them. */
  readonly hashes: readonly string[];
}

export interface CredentialsPorts {
  readonly log: Logger;
  /** Durable once it resolves. */
  save(passwords: StoredPasswords): Promise<void>;
}

/**
 * The passwords of the stations, as hashes.
 *
 * Whether a station took a new password is not known for sure before it shows it: the answer may be lost, or come
 * before a restart of the station that brings the old one back. So every password it may have is accepted, and those
 * older than the one it shows are forgotten then.
 */
export class Credentials {
  readonly #configured: ReadonlyMap<StationId, string | undefined>;
  readonly #ports: CredentialsPorts;
  readonly #rotated = new Map<StationId, readonly string[]>();
  readonly #memory = passwordMemory();
  readonly #seen = new Map<StationId, { readonly hash: string; readonly mark: Buffer }>();

  /** `configured` has every station of the config, with its hash where it has one. */
  constructor(
    configured: ReadonlyMap<StationId, string | undefined>,
    stored: readonly StoredPasswords[],
    ports: CredentialsPorts,
  ) {
    this.#configured = configured;
    this.#ports = ports;
    for (const passwords of stored) {
      const { stationId, hashes } = passwords;
      if (configured.get(stationId) === passwords.configured) this.#rotated.set(stationId, hashes);
    }
  }

  isKnown(stationId: StationId): boolean {
    return this.#configured.has(stationId);
  }

  /** Whether a password is right; `not needed` for a station of the config that has none. */
  async check(stationId: StationId, password: Buffer | undefined): Promise<'right' | 'wrong' | 'not needed'> {
    const hashes = this.#hashesOf(stationId);
    if (hashes.length === 0 && this.isKnown(stationId)) return 'not needed';
    if (password === undefined) return 'wrong';
    const seen = this.#seen.get(stationId);
    if (seen !== undefined && hashes.includes(seen.hash) && this.#memory.isMark(password, seen.mark))
      return 'right';
    if (hashes.length === 0) await fits(password, await nobody);
    // The newest first: it is the one the station should have.
    for (const hash of [...hashes].reverse()) {
      if (!(await fits(password, hash))) continue;
      this.#seen.set(stationId, { hash, mark: this.#memory.mark(password) });
      await this.#forgetOlder(stationId, hash);
      return 'right';
    }
    return 'wrong';
  }

  /** Accepts one more password of a station, durable once it resolves; else tells why not. */
  async add(stationId: StationId, password: string): Promise<'added' | { readonly why: string }> {
    const hash = await hashPassword(password);
    const hashes = this.#hashesOf(stationId);
    // It would be locked out if the new one never arrived.
    if (hashes.length === 0) return { why: 'the station has no password that a new one could replace' };
    if (hashes.length >= maxPasswords) {
      return {
        why: `${hashes.length} passwords wait for the station to show one: have it connect again first`,
      };
    }
    await this.#keep(stationId, [...hashes, hash]);
    return 'added';
  }

  /** The station refused a password for certain. */
  async withdraw(stationId: StationId, password: string): Promise<void> {
    const kept: string[] = [];
    for (const hash of this.#hashesOf(stationId)) {
      if (!(await fits(Buffer.from(password), hash))) kept.push(hash);
    }
    await this.#keep(stationId, kept);
  }

  #hashesOf(stationId: StationId): readonly string[] {
    const configured = this.#configured.get(stationId);
    return this.#rotated.get(stationId) ?? (configured === undefined ? [] : [configured]);
  }

  /** That an older password is no longer accepted may wait for a database that is away: the station gets in. */
  async #forgetOlder(stationId: StationId, shown: string): Promise<void> {
    const hashes = this.#hashesOf(stationId);
    const kept = hashes.slice(hashes.indexOf(shown));
    if (kept.length === hashes.length) return;
    try {
      await this.#keep(stationId, kept);
    } catch (error) {
      this.#ports.log.error(
        { stationId, err: error },
        'former password could not be forgotten, it is tried again',
      );
    }
  }

  async #keep(stationId: StationId, hashes: readonly string[]): Promise<void> {
    await this.#ports.save({ stationId, configured: this.#configured.get(stationId), hashes });
    this.#rotated.set(stationId, hashes);
  }
}
