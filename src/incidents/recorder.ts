import type { TickResult } from '../control/controlLoop.ts';
import type { HorizonTarget } from '../control/horizonTargets.ts';
import type { SiteInput } from '../control/siteInput.ts';
import type { ControlSnapshot } from '../control/snapshot.ts';
import type { EvseId } from '../domain/ids.ts';
import { type BundleEntry, type Instant, tickRecord } from './bundle.ts';
import { exactJson } from './exactJson.ts';
import type { HeldClock } from './heldClock.ts';

export interface RecorderOptions {
  /** How far back a bundle reaches at least, as far as the other bounds let it. */
  readonly keepMs: number;
  /** Of all lines, snapshots aside: those are as large as the site is, and at most five. */
  readonly bytesMax: number;
  readonly linesMax: number;
}

export const recorderOptions: RecorderOptions = {
  keepMs: 15 * 60_000,
  bytesMax: 48 * 1024 * 1024,
  linesMax: 400_000,
};

/** What happened since a snapshot. */
interface Segment {
  readonly startedAtMs: number;
  readonly snapshot: string;
  readonly lines: string[];
  bytes: number;
}

const noTarget = exactJson(undefined);

/** Of what is kept, so that to forget the oldest one is to forget little. */
const segmentShare = 1 / 4;

export interface RecorderCounts {
  readonly bytes: number;
  readonly lines: number;
}

/**
 * Keeps what went into the control and what it decided, as lines that a bundle is made of. Snapshots stand between, so
 * that what is older can be forgotten: what is kept begins with one, and is no more than the bounds allow.
 */
export class Recorder {
  readonly #clock: HeldClock;
  readonly #options: RecorderOptions;
  readonly #snapshot: () => ControlSnapshot;
  /** The oldest first. */
  #older: readonly Segment[] = [];
  #newest: Segment;
  /** The last of each EVSE. */
  readonly #targets = new Map<
    EvseId,
    { readonly target: HorizonTarget | undefined; readonly told: string }
  >();

  /** What was put into the control before needs no recording: it is in the first snapshot. */
  constructor(clock: HeldClock, snapshot: () => ControlSnapshot, options: RecorderOptions = recorderOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#snapshot = snapshot;
    this.#newest = clock.hold((at) => this.#begun(at));
  }

  /** Notes an input and applies it, all at one instant. */
  take<T>(input: SiteInput, apply: () => T): T {
    return this.#clock.hold((at) => {
      this.#write({ at, input });
      const outcome = apply();
      this.#forget(at);
      return outcome;
    });
  }

  /** Notes what the plan of the coming hours wants of an EVSE, when that changed. */
  target(evseId: EvseId, target: HorizonTarget | undefined): void {
    const told = exactJson(target);
    if ((this.#targets.get(evseId)?.told ?? noTarget) === told) return;
    this.#targets.set(evseId, { target, told });
    this.#clock.hold((at) => this.#write({ at, target: { evseId, target } }));
  }

  /** Notes a tick, while the clock is held for it. */
  tick(result: TickResult): void {
    this.#clock.hold((at) => {
      this.#write({ at, tick: tickRecord(result) });
      this.#forget(at);
    });
  }

  /** Everything that is kept, the oldest first; the first line is a snapshot, and no other is. */
  lines(): readonly string[] {
    const [{ snapshot } = this.#newest] = this.#older;
    return [snapshot, ...this.#all().flatMap(({ lines }) => lines)];
  }

  counts(): RecorderCounts {
    return {
      bytes: sum(this.#all(), ({ bytes, snapshot }) => bytes + snapshot.length),
      lines: sum(this.#all(), ({ lines }) => lines.length + 1),
    };
  }

  #all(): readonly Segment[] {
    return [...this.#older, this.#newest];
  }

  #write(entry: BundleEntry): void {
    const line = exactJson(entry);
    this.#newest.lines.push(line);
    // What is outside of Latin-1 takes twice as much, and is rare.
    this.#newest.bytes += line.length;
  }

  /** A full segment ends with what was just done; what is too old or too much goes. */
  #forget(at: Instant): void {
    const { keepMs, bytesMax, linesMax } = this.#options;
    const { startedAtMs, bytes, lines } = this.#newest;
    const isFull =
      at.monotonicMs - startedAtMs >= segmentShare * keepMs ||
      bytes >= segmentShare * bytesMax ||
      lines.length >= segmentShare * linesMax;
    if (!isFull) return;
    const all = this.#all();
    this.#older = all.filter((_, index) => {
      const next = all[index + 1];
      const later = all.slice(index);
      const isNeeded = next === undefined || at.monotonicMs - next.startedAtMs < keepMs;
      // The one that begins may become as large as any.
      const fits =
        sum(later, (each) => each.bytes) <= (1 - segmentShare) * bytesMax &&
        sum(later, (each) => each.lines.length) <= (1 - segmentShare) * linesMax;
      return isNeeded && fits;
    });
    this.#newest = this.#begun(at);
  }

  #begun(at: Instant): Segment {
    const targets = [...this.#targets].map(([evseId, { target }]) => ({ evseId, target }));
    const snapshot = exactJson({ at, snapshot: this.#snapshot(), targets } satisfies BundleEntry);
    return { startedAtMs: at.monotonicMs, snapshot, lines: [], bytes: 0 };
  }
}

const sum = (segments: readonly Segment[], of: (segment: Segment) => number): number =>
  segments.reduce((total, each) => total + of(each), 0);
