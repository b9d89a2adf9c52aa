import type { SiteId, StationId } from '../domain/ids.ts';
import { judged, type Token } from '../domain/token.ts';
import type { Logger } from '../log.ts';
import type { Clock } from './ports.ts';

/** One token on the list of a station. */
export interface ListedToken {
  readonly tokenId: string;
  readonly tokenType?: string;
  readonly status: 'accepted' | 'blocked';
  readonly groupTokenId?: string;
  readonly expiresAtMs?: number;
}

/** What became of asking a station; `unsent`: it is not there. */
export type ListOutcome<Value> =
  | { readonly outcome: 'accepted'; readonly value: Value }
  | { readonly outcome: 'rejected' | 'timed-out' | 'unsent'; readonly reason: string };

export interface LocalListPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Every station, and the sites it feeds. */
  readonly stations: readonly { readonly id: StationId; readonly sites: readonly SiteId[] }[];
  readonly tokens: { readonly revision: number; list(): readonly Token[] };
  /** SHA-256, in hexadecimal digits. */
  digest(text: string): string;
  /** The version of the list that a station holds; below 1: none. */
  versionAt(station: StationId): Promise<ListOutcome<number>>;
  /** Replaces it. */
  replaceAt(
    station: StationId,
    version: number,
    entries: readonly ListedToken[],
  ): Promise<ListOutcome<undefined>>;
}

const everyMs = 30_000;
/** A station that has no lists, or not so long ones, is asked again no sooner. */
const refusedForMs = 24 * 3_600_000;
/** What was agreed may have been changed by somebody else meanwhile. */
const agreedForMs = 24 * 3_600_000;
/** Of one list. Beyond this those come first that were set last. */
const entriesMax = 1_000;

interface Known {
  readonly version: number;
  readonly untilMs: number;
}

/**
 * Keeps the lists by which stations let drivers charge without us equal to the tokens that are good there.
 *
 * The version of a list is made from what is on it, so that nothing has to be remembered: a station that tells this
 * version holds the list. They are asked one after the other, for thousands come back at once.
 */
export class LocalLists {
  readonly #ports: LocalListPorts;
  /** What each station was last found to hold, or to refuse. */
  readonly #known = new Map<StationId, Known>();
  #revision: number | undefined;
  /** Of the revision, by the sites of a station. */
  #lists = new Map<string, LocalList>();
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(ports: LocalListPorts) {
    this.#ports = ports;
    this.#schedule();
  }

  /** May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel = this.#ports.clock.after(everyMs, () => {
      void this.#sweep().then(() => {
        if (!this.#isStopped) this.#schedule();
      });
    });
  }

  async #sweep(): Promise<void> {
    for (const { id, sites } of this.#ports.stations) {
      if (this.#isStopped) return;
      const list = this.#listOf(sites);
      const known = this.#known.get(id);
      if (known?.version === list.version && this.#nowMs() < known.untilMs) continue;
      await this.#follow(id, list);
    }
  }

  async #follow(id: StationId, list: LocalList): Promise<void> {
    const { versionAt, replaceAt, log } = this.#ports;
    const held = await versionAt(id);
    if (held.outcome !== 'accepted') {
      this.#failed(id, list, held);
      return;
    }
    const holdsIt = held.value === list.version || (list.entries.length === 0 && held.value < 1);
    const replaced = holdsIt ? undefined : await replaceAt(id, list.version, list.entries);
    if (replaced !== undefined && replaced.outcome !== 'accepted') {
      this.#failed(id, list, replaced);
      return;
    }
    this.#known.set(id, { version: list.version, untilMs: this.#nowMs() + agreedForMs });
    if (replaced !== undefined)
      log.info({ stationId: id, entries: list.entries.length }, 'local list of a station replaced');
  }

  /** One that is away, or does not answer, is asked again with the next sweep. */
  #failed(
    id: StationId,
    { version, entries }: LocalList,
    { outcome, reason }: Exclude<ListOutcome<unknown>, { outcome: 'accepted' }>,
  ): void {
    if (outcome !== 'rejected') return;
    this.#known.set(id, { version, untilMs: this.#nowMs() + refusedForMs });
    this.#ports.log.warn(
      { stationId: id, entries: entries.length, reason },
      'station refused its local list',
    );
  }

  #listOf(sites: readonly SiteId[]): LocalList {
    const { tokens, digest } = this.#ports;
    if (this.#revision !== tokens.revision) {
      this.#revision = tokens.revision;
      this.#lists = new Map();
    }
    const key = sites.join(' ');
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const entries = listedTokens(tokens.list(), sites, this.#nowMs());
    const list = { version: versionOf(digest(JSON.stringify(entries))), entries };
    this.#lists.set(key, list);
    return list;
  }

  #nowMs(): number {
    return this.#ports.clock.nowMs();
  }
}

interface LocalList {
  readonly version: number;
  readonly entries: readonly ListedToken[];
}

/** Those that are good at one of the sites, and those that are blocked; of what expired nothing is said. */
export function listedTokens(
  tokens: readonly Token[],
  sites: readonly SiteId[],
  nowMs: number,
): readonly ListedToken[] {
  return tokens
    .filter((token) => token.sites.length === 0 || token.sites.some((site) => sites.includes(site)))
    .toSorted((a, b) => b.setAtMs - a.setAtMs)
    .flatMap((token): ListedToken[] => {
      const { status } = judged(token, { sites, type: undefined, cacheMs: 0, nowMs });
      if (status !== 'accepted' && status !== 'blocked') return [];
      const { id: tokenId, type: tokenType, groupId: groupTokenId, expiresAtMs } = token;
      return [
        {
          tokenId,
          status,
          ...(tokenType !== undefined && { tokenType }),
          ...(groupTokenId !== undefined && { groupTokenId }),
          ...(expiresAtMs !== undefined && { expiresAtMs }),
        },
      ];
    })
    .slice(0, entriesMax);
}

/** Above 0 and within what fits an integer of every station. */
const versionOf = (digest: string): number => 1 + (Number.parseInt(digest.slice(0, 8), 16) % 1_000_000_000);
