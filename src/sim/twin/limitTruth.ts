import type { Node } from '../../control/topology.ts';
import { caps, type GridLimit, isInForce, limitedNode } from '../../domain/gridLimit.ts';
import type { LimitId } from '../../domain/ids.ts';

/** What a node may carry: amps on each phase, watts over all. */
export interface NodeLimit {
  readonly amps: number;
  readonly watts: number;
}

/** The limits whose senders were not told that they were refused, kept apart from what the service holds. */
export class LimitTruth {
  readonly #limits = new Map<LimitId, GridLimit>();

  set(limit: GridLimit): void {
    this.#limits.set(limit.id, limit);
  }

  end(id: LimitId): void {
    this.#limits.delete(id);
  }

  /** `wallMs` is the service's clock: with which limits it knows is what it is judged by. */
  of(node: Node, wallMs: number): NodeLimit {
    let amps = node.kind === 'circuit' ? node.circuit.breakerAmps : Number.POSITIVE_INFINITY;
    let watts =
      node.kind === 'circuit' ? (node.circuit.ratedWatts ?? Number.POSITIVE_INFINITY) : node.area.limitWatts;
    if (this.#limits.size === 0) return { amps, watts };
    const id = node.kind === 'circuit' ? node.circuit.id : node.area.id;
    for (const limit of this.#limits.values()) {
      if (limitedNode(limit.target) !== id || !isInForce(limit, wallMs)) continue;
      const own = caps(limit.value);
      amps = Math.min(amps, ...own.amps);
      watts = Math.min(watts, own.watts);
    }
    return { amps, watts };
  }

  forgetEnded(wallMs: number): void {
    for (const { id, untilMs } of [...this.#limits.values()])
      if (untilMs !== undefined && untilMs <= wallMs) this.#limits.delete(id);
  }
}
