import type { RoamingKind } from '../domain/roaming/partner.ts';

/** Objects of one kind and one partner. */
export interface Shelf {
  readonly kind: RoamingKind;
  readonly partnerId: string;
}

/** Partners choose what they ask for. */
const countsMax = 1_000;

/**
 * How many objects of a shelf fit what a partner asks for, counted once between two changes of it: counting 100,000 takes longer
 * than reading a page of them, and each page of a list tells it.
 */
export class ShelfCounts {
  /** By shelf, then by what was asked. */
  readonly #counts = new Map<string, Map<string, number>>();

  /** What was counted of it before, or is being counted now, holds no more. */
  changed(shelf: Shelf): void {
    this.#counts.delete(keyOf(shelf));
  }

  allChanged(): void {
    this.#counts.clear();
  }

  async of(shelf: Shelf, asked: string, count: () => Promise<number>): Promise<number> {
    const counts = this.#counts.get(keyOf(shelf)) ?? new Map<string, number>();
    this.#counts.set(keyOf(shelf), counts);
    const known = counts.get(asked);
    if (known !== undefined) return known;
    const found = await count();
    if (counts.size >= countsMax) counts.clear();
    counts.set(asked, found);
    return found;
  }
}

const keyOf = ({ kind, partnerId }: Shelf): string => `${kind} ${partnerId}`;
