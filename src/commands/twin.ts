import { createAllocator } from '../../solver/allocate.ts';
import { type ControlParts, joinControl, leasesSent } from '../app/control.ts';
import { loopOptions } from '../app/options.ts';
import { rememberedExposures } from '../app/rememberedExposures.ts';
import type { LoadedConfig } from '../config/config.ts';
import type { ControlLoopOptions } from '../control/controlLoop.ts';
import { operations } from '../control/operations.ts';
import type { Control } from '../control/snapshot.ts';
import { topologies } from '../control/topology.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import { limitFromRequest } from '../domain/limitRequest.ts';
import { createLogger } from '../log.ts';
import { NaiveService } from '../sim/twin/naive.ts';
import type { ServicePorts, TwinJoints, TwinPlace, TwinService } from '../sim/twin/ports.ts';
import { twinEvidence, twinGrid, twinKeeper } from './twinGrid.ts';
import { createEar } from './twinWire.ts';

const silentLog = createLogger('silent');

/** The service's own code as the twin runs it: joined as in the service, on the twin's clock, store and wires. */
export const twinJoints = (options: ControlLoopOptions, parts?: ControlParts): TwinJoints => ({
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
    marginAmps: config.control.marginMaxAmps,
    connections: connections.filter(isPlayed),
  };
}

/** Of the others the far side cannot tell what must hold: a rule by version lets a later event lift an earlier one. */
const isPlayed = ({ boundary, supersede }: GridConnection): boolean =>
  boundary === 'connection' && supersede !== 'version';

export const twinOptions = ({ config }: LoadedConfig): ControlLoopOptions => loopOptions(config);

type TwinGrid = ReturnType<typeof twinGrid>;

function startService(
  place: TwinPlace,
  ports: ServicePorts,
  options: ControlLoopOptions,
  parts: ControlParts | undefined,
): TwinService {
  const { process: clock, store, epoch, link } = ports;
  const { sites, areas, connections } = place;
  const evidence = twinEvidence(ports, silentLog);
  const evses = sites.flatMap((site) => site.evses.map(({ id }) => id));
  const devices = store.devices();
  const solve = createAllocator();
  const control = joinControl(
    {
      sites,
      areas,
      connections,
      options,
      epoch,
      remembered: rememberedExposures({ sites, leaseMs: place.leaseMs, devices }, store.exposures(evses)),
      ports: {
        clock,
        log: silentLog,
        link,
        gridKeeper: twinKeeper(ports, evidence),
        allocate: (problem) => ports.allocate(problem, solve),
        onSession: (session) => store.saveSession(session),
        onStation: () => {},
        onDevice: (id, device) => store.rememberDevice(id, device),
        onInterrupted: (evseId, charge) => store.rememberInterrupted(evseId, charge),
        onStanding: (evseId, amps) => store.rememberStanding(evseId, amps),
        onTick: (result) => {
          for (const lease of leasesSent(result, clock.nowMs())) store.rememberLease(lease);
          grid?.follow(result);
          ports.onTick(result);
        },
        onBroken: (error) => ports.onBroken(error),
      },
    },
    parts,
  );
  const { state, ledger } = control;
  for (const limit of store.limitsNotEnded(clock.nowMs())) state.setLimit(limit);
  const grid =
    connections.length === 0
      ? undefined
      : twinGrid(place, ports, { state, ledger, evidence, log: silentLog });
  for (const [id, device] of devices) state.adoptDevice(id, device);
  for (const session of store.openSessions()) state.adoptSession(session);
  for (const [id, charge] of store.interruptedCharges()) state.adoptInterrupted(id, charge);
  return serviceOf(control, grid, place, ports);
}

/** What the world says to the control, and how it is begun and ended. */
function serviceOf(
  { state, loop }: Control,
  grid: TwinGrid | undefined,
  { sites, areas }: TwinPlace,
  { process: clock, store }: ServicePorts,
): TwinService {
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
