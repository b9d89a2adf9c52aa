import type { Clock } from '../../control/ports.ts';
import { inTurnByKey } from '../../domain/inTurn.ts';
import type { RoamingKind, RoamingObject } from '../../domain/roaming/partner.ts';
import type { Codec } from '../codec.ts';
import type { RoamingObjects } from '../roamingObjects.ts';

/** What is kept of the objects of one kind, and how. */
export interface ShelfKind<Value> {
  readonly kind: RoamingKind;
  /** Of 2.3.0: it has words for all that 2.2.1 tells. */
  readonly codec: Codec<Value>;
  /** Of one partner; more are refused. */
  readonly countMax: number;
  readonly keyOf: (value: Value) => string;
  readonly aliasOf?: (value: Value) => string;
}

export type Put = 'added' | 'replaced' | 'full';

interface Kept {
  readonly lastUpdatedMs: number;
}

/** The objects of one kind that partners told us, each partner its own. Changes of one object are made one after the other. */
export class PartnerShelf<Value extends Kept> {
  readonly #kind: ShelfKind<Value>;
  readonly #objects: RoamingObjects;
  readonly #clock: Clock;
  readonly #inTurn = inTurnByKey();
  /** By partner: counted once, and then followed. */
  readonly #counts = new Map<string, number>();

  constructor(kind: ShelfKind<Value>, objects: RoamingObjects, clock: Clock) {
    this.#kind = kind;
    this.#objects = objects;
    this.#clock = clock;
  }

  async find(partnerId: string, key: string): Promise<Value | undefined> {
    const found = await this.#objects.findRoamingObject(this.#shelf(partnerId), key);
    return found && this.#kind.codec.read(found.document);
  }

  /** Durable when it resolves. */
  put(partnerId: string, value: Value): Promise<Put> {
    const key = this.#kind.keyOf(value);
    return this.#alone(partnerId, key, async () => {
      const known = await this.#objects.findRoamingObject(this.#shelf(partnerId), key);
      return this.#keep(partnerId, value, known !== undefined);
    });
  }

  /** Puts what `next` makes of the one with that key; `left` where it makes nothing of it. */
  change(
    partnerId: string,
    key: string,
    next: (known: Value | undefined) => Value | undefined,
  ): Promise<Put | 'left'> {
    return this.#alone(partnerId, key, async () => {
      const known = await this.find(partnerId, key);
      const value = next(known);
      return value === undefined ? 'left' : this.#keep(partnerId, value, known !== undefined);
    });
  }

  /** Puts it unless what we hold is newer: what is told late must not undo what was told since. */
  renew(partnerId: string, value: Value): Promise<Put | 'left'> {
    return this.change(partnerId, this.#kind.keyOf(value), (known) =>
      known !== undefined && known.lastUpdatedMs > value.lastUpdatedMs ? undefined : value,
    );
  }

  /** Whether there was one. */
  remove(partnerId: string, key: string): Promise<boolean> {
    return this.#alone(partnerId, key, async () => {
      const isRemoved = await this.#objects.deleteRoamingObject(this.#shelf(partnerId), key);
      if (isRemoved) this.#counted(partnerId, -1);
      return isRemoved;
    });
  }

  /** Of every partner that told us one under that name. */
  async byAlias(
    alias: string,
  ): Promise<readonly (Pick<RoamingObject, 'partnerId' | 'createdAtMs'> & { readonly value: Value })[]> {
    const found = await this.#objects.roamingObjectsByAlias(this.#kind.kind, alias);
    return found.map(({ partnerId, createdAtMs, document }) => ({
      ...{ partnerId, createdAtMs },
      value: this.#kind.codec.read(document),
    }));
  }

  async #keep(partnerId: string, value: Value, isKnown: boolean): Promise<Put> {
    const { keyOf, aliasOf, codec, countMax } = this.#kind;
    const shelf = this.#shelf(partnerId);
    if (!isKnown && (await this.#count(partnerId)) >= countMax) return 'full';
    await this.#objects.saveRoamingObject({
      ...{ ...shelf, id: keyOf(value), alias: aliasOf?.(value) ?? '', isDue: false },
      ...{ createdAtMs: this.#clock.nowMs(), lastUpdatedMs: value.lastUpdatedMs },
      document: codec.write(value),
    });
    if (!isKnown) this.#counted(partnerId, 1);
    return isKnown ? 'replaced' : 'added';
  }

  async #count(partnerId: string): Promise<number> {
    const known = this.#counts.get(partnerId);
    if (known !== undefined) return known;
    const counted = await this.#objects.countRoamingObjects(this.#shelf(partnerId));
    this.#counts.set(partnerId, counted);
    return counted;
  }

  #counted(partnerId: string, by: number): void {
    const known = this.#counts.get(partnerId);
    if (known !== undefined) this.#counts.set(partnerId, known + by);
  }

  #shelf(partnerId: string) {
    return { kind: this.#kind.kind, partnerId };
  }

  #alone<T>(partnerId: string, key: string, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(`${partnerId} ${key}`, work);
  }
}
