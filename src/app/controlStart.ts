import { createAllocator } from '../../solver/allocate.ts';
import type { Audit } from '../../solver/audit.ts';
import type { Allocation, Problem } from '../../solver/problem.ts';
import type { LoadedConfig } from '../config/config.ts';
import type { HorizonLoop } from '../control/horizonLoop.ts';
import type { HorizonTarget } from '../control/horizonTargets.ts';
import type { Clock, StationLink } from '../control/ports.ts';
import type { PriceBook } from '../control/priceBook.ts';
import type { SessionBook } from '../control/sessionBook.ts';
import type { Control } from '../control/snapshot.ts';
import { topologies } from '../control/topology.ts';
import type { ViewBoard } from '../control/viewBoard.ts';
import type { EvseId } from '../domain/ids.ts';
import type { EvidenceQueue } from '../grid/evidenceQueue.ts';
import type { HeldClock } from '../incidents/heldClock.ts';
import type { Store } from '../store/openStore.ts';
import type { AppPorts } from './app.ts';
import { joinControl, leasesSent } from './control.ts';
import { gridKeeper, restoreConnections } from './gridKeeping.ts';
import { loopOptions } from './options.ts';
import { startHorizon } from './plan.ts';
import { rememberedExposures } from './rememberedExposures.ts';

/** What the control stands on. */
export interface ControlNeeds {
  readonly clock: HeldClock;
  readonly store: Store;
  readonly epoch: number;
  readonly board: ViewBoard;
  readonly audit: Audit;
  readonly evidence: EvidenceQueue;
  readonly sessions: SessionBook;
}

interface MadeControl extends Control {
  readonly horizon: HorizonLoop;
  readonly prices: PriceBook;
  connect(link: StationLink): void;
  /** Shows every target that a tick asks for. */
  watchTargets(watch: WatchTarget): void;
}

type WatchTarget = (evseId: EvseId, target: HorizonTarget | undefined) => void;

/** The state, what it starts from, and the loop over it. Commands go nowhere until it is connected to a link. */
export async function startControl(
  loaded: LoadedConfig,
  ports: AppPorts,
  { clock, store, epoch, board, audit, evidence, sessions }: ControlNeeds,
): Promise<MadeControl> {
  const { config, sites, areas, connections } = loaded;
  const { log, onBroken } = ports;
  const devices = await store.devices();
  const leaseMs = config.control.leaseS * 1000;
  const remembered = rememberedExposures({ sites, leaseMs, devices }, await store.exposures());
  let link: StationLink | undefined;
  let seen: WatchTarget = () => {};
  const joint = joinControl({
    sites,
    areas,
    connections,
    options: loopOptions(config),
    epoch,
    remembered,
    ports: {
      clock,
      stopwatchMs: () => ports.clock.monotonicMs(),
      log,
      onSession: (session) => sessions.follow(session),
      onStation: (station) => store.saveStation(station),
      onDevice: (id, device) => store.rememberDevice(id, device),
      onInterrupted: (evseId, charge) => store.rememberInterrupted(evseId, charge),
      onStanding: (evseId, amps) => store.rememberStanding(evseId, amps),
      gridKeeper: gridKeeper({ store, evidence, clock }),
      link: { send: (command) => link?.send(command) },
      allocate: sampled(createAllocator(), audit, clock, config.control.auditEveryS * 1000),
      horizon: (evseId) => {
        const target = horizon.targetOf(evseId);
        seen(evseId, target);
        return target;
      },
      onTick: (result) => {
        horizon.follow(result);
        board.show(result);
        for (const lease of leasesSent(result, clock.nowMs())) store.rememberLease(lease);
      },
      onBroken: (error) => {
        log.fatal({ err: error }, 'control loop broke, stations fall to their failsafe limits');
        onBroken();
      },
    },
  });
  const { state } = joint;
  const together = topologies(sites, areas);
  const { horizon, prices } = await startHorizon(loaded, ports, { store, state, topologies: together });
  for (const limit of await store.limitsNotEnded(clock.nowMs())) state.setLimit(limit);
  await restoreConnections(loaded, store, state, clock);
  for (const [id, device] of devices) state.adoptDevice(id, device);
  for (const stop of await store.stops()) state.stopSite(stop);
  for (const { session } of sessions.open()) state.adoptSession(session);
  for (const [id, charge] of await store.interruptedCharges()) state.adoptInterrupted(id, charge);
  return {
    ...joint,
    horizon,
    prices,
    watchTargets: (watch) => {
      seen = watch;
    },
    connect: (to) => {
      link = to;
    },
  };
}

/** The allocation, of which every now and then one goes to the auditor. */
function sampled(
  allocate: (problem: Problem) => Allocation,
  audit: Audit,
  clock: Clock,
  everyMs: number,
): (problem: Problem) => Allocation {
  let nextMs = clock.monotonicMs();
  return (problem) => {
    const allocation = allocate(problem);
    if (problem.evses.length > 0 && clock.monotonicMs() >= nextMs) {
      nextMs = clock.monotonicMs() + everyMs;
      audit.submit(problem, allocation);
    }
    return allocation;
  };
}
