import type { Topology } from '../../control/topology.ts';
import type { CircuitId } from '../../domain/ids.ts';
import { type PhaseAmps, phases } from '../../domain/phases.ts';
import type { Background } from '../building.ts';
import { drawnAmps, findEvse } from '../stationState.ts';
import type { TwinStation } from './twinStation.ts';

type Sum = [number, number, number];

/** What really flows through every node of a topology. */
export class Flows {
  readonly #topology: Topology;
  readonly #backgrounds: ReadonlyMap<CircuitId, Background>;
  readonly #total: readonly Sum[];
  readonly #background: readonly Sum[];
  readonly #indexOf: ReadonlyMap<CircuitId, number>;

  constructor(topology: Topology, backgrounds: ReadonlyMap<CircuitId, Background>) {
    this.#topology = topology;
    this.#backgrounds = backgrounds;
    this.#total = topology.nodes.map((): Sum => [0, 0, 0]);
    this.#background = topology.nodes.map((): Sum => [0, 0, 0]);
    this.#indexOf = new Map(
      topology.nodes.flatMap((node, index) => (node.kind === 'circuit' ? [[node.circuit.id, index]] : [])),
    );
  }

  total(node: number): PhaseAmps {
    return this.#total[node] ?? [0, 0, 0];
  }

  background(node: number): PhaseAmps {
    return this.#background[node] ?? [0, 0, 0];
  }

  indexOf(id: CircuitId): number | undefined {
    return this.#indexOf.get(id);
  }

  measure(nowMs: number, stationOf: (index: number) => TwinStation): void {
    const { nodes, evses } = this.#topology;
    for (const sums of [this.#total, this.#background]) for (const sum of sums) sum.fill(0);
    // Children come after their parents, so that each is complete when it is added to the one above.
    for (let index = nodes.length - 1; index >= 0; index -= 1) {
      const node = nodes[index];
      const sum = this.#background[index];
      if (node === undefined || sum === undefined) continue;
      const own = node.kind === 'circuit' ? this.#backgrounds.get(node.circuit.id)?.(nowMs) : undefined;
      const above = this.#background[node.parent];
      for (const phase of phases) {
        sum[phase] += own?.[phase] ?? 0;
        if (above !== undefined) above[phase] += sum[phase];
      }
    }
    this.#background.forEach((sum, index) => {
      const total = this.#total[index];
      for (const phase of phases) if (total !== undefined) total[phase] += sum[phase];
    });
    evses.forEach(({ evse, path }, index) => {
      const twin = stationOf(index);
      const state = findEvse(twin.station, evse.number);
      if (state?.car === undefined || state.car.drawAmps === 0) return;
      const drawn = drawnAmps(state);
      for (const node of path) {
        const total = this.#total[node];
        if (total === undefined) continue;
        evse.wiring.forEach((phase, conductor) => {
          total[phase] += (drawn[conductor] ?? 0) * twin.drawFactor;
        });
      }
    });
  }
}
