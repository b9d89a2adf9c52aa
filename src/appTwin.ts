import { createAllocator } from '../solver/allocate.ts';
import { followMs, leaseSlackMs, loopOptions, retryMs } from './appOptions.ts';
import { twinEvidence, twinGrid, twinKeeper } from './appTwinGrid.ts';
import { createEar } from './appTwinWire.ts';
import type { LoadedConfig } from './config.ts';
import { ControlLoop, type ControlLoopOptions } from './control/controlLoop.ts';
import { ExposureLedger } from './control/exposure.ts';
import { operations } from './control/operations.ts';
import { SiteState } from './control/siteState.ts';
import { topologies } from './control/topology.ts';
import type { GridConnection } from './domain/gridConnection.ts';
import { limitFromRequest } from './domain/limitRequest.ts';
import { createLogger } from './log.ts';
import { NaiveService } from './sim/twin/naive.ts';
import type { ServicePorts, TwinJoints, TwinPlace, TwinService } from './sim/twin/ports.ts';

const silentLog = createLogger('silent');

/** What a test may put in the place of a part, to prove that the twin notices. */
export interface TwinParts {
  ledger(...input: ConstructorParameters<typeof ExposureLedger>): ExposureLedger;
  state(...input: ConstructorParameters<typeof SiteState>): SiteState;
}

const realParts: TwinParts = {
  ledger: (...input) => new ExposureLedger(...input),
  state: (...input) => new SiteState(...input),
};

/** The service's own code as the twin runs it: joined as in the service, on the twin's clock, store and wires. */
export const twinJoints = (options: ControlLoopOptions, parts: TwinParts = realParts): TwinJoints => ({
  ...wires,
  start: (place, ports) => startService(place, ports, options, parts),
});

/** The controller that everybody writes first, in the place of the service. */
export const naiveJoints = (): TwinJoints => ({
  ...wires,
  start: (place, ports) => new NaiveService(place, ports, createAllocator()),
});

const wires: Omit<TwinJoints, 'start'> = { createEar, createAllocator };

/** A config as a place of the twin. */
export function twinPlace(
  name: string,
  { config, sites, areas, connections }: LoadedConfig,
  meterMs: number,
): TwinPlace {
  return {
    name,
    sites,
    areas,
    topologies: topologies(sites, areas),
    meterMs,
    meterIntervalS: config.ocpp.meterIntervalS,
    leaseMs: config.control.leaseS * 1000,
    callTimeoutMs: config.ocpp.callTimeoutS * 1000,
    connections: connections.filter(isPlayed),
  };
}

/** Of the others the far side cannot tell what must hold: a rule by version lets a later event lift an earlier one. */
const isPlayed = ({ boundary, supersede }: GridConnection): boolean =>
  boundary === 'connection' && supersede !== 'version';

export const twinOptions = ({ config }: LoadedConfig): ControlLoopOptions => loopOptions(config);

function startService(
  place: TwinPlace,
  ports: ServicePorts,
  options: ControlLoopOptions,
  parts: TwinParts,
): TwinService {
  const { process: clock, store, epoch, link } = ports;
  const { sites, areas } = place;
  const evses = sites.flatMap((site) => site.evses);
  const ledger = parts.ledger({
    evses,
    remembered: store.exposures(
      evses.map(({ id }) => id),
      leaseSlackMs,
    ),
    options: { followMs, leaseSlackMs },
    leaseMs: options.leaseMs,
    nowMs: clock.monotonicMs(),
  });
  const evidence = twinEvidence(ports, silentLog);
  const { connections } = place;
  const state = parts.state(
    sites,
    {
      clock,
      log: silentLog,
      ledger,
      onDrop: () => loop.wake(),
      onSession: (session) => store.saveSession(session),
      onStation: () => {},
      onStanding: (evseId, amps) => store.rememberStanding(evseId, amps),
      gridKeeper: twinKeeper(ports, evidence),
    },
    { followMs, retryMs, connections },
  );
  const solve = createAllocator();
  const loop = new ControlLoop(
    place.topologies,
    epoch,
    {
      clock,
      log: silentLog,
      state,
      ledger,
      link,
      allocate: (problem) => ports.allocate(problem, solve),
      onTick: (result) => {
        for (const { command } of result.sent) {
          if (command.kind !== 'lease') continue;
          const { evseId, setpointAmps, tailAmps, leaseMs } = command;
          store.rememberLease(evseId, { setpointAmps, tailAmps, leaseMs, sentAtMs: clock.nowMs() });
        }
        grid?.follow(result);
        ports.onTick(result);
      },
      onBroken: (error) => ports.onBroken(error),
    },
    options,
  );
  for (const limit of store.limitsNotEnded(clock.nowMs())) state.setLimit(limit);
  const grid =
    connections.length === 0
      ? undefined
      : twinGrid(place, ports, { state, ledger, evidence, log: silentLog });
  for (const session of store.openSessions()) state.adoptSession(session);
  const desk = operations({ clock, state, book: store });
  return {
    applyReading: (reading) => state.applyReading(reading),
    applyStationEvent: (event) => state.applyStationEvent(event),
    applyAnswer: (answer) => state.applyAnswer(answer),
    setLimit: ({ id, body, source }) => {
      const asked = limitFromRequest({
        id,
        body,
        source,
        setBy: 'twin',
        sites,
        areas,
        nowMs: clock.nowMs(),
      });
      return asked.status === 'refused'
        ? undefined
        : { limit: asked.limit, kept: desk.setLimit(asked.limit) };
    },
    endLimit: (id) => desk.endLimit(id, 'twin'),
    grid: grid?.grid,
    begin: () => loop.start(),
    stop: () => loop.stop(),
  };
}
