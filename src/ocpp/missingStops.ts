import type { Clock } from '../control/ports.ts';
import type { EvseStatus } from '../domain/stationEvent.ts';
import type { StationMemory } from './stationMemory.ts';

export interface MissingStopLimits {
  /** An EVSE that has been free for so long has no transaction. Stations tell their status before they tell the end. */
  readonly idleGraceMs: number;
  /** A transaction that nothing was heard of for so long after its station booted did not survive that. */
  readonly bootGraceMs: number;
}

export interface MissingStop {
  readonly transactionId: string;
  /** It was over then. */
  readonly atMs: number;
}

/**
 * Notices transactions whose end a station never told: its EVSE is free again, or it booted and nothing more is heard of
 * them. Without this a session would hold its share of the site, and run up a bill, until the next car comes.
 */
export class MissingStops {
  readonly #clock: Clock;
  readonly #memory: StationMemory;
  readonly #limits: MissingStopLimits;
  readonly #onMissing: (missing: MissingStop) => void;
  /** What cancels the doubt about a transaction. */
  readonly #doubts = new Map<string, () => void>();
  readonly #heardAtMs = new Map<string, number>();
  /** Some transactions begin before the cable is plugged in: only what was plugged in can be pulled out. */
  readonly #wasOccupied = new Set<number>();

  constructor(
    limits: MissingStopLimits,
    { clock, memory }: { readonly clock: Clock; readonly memory: StationMemory },
    onMissing: (missing: MissingStop) => void,
  ) {
    this.#limits = limits;
    this.#clock = clock;
    this.#memory = memory;
    this.#onMissing = onMissing;
    // What ran before a restart of ours had its car.
    for (const transactionId of memory.transactions) {
      const evseNumber = memory.evseOf(transactionId);
      if (evseNumber !== undefined) this.#wasOccupied.add(evseNumber);
    }
  }

  /** A message named it: it runs, or told its end just now. */
  heardOf(transactionId: string): void {
    this.#settle(transactionId);
    if (this.#memory.evseOf(transactionId) === undefined) this.#heardAtMs.delete(transactionId);
    else this.#heardAtMs.set(transactionId, this.#clock.nowMs());
  }

  statusOf(evseNumber: number, status: EvseStatus): void {
    const transactionId = this.#memory.transactionAt(evseNumber);
    if (status === 'occupied') this.#wasOccupied.add(evseNumber);
    if (status !== 'available' || !this.#wasOccupied.delete(evseNumber) || transactionId === undefined)
      return;
    this.#doubt({ transactionId, atMs: this.#clock.nowMs() }, this.#limits.idleGraceMs);
  }

  booted(): void {
    for (const transactionId of this.#memory.transactions) {
      if (this.#doubts.has(transactionId)) continue;
      const atMs = this.#heardAtMs.get(transactionId) ?? this.#clock.nowMs();
      this.#doubt({ transactionId, atMs }, this.#limits.bootGraceMs);
    }
  }

  /** May be called twice. */
  stop(): void {
    for (const cancel of this.#doubts.values()) cancel();
    this.#doubts.clear();
  }

  #settle(transactionId: string): void {
    this.#doubts.get(transactionId)?.();
    this.#doubts.delete(transactionId);
  }

  #doubt(missing: MissingStop, graceMs: number): void {
    const { transactionId } = missing;
    this.#settle(transactionId);
    const cancel = this.#clock.after(graceMs, () => {
      this.#doubts.delete(transactionId);
      this.#heardAtMs.delete(transactionId);
      this.#onMissing(missing);
    });
    this.#doubts.set(transactionId, cancel);
  }
}
