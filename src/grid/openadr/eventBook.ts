import { createHash } from 'node:crypto';
import type { HeardLimit, HeardPrice } from '../gridPorts.ts';
import type { OpenAdrResource } from './addressees.ts';
import { type EventReading, judgedEvent } from './eventLimits.ts';
import type { OpenAdrEvent, Program } from './model.ts';

/** How far ahead limits are handed on, and hold while the VTN is silent. */
const aheadMs = 8 * 24 * 3_600_000;
/** Deletions remembered, against a look that began before them. */
const deletionsMax = 1_000;

/** What one event means now. */
export interface BookedEvent {
  readonly event: OpenAdrEvent;
  readonly heardAtMs: number;
  readonly limits: readonly HeardLimit[];
  readonly prices: readonly HeardPrice[];
  readonly resources: readonly OpenAdrResource[];
}

/** What came of an event that was put in: only `changed` ones need telling. */
export type BookResult =
  /** Truncated: it has more intervals in reach than are handed on; the latest are missing. */
  | { readonly status: 'changed'; readonly isTruncated: boolean }
  | { readonly status: 'unchanged' | 'outdated' | 'foreign' }
  | { readonly status: 'refused'; readonly why: string };

interface Entry {
  readonly event: OpenAdrEvent;
  readonly contentKey: string;
  readonly version: number;
  readonly heardAtMs: number;
  /** Monotonic. */
  readonly touchedAtMs: number;
  booked: BookedEvent;
}

export interface EventBookOptions {
  /** How events of this program are read; undefined when the program is not ours to obey. */
  readonly readingOf: (program: Program | undefined, programId: string) => EventReading | undefined;
  readonly now: () => { readonly wallMs: number; readonly monotonicMs: number };
  readonly eventsMax: number;
}

/**
 * The events that the VTN has for us, as last understood.
 *
 * A new version that makes no sense does not replace one that did: a curtailment holds until something that can be
 * read ends it. Messages that overtake each other are put in order by the time of modification, and a look at
 * everything does not undo what was heard after it began.
 */
export class EventBook {
  readonly #options: EventBookOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #refused = new Map<string, string>();
  readonly #deletedAtMs = new Map<string, number>();
  #programs: ReadonlyMap<string, Program> = new Map();

  constructor(options: EventBookOptions) {
    this.#options = options;
  }

  setPrograms(programs: readonly Program[]): void {
    this.#programs = new Map(programs.map((each) => [each.id, each]));
  }

  put(event: OpenAdrEvent): BookResult {
    const { wallMs, monotonicMs } = this.#options.now();
    const contentKey = createHash('sha256').update(JSON.stringify(event)).digest('base64');
    const known = this.#entries.get(event.id);
    if (known?.contentKey === contentKey) {
      this.#entries.set(event.id, { ...known, touchedAtMs: monotonicMs });
      return { status: 'unchanged' };
    }
    if (this.#refused.get(event.id) === contentKey) return { status: 'unchanged' };
    if (known !== undefined && (event.modifiedAtMs ?? known.version) < (known.event.modifiedAtMs ?? 0)) {
      return { status: 'outdated' };
    }
    if (known === undefined && this.#entries.size >= this.#options.eventsMax) {
      return { status: 'refused', why: `there are more than ${this.#options.eventsMax} events` };
    }
    // Two changes within the resolution of the sender's clock are two versions all the same.
    const version = Math.max(event.modifiedAtMs ?? wallMs, (known?.version ?? 0) + 1);
    const entry = {
      event,
      contentKey,
      version,
      heardAtMs: known?.heardAtMs ?? wallMs,
      touchedAtMs: monotonicMs,
    };
    const judged = this.#judged(entry);
    if (judged === undefined) return { status: 'foreign' };
    if (judged.status === 'refused') {
      if (this.#refused.size < this.#options.eventsMax) this.#refused.set(event.id, contentKey);
      return judged;
    }
    this.#refused.delete(event.id);
    if (judged.status === 'foreign') {
      // It was ours before: it no longer is.
      return this.#entries.delete(event.id)
        ? { status: 'changed', isTruncated: false }
        : { status: 'foreign' };
    }
    this.#entries.set(event.id, { ...entry, booked: { event, heardAtMs: entry.heardAtMs, ...judged } });
    return { status: 'changed', isTruncated: judged.isTruncated };
  }

  /** The ids of the limits that are gone with it. */
  remove(eventId: string): readonly string[] {
    const externalIds = this.#entries.get(eventId)?.booked.limits.map(({ externalId }) => externalId) ?? [];
    this.#entries.delete(eventId);
    this.#refused.delete(eventId);
    this.#deletedAtMs.delete(eventId);
    this.#deletedAtMs.set(eventId, this.#options.now().monotonicMs);
    const [oldest] = this.#deletedAtMs.keys();
    if (this.#deletedAtMs.size > deletionsMax && oldest !== undefined) this.#deletedAtMs.delete(oldest);
    return externalIds;
  }

  /** Known events that a complete look, begun at `begunAtMs` (monotonic), did not show. */
  missingFrom(seenIds: ReadonlySet<string>, begunAtMs: number): readonly string[] {
    return [...this.#entries]
      .filter(([id, { touchedAtMs }]) => !seenIds.has(id) && touchedAtMs < begunAtMs)
      .map(([id]) => id);
  }

  /** Whether it was deleted after this instant (monotonic), so that an older look still shows it. */
  wasDeletedAfter(eventId: string, atMs: number): boolean {
    return (this.#deletedAtMs.get(eventId) ?? Number.NEGATIVE_INFINITY) >= atMs;
  }

  /** Every event as it stands now: time moves the window on. */
  booked(): readonly BookedEvent[] {
    return [...this.#entries.values()].map((entry) => {
      const judged = this.#judged(entry);
      if (judged?.status === 'fits') {
        entry.booked = { event: entry.event, heardAtMs: entry.heardAtMs, ...judged };
      }
      return entry.booked;
    });
  }

  find(eventId: string): BookedEvent | undefined {
    return this.#entries.get(eventId)?.booked;
  }

  #judged(entry: Omit<Entry, 'booked'>) {
    const { event, heardAtMs, version } = entry;
    const program = this.#programs.get(event.programId);
    const reading = this.#options.readingOf(program, event.programId);
    if (reading === undefined) return undefined;
    const { wallMs } = this.#options.now();
    const window = { fromMs: wallMs, untilMs: wallMs + aheadMs };
    return judgedEvent({ event, program, heardAtMs, version, window, reading });
  }
}
