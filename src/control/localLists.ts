import type { SiteId, StationId } from '../domain/ids.ts';
import {
  holds,
  type ListBounds,
  type ListPart,
  type LocalList,
  listedTokens,
  listParts,
  markOf,
  wholeList,
} from '../domain/localList.ts';
import type { Token } from '../domain/token.ts';
import type { Logger } from '../log.ts';
import type { Clock } from './ports.ts';

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
  /** What it says may be on its list and in one message; left out: it does not say. */
  boundsAt(station: StationId): Promise<ListOutcome<Partial<ListBounds>>>;
  sendTo(station: StationId, part: ListPart): Promise<ListOutcome<undefined>>;
}

const everyMs = 30_000;
/** A station that has no lists, or not so long ones, is asked again no sooner. */
const refusedForMs = 24 * 3_600_000;
/** What was agreed may have been changed by somebody else meanwhile. */
const agreedForMs = 24 * 3_600_000;
/** Of one list. Beyond this those come first that were set last. */
const entriesMax = 1_000;
/** Lists that stations of the same sites may still hold: from each of them they are told only what changed. */
const formerMax = 8;

interface Known {
  readonly mark: number;
  readonly bounds: ListBounds;
  readonly untilMs: number;
}

/** Lists of the same sites and length, the newest first. */
interface Lists {
  readonly revision: number;
  readonly newest: LocalList;
  readonly former: readonly LocalList[];
}

/**
 * Keeps the lists by which stations let drivers charge without us equal to the tokens that are good there.
 *
 * The version that a station tells shows which list it holds, so that it is told what changed, and nothing has to be
 * remembered over a restart. They are asked one after the other, for thousands come back at once.
 */
export class LocalLists {
  readonly #ports: LocalListPorts;
  /** What each station was last found to hold, or to refuse. */
  readonly #known = new Map<StationId, Known>();
  /** By the sites of a station, and how much it can hold. */
  readonly #lists = new Map<string, Lists>();
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
      const known = this.#known.get(id);
      const isSettled =
        known !== undefined &&
        this.#nowMs() < known.untilMs &&
        known.mark === this.#listsOf(sites, known.bounds).newest.mark;
      if (!isSettled) await this.#follow(id, sites);
    }
  }

  async #follow(id: StationId, sites: readonly SiteId[]): Promise<void> {
    const held = await this.#ports.versionAt(id);
    const bounds = held.outcome === 'accepted' ? await this.#boundsOf(id) : unbounded;
    const lists = this.#listsOf(sites, bounds);
    const { mark, entries } = lists.newest;
    const told = held.outcome === 'accepted' ? await this.#update(id, held.value, { lists, bounds }) : held;
    // One that is away, or does not answer, is asked again with the next sweep.
    if (told.outcome === 'timed-out' || told.outcome === 'unsent') return;
    const isAgreed = told.outcome === 'accepted';
    const untilMs = this.#nowMs() + (isAgreed ? agreedForMs : refusedForMs);
    this.#known.set(id, { mark, bounds, untilMs });
    const { log } = this.#ports;
    const what = { stationId: id, entries: entries.length };
    if (!isAgreed) log.warn({ ...what, reason: told.reason }, 'station refused its local list');
    else if (told.value !== undefined)
      log.info({ ...what, ...told.value }, 'local list of a station changed');
  }

  /** One that tells none is sent its list as a single message. */
  async #boundsOf(id: StationId): Promise<ListBounds> {
    const told = await this.#ports.boundsAt(id);
    const bounds = { ...unbounded, ...(told.outcome === 'accepted' ? told.value : {}) };
    return { ...bounds, entriesMax: Math.min(entriesMax, bounds.entriesMax) };
  }

  /** Tells a station what it lacks, and all of it where it does not take that; undefined: it lacks nothing. */
  async #update(
    id: StationId,
    heldVersion: number,
    { lists, bounds }: { readonly lists: Lists; readonly bounds: ListBounds },
  ): Promise<ListOutcome<Sent | undefined>> {
    const { newest, former } = lists;
    const { perMessageMax } = bounds;
    if (holds(heldVersion, newest)) return { outcome: 'accepted', value: undefined };
    const parts = listParts(heldVersion, newest, { former, perMessageMax });
    const sent = await this.#send(id, parts);
    if (sent.outcome !== 'rejected' || parts[0]?.isFull === true) return sent;
    return this.#send(id, wholeList(heldVersion, newest, perMessageMax));
  }

  async #send(id: StationId, parts: readonly ListPart[]): Promise<ListOutcome<Sent>> {
    for (const part of parts) {
      const sent = await this.#ports.sendTo(id, part);
      if (sent.outcome !== 'accepted') return sent;
    }
    return { outcome: 'accepted', value: { messages: parts.length, isFull: parts[0]?.isFull === true } };
  }

  #listsOf(sites: readonly SiteId[], { entriesMax }: Pick<ListBounds, 'entriesMax'>): Lists {
    const { tokens, digest } = this.#ports;
    const { revision } = tokens;
    const key = `${entriesMax} ${sites.join(' ')}`;
    const known = this.#lists.get(key);
    if (known?.revision === revision) return known;
    const entries = listedTokens(tokens.list(), sites, { nowMs: this.#nowMs(), entriesMax });
    const newest = { entries, mark: markOf(digest(JSON.stringify(entries))) };
    const former = known === undefined ? [] : [known.newest, ...known.former];
    const lists = {
      ...{ revision, newest },
      former: former.filter(({ mark }) => mark !== newest.mark).slice(0, formerMax),
    };
    this.#lists.set(key, lists);
    return lists;
  }

  #nowMs(): number {
    return this.#ports.clock.nowMs();
  }
}

interface Sent {
  readonly messages: number;
  readonly isFull: boolean;
}

const unbounded: ListBounds = { entriesMax, perMessageMax: entriesMax };
