import {
  ControlLoop,
  type ControlLoopOptions,
  type ControlLoopPorts,
  type TickResult,
} from '../control/controlLoop.ts';
import { ExposureLedger } from '../control/exposure.ts';
import type { RememberedExposure } from '../control/inherited.ts';
import { SiteState, type SiteStatePorts } from '../control/siteState.ts';
import type { Control } from '../control/snapshot.ts';
import { topologies } from '../control/topology.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import type { EvseId } from '../domain/ids.ts';
import type { Area, Site } from '../domain/site.ts';
import { followMs, lateTickMs, leaseSlackMs, retryMs } from './options.ts';

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

/** What a test may put in the place of a part, to prove that the checks around it can fail. */
export interface ControlParts {
  ledger(...input: ConstructorParameters<typeof ExposureLedger>): ExposureLedger;
  state(...input: ConstructorParameters<typeof SiteState>): SiteState;
}

const realParts: ControlParts = {
  ledger: (...input) => new ExposureLedger(...input),
  state: (...input) => new SiteState(...input),
};

/** Site state, ledger and loop, joined as the service runs them, and a replay and the twin again. */
export function joinControl(input: ControlInput, parts: ControlParts = realParts): Control {
  const { sites, areas, connections, options, epoch, remembered, ports } = input;
  const ledger = parts.ledger({
    evses: sites.flatMap(({ evses }) => evses),
    remembered,
    options: { followMs, leaseSlackMs },
    leaseMs: options.leaseMs,
    nowMs: ports.clock.monotonicMs(),
  });
  const statePorts = { ...ports, ledger, onDrop: () => loop.wake() };
  const stillAfterMs = options.tickMs + lateTickMs;
  const state = parts.state(sites, statePorts, { followMs, retryMs, connections, stillAfterMs });
  const loop = new ControlLoop(topologies(sites, areas), epoch, { ...ports, state, ledger }, options);
  return { state, ledger, loop };
}

/** A lease as it is remembered over a restart, `sentAtMs` on the wall clock of who sent it. */
interface LeaseToKeep {
  readonly evseId: EvseId;
  readonly setpointAmps: number;
  readonly tailAmps: number;
  readonly leaseMs: number;
  readonly sentAtMs: number;
}

/** The leases that a tick sent, for the store. */
export const leasesSent = ({ sent }: TickResult, sentAtMs: number): readonly LeaseToKeep[] =>
  sent.flatMap(({ command }) => {
    if (command.kind !== 'lease') return [];
    const { evseId, setpointAmps, tailAmps, leaseMs } = command;
    return { evseId, setpointAmps, tailAmps, leaseMs, sentAtMs };
  });
