import { followMs, leaseSlackMs, retryMs } from './appOptions.ts';
import { ControlLoop, type ControlLoopOptions, type ControlLoopPorts } from './control/controlLoop.ts';
import { ExposureLedger } from './control/exposure.ts';
import type { RememberedExposure } from './control/inherited.ts';
import { SiteState, type SiteStatePorts } from './control/siteState.ts';
import type { Control } from './control/snapshot.ts';
import { topologies } from './control/topology.ts';
import type { GridConnection } from './domain/gridConnection.ts';
import type { Area, Site } from './domain/site.ts';

export interface ControlInput {
  readonly sites: readonly Site[];
  readonly areas: readonly Area[];
  /** To grid operators. */
  readonly connections: readonly GridConnection[];
  readonly options: ControlLoopOptions;
  readonly epoch: number;
  /** What an earlier process left at the stations. */
  readonly remembered: readonly RememberedExposure[];
  readonly ports: Omit<SiteStatePorts, 'ledger' | 'onDrop'> & Omit<ControlLoopPorts, 'state' | 'ledger'>;
}

/** Site state, ledger and loop, joined as the service runs them, and a replay again. */
export function joinControl(input: ControlInput): Control {
  const { sites, areas, connections, options, epoch, remembered, ports } = input;
  const ledger = new ExposureLedger({
    evses: sites.flatMap(({ evses }) => evses),
    remembered,
    options: { followMs, leaseSlackMs },
    leaseMs: options.leaseMs,
    nowMs: ports.clock.monotonicMs(),
  });
  const statePorts = { ...ports, ledger, onDrop: () => loop.wake() };
  const state = new SiteState(sites, statePorts, { followMs, retryMs, connections });
  const loop = new ControlLoop(topologies(sites, areas), epoch, { ...ports, state, ledger }, options);
  return { state, ledger, loop };
}
