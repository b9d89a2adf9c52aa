import type { Allocation, Problem } from '../../../solver/problem.ts';
import type { Topology } from '../../control/topology.ts';
import type { EvseId } from '../../domain/ids.ts';
import { noAmps, perPhase } from '../../domain/phases.ts';
import { loadCount, type Supply, starVolts } from '../../domain/supply.ts';
import { defaultTraits } from '../../domain/traits.ts';
import { arrive, type Car, type CarModel, stepCar, takeableAmps } from '../car.ts';
import type { Flow } from './excess.ts';
import type { NodeLimit } from './limitTruth.ts';

/** How often the oracle changes its mind. */
export const oracleMs = 10_000;

export interface NodeTruth {
  readonly limit: NodeLimit;
  /** All that flows there and is not charging. */
  readonly background: Flow;
}

/**
 * The most the same cars could have got: every ten seconds the exact allocation, in the steps that the stations can be
 * set to, on the highest background and the lowest limit of the ten seconds that come, obeyed at once, with no margin,
 * no fault and no lost message. So it never exceeds a limit. Like the service it does not know on how many phases a car
 * draws.
 */
export class Oracle {
  readonly #topology: Topology;
  readonly #allocate: (problem: Problem) => Allocation;
  readonly #cars = new Map<EvseId, Car>();
  /** The worst of every node since its last step. */
  #worst: NodeTruth[] = [];
  deliveredWh = 0;

  constructor(topology: Topology, allocate: (problem: Problem) => Allocation) {
    this.#topology = topology;
    this.#allocate = allocate;
  }

  arrive(id: EvseId, model: CarModel): void {
    if (!this.#cars.has(id)) this.#cars.set(id, arrive(model));
  }

  leave(id: EvseId): void {
    this.#cars.delete(id);
  }

  /** What a node has to carry, and may, at one instant. */
  see(node: number, { limit, background }: NodeTruth): void {
    const worst = this.#worst[node];
    this.#worst[node] = {
      limit: {
        amps: Math.min(limit.amps, worst?.limit.amps ?? limit.amps),
        watts: Math.min(limit.watts, worst?.limit.watts ?? limit.watts),
      },
      background: {
        amps: perPhase((phase) => Math.max(background.amps[phase], worst?.background.amps[phase] ?? 0)),
        watts: Math.max(background.watts, worst?.background.watts ?? 0),
      },
    };
  }

  /** Decides for the ten seconds that it has seen. */
  step(): void {
    const nodes = this.#worst;
    this.#worst = [];
    const present = this.#topology.evses.flatMap(({ evse, site }) => {
      const car = this.#cars.get(evse.id);
      return car === undefined || takeableAmps(car) === 0 ? [] : { evse, site, car };
    });
    if (present.length === 0) return;
    const amps = idealAmps(
      this.#topology,
      nodes,
      new Map(present.map(({ evse, car }) => [evse.id, takeableAmps(car)])),
      this.#allocate,
    );
    for (const { evse, site, car } of present) {
      const outlet = {
        offeredAmps: amps.get(evse.id) ?? 0,
        conductorCount: loadCount(site.supply, evse.wiring),
        phaseVolts: site.supply.phaseVolts,
      };
      const after = stepCar(car, outlet, oracleMs);
      this.deliveredWh += after.deliveredWh - car.deliveredWh;
      this.#cars.set(evse.id, after);
    }
  }
}

/** Nor does it know the angles of their currents. */
const deltaOf = (supply: Supply) =>
  supply.system === 'IT' ? { supply: 'IT' as const, powerFactorMin: supply.powerFactorMin } : undefined;

const nothing: NodeTruth = { limit: { amps: 0, watts: 0 }, background: { amps: noAmps, watts: 0 } };

/** The exact allocation for cars that take so much, on these backgrounds. */
export function idealAmps(
  topology: Topology,
  nodes: readonly NodeTruth[],
  takeable: ReadonlyMap<EvseId, number>,
  allocate: (problem: Problem) => Allocation,
): ReadonlyMap<EvseId, number> {
  const wanting = topology.evses.filter(({ evse }) => takeable.has(evse.id));
  const allocation = allocate({
    pacing: { nowMs: 0, minOnMs: 0, minOffMs: 0, turnMs: 0 },
    circuits: topology.nodes.map((node, index) => {
      const { limit, background } = nodes[index] ?? nothing;
      return {
        name: String(index),
        parent: node.parent,
        limitAmps: perPhase((phase) => Math.max(0, limit.amps - background.amps[phase])),
        limitWatts: Math.max(0, limit.watts - background.watts),
        ...(node.kind === 'circuit' && deltaOf(node.site.supply)),
      };
    }),
    evses: wanting.map(({ evse, site, path }) => ({
      name: evse.id,
      circuit: path[0] ?? 0,
      wiring: evse.wiring,
      phaseVolts: starVolts(site.supply),
      minAmps: evse.minAmps,
      maxAmps: Math.min(evse.maxAmps, Math.max(evse.minAmps, takeable.get(evse.id) ?? 0)),
      stepAmps: evse.traits.stepAmps ?? defaultTraits.stepAmps,
      priority: evse.priority,
      weight: evse.weight,
      isOn: true,
      sinceMs: 0,
      waitingMs: 0,
    })),
  });
  return new Map(wanting.map(({ evse }, index) => [evse.id, allocation.evses[index]?.amps ?? 0]));
}
