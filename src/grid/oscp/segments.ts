import { OscpRefusal } from './messages.ts';

/** Where a part stands in a message that was cut; `X-Segment-Index` counts from 1. */
export interface SegmentPlace {
  readonly index: number;
  readonly count: number;
}

const segmentCountMax = 100;
const openMax = 8;
const openForMs = 300_000;

/** The place that the headers name; undefined for a whole message. Throws the refusal of a place that cannot be. */
export function segmentPlace(index: string | undefined, count: string | undefined): SegmentPlace | undefined {
  if (index === undefined && count === undefined) return undefined;
  const place = { index: Number(index), count: Number(count) };
  const isPlace =
    Number.isInteger(place.index) &&
    Number.isInteger(place.count) &&
    1 <= place.index &&
    place.index <= place.count;
  if (!isPlace) throw new OscpRefusal(400, 'X-Segment-Index must be from 1 to X-Segment-Count');
  if (place.count > segmentCountMax) {
    throw new OscpRefusal(400, `X-Segment-Count must be at most ${segmentCountMax}`);
  }
  return place.count === 1 ? undefined : place;
}

interface Assembly<T> {
  readonly count: number;
  readonly ids: ReadonlySet<string>;
  readonly parts: ReadonlyMap<number, readonly T[]>;
  readonly sinceMs: number;
}

/**
 * Finds the parts of one message again. Later parts correlate to the first one or to the one before (implementations
 * differ) and may come in any order, so what shares an id belongs together.
 */
export class SegmentBook<T> {
  #open: readonly Assembly<T>[] = [];

  /** All items of the message that this part belongs to, as far as they came. */
  add(
    part: SegmentPlace & {
      readonly requestId: string;
      readonly correlationId: string | undefined;
      readonly items: readonly T[];
    },
    nowMs: number,
  ): readonly T[] {
    const own = [part.requestId, ...(part.index > 1 && part.correlationId ? [part.correlationId] : [])];
    const fresh = this.#open.filter(({ sinceMs }) => nowMs - sinceMs < openForMs);
    const isSame = (each: Assembly<T>): boolean =>
      each.count === part.count && own.some((id) => each.ids.has(id));
    const joined = fresh.filter(isSame);
    const assembly: Assembly<T> = {
      count: part.count,
      ids: new Set([...joined.flatMap(({ ids }) => [...ids]), ...own]),
      parts: new Map([...joined.flatMap(({ parts }) => [...parts]), [part.index, part.items]]),
      sinceMs: nowMs,
    };
    const others = fresh.filter((each) => !isSame(each));
    const isComplete = assembly.parts.size === assembly.count;
    this.#open = isComplete ? others : [...others, assembly].slice(-openMax);
    return [...assembly.parts.values()].flat();
  }

  /** A newer message came: parts of the earlier ones must not be put over it. */
  forget(): void {
    this.#open = [];
  }
}
