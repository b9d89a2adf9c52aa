import type { Topology } from '../../control/topology.ts';
import { ExcessMeter } from './excess.ts';
import { causeOf } from './excessCause.ts';
import { ExposureCheck } from './exposureCheck.ts';
import type { Flows } from './flows.ts';
import type { TwinMeter } from './meters.ts';
import { Oracle } from './oracle.ts';
import type { TwinJoints } from './ports.ts';
import type { TwinStations } from './stations.ts';
import type { TwinClock } from './twinClock.ts';
import type { TwinStation } from './twinStation.ts';

/** Everything of one topology that is judged. */
export interface Scene {
  readonly topology: Topology;
  readonly flows: Flows;
  readonly check: ExposureCheck;
  readonly excess: ExcessMeter;
  readonly oracle: Oracle;
  readonly stationOf: (index: number) => TwinStation;
}

export interface SceneInput {
  readonly clock: TwinClock;
  readonly stations: TwinStations;
  readonly joints: TwinJoints;
  meters(): readonly TwinMeter[];
  /** Since when a process runs, undefined while none does; and when one last stopped. */
  served(): { readonly sinceMs: number | undefined; readonly awaySinceMs: number };
  onViolation(atMs: number): void;
}

export function newScene(topology: Topology, flows: Flows, input: SceneInput): Scene {
  const { clock, stations, joints } = input;
  const twins = topology.evses.map(({ evse }) => stations.of(evse));
  const stationOf = (index: number): TwinStation => {
    const twin = twins[index];
    if (twin === undefined) throw new Error('every EVSE has a station');
    return twin;
  };
  const check = new ExposureCheck(
    topology,
    () => clock.nowMs,
    () => input.onViolation(clock.nowMs),
  );
  const excess = new ExcessMeter(topology, (node, isOver) => {
    const { sinceMs, awaySinceMs } = input.served();
    return causeOf(topology.nodes[node], topology.nodes[node]?.evses.map(stationOf) ?? [], {
      nowMs: clock.nowMs,
      meters: input.meters(),
      servedSinceMs: sinceMs,
      awaySinceMs,
      isTooMuch: (shareOf) => isOver(flows.withShares(node, stationOf, shareOf)),
    });
  });
  return {
    topology,
    flows,
    check,
    excess,
    oracle: new Oracle(topology, joints.createAllocator()),
    stationOf,
  };
}
