import type { SiteView } from '../control/siteView.ts';
import { isInFailsafe } from '../domain/gridConnection.ts';
import { type LimitTarget, limitedNode } from '../domain/gridLimit.ts';
import type { SiteId } from '../domain/ids.ts';
import type { Site } from '../domain/site.ts';
import { starVolts } from '../domain/supply.ts';
import { can } from '../http/auth.ts';
import type { Figure, GridConnectionNow, GridShare, HttpPorts } from '../http/ports.ts';
import type { Running } from './app.ts';

/** What the HTTP side asks about grid operators. */
export function gridHttp(running: Running): HttpPorts['grid'] {
  const { grid, store, loaded } = running;
  const connection = (id: string) => {
    const found = grid.connections.find((each) => each.id === id);
    if (found === undefined)
      throw new Error(`connection "${id}" is not in the config under grid.connections`);
    return found;
  };
  return {
    connections: () => connectionsNow(running),
    take: (id, body, raw) => grid.intake.take(connection(id), body, raw),
    withdraw: (id, externalId) => grid.intake.withdraw(connection(id), externalId),
    heartbeat: (id, aliveUntilMs) => grid.ports.heartbeat(id, aliveUntilMs),
    takeSchedule: (id, table) => grid.intake.takeSchedule(connection(id), table),
    verifyEvidence: () => store.verifyEvidence(),
    evidence({ connectionId, ...query }, actor) {
      const isAsked = (id: string) => connectionId === undefined || connectionId === id;
      // An admin sees what was left by connections that the config no longer has, too.
      if (actor.role === 'admin')
        return store.listEvidence({
          ...query,
          connectionIds: connectionId === undefined ? undefined : [connectionId],
        });
      const visible = loaded.connections.filter(
        ({ id, targets }) =>
          isAsked(id) &&
          targets.every(({ target }) =>
            sitesOf(running, target).every((site) => can(actor, 'read sites', site)),
          ),
      );
      return store.listEvidence({ ...query, connectionIds: visible.map(({ id }) => id) });
    },
  };
}

/** For alarms: who is silent, how much was said, and whether the record is kept. */
export function gridFigures({ grid, state }: Running): readonly Figure[] {
  const by = (value: (connectionId: string) => number): Figure['samples'] =>
    grid.connections.map(({ id }) => ({ labels: { connection: id }, value: value(id) }));
  return [
    {
      name: 'grid_connection_failsafe',
      help: 'Whether the failsafe limit of a silent grid operator holds',
      kind: 'gauge',
      samples: by((id) => (isInFailsafe(state.grid.state(id)) ? 1 : 0)),
    },
    {
      name: 'grid_connection_limits',
      help: 'Limits of a grid operator in force or to come',
      kind: 'gauge',
      samples: by((id) => state.grid.limitsOf(id).length),
    },
    {
      name: 'grid_evidence_lost_total',
      help: 'Records for grid operators that could not be kept',
      kind: 'counter',
      samples: [{ labels: {}, value: grid.evidenceLost() }],
    },
  ];
}

const sitesOf = ({ loaded }: Running, target: LimitTarget): readonly SiteId[] =>
  target.kind === 'circuit'
    ? [target.siteId]
    : (loaded.areas.find(({ id }) => id === target.areaId)?.sites ?? []);

function connectionsNow(running: Running): readonly GridConnectionNow[] {
  const { state, grid, ports } = running;
  const toWallMs = ports.clock.nowMs() - ports.clock.monotonicMs();
  return grid.connections.map((connection) => {
    const { phase, sinceMs, heardAtMs } = state.grid.state(connection.id);
    const { id, profile, targets } = connection;
    return {
      id,
      profile,
      phase,
      sinceMs: sinceMs + toWallMs,
      heardAtMs: heardAtMs === undefined ? undefined : heardAtMs + toWallMs,
      limitCount: state.grid.limitsOf(id).length,
      sites: [...new Set(targets.flatMap(({ target }) => sitesOf(running, target)))],
      targets: targets.map(({ target, externalIds }) => ({
        target,
        externalIds,
        measurement: grid.ports.measurement(target),
      })),
      shares: targets.flatMap(({ target }) => sharesOf(running, target)),
    };
  });
}

/** What each site below a target has of it. */
function sharesOf(running: Running, target: LimitTarget): readonly GridShare[] {
  const { loaded, board } = running;
  return sitesOf(running, target).flatMap((id) => {
    const site = loaded.sites.find((each) => each.id === id);
    const view = board.views.find(({ siteId }) => siteId === id);
    return site === undefined || view === undefined ? [] : shareOf(target, site, view);
  });
}

function shareOf(target: LimitTarget, site: Site, { evses }: SiteView): GridShare {
  const below = target.kind === 'area' ? undefined : circuitsBelow(site, target.circuitId);
  const volts = starVolts(site.supply);
  let [allocatedWatts, carWatts] = [0, 0];
  for (const evse of evses) {
    if (below !== undefined && !below.has(evse.circuit)) continue;
    allocatedWatts += evse.allocatedAmps * evse.wiring.length * volts;
    carWatts += (evse.drawAmps[0] + evse.drawAmps[1] + evse.drawAmps[2]) * volts;
  }
  return { node: limitedNode(target), site: site.id, allocatedWatts, carWatts };
}

/** The circuit and all below it: parents come before children. */
function circuitsBelow(site: Site, root: string): ReadonlySet<string> {
  const found = new Set<string>([root]);
  for (const { id, parent } of site.circuits) if (parent !== undefined && found.has(parent)) found.add(id);
  return found;
}
