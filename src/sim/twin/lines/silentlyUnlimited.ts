import type { Node } from '../../../control/topology.ts';
import type { EffectiveLimit } from '../../../domain/effectiveLimit.ts';
import type { NodeLimit } from '../limitTruth.ts';

/** A limit that the service works with although a lower one holds. */
export interface Unlimited {
  readonly atMs: number;
  readonly node: string;
  readonly plannedWatts: number;
  readonly limitWatts: number;
}

/** A tick, and the commit that an acknowledgement waits for. */
const graceMs = 8_000;
const toleranceWatts = 1;
const keptMax = 20;

/**
 * The check of P5: what the service works with is never above what its grid operators were promised and what their
 * silence means, for longer than a tick. Each time counts once.
 */
export class SilentlyUnlimited {
  readonly found: Unlimited[] = [];
  count = 0;
  readonly #since = new Map<string, number>();

  judge(at: Node, planned: EffectiveLimit, { watts: limitWatts }: NodeLimit, nowMs: number): void {
    const node = at.kind === 'area' ? at.area.id : at.circuit.id;
    if (planned.watts <= limitWatts + toleranceWatts) {
      this.#since.delete(node);
      return;
    }
    const sinceMs = this.#since.get(node) ?? nowMs;
    this.#since.set(node, sinceMs);
    if (nowMs - sinceMs <= graceMs) return;
    this.#since.set(node, Number.POSITIVE_INFINITY);
    this.count += 1;
    if (this.found.length < keptMax)
      this.found.push({ atMs: nowMs, node, plannedWatts: planned.watts, limitWatts });
  }
}
