import { Point } from '@influxdata/influxdb-client';
import type { CircuitView, EvseView, SiteView } from '../control/siteView.ts';
import { phaseName, phases } from '../domain/phases.ts';
import { bases, causes, evseStates, originNumber, reasons, siteStates } from './codes.ts';
import { withNumbers } from './numbers.ts';

/**
 * The points of one tick of one site. Tags are what the config names (site, circuit, EVSE, phase), so the number
 * of series is bounded by it; what is not known is left out and never written as 0. Documented in grafana/README.md.
 */
export function pointsOf(view: SiteView): readonly Point[] {
  return [
    tickPoint(view),
    ...view.circuits.flatMap((circuit) => [...circuitPoints(view, circuit), ...limitPoints(view, circuit)]),
    ...view.evses.map((evse) => evsePoint(view, evse)),
  ];
}

const tickPoint = (view: SiteView): Point =>
  withNumbers(new Point('tick').tag('site', view.siteId).timestamp(view.tick.atMs), tickNumbers(view));

/** The site as a whole. */
export function tickNumbers({
  tick,
  state,
  evses,
  circuits,
}: SiteView): Readonly<Record<string, number | undefined>> {
  const [connection] = circuits;
  const drawn = (evse: EvseView): number => evse.drawAmps[0] + evse.drawAmps[1] + evse.drawAmps[2];
  return {
    number: tick.number,
    duration_ms: tick.durationMs,
    cause: causes[tick.cause],
    state: siteStates[state],
    charging: evses.filter((evse) => evse.state === 'charging').length,
    offline: evses.filter((evse) => evse.state === 'offline').length,
    disobeying: evses.filter(({ reason }) => reason.kind === 'not obeying').length,
    over_limit: circuits.filter(isOver).length,
    silent_meters: circuits.filter(({ basis }) => basis === 'assumed').length,
    charging_amps: evses.reduce((sum, evse) => sum + drawn(evse), 0),
    load_share: connection?.loadShare,
  };
}

export const isOver = ({ loadShare }: CircuitView): boolean => loadShare > 1;

function circuitPoints({ siteId, tick }: SiteView, circuit: CircuitView): readonly Point[] {
  return phases.map((phase) => {
    const point = new Point('circuit')
      .tag('site', siteId)
      .tag('circuit', circuit.id)
      .tag('phase', phaseName(phase))
      .timestamp(tick.atMs);
    return withNumbers(point, {
      limit_amps: circuit.limitAmps[phase],
      draw_amps: circuit.drawAmps[phase],
      background_amps: circuit.backgroundAmps[phase],
      exposure_amps: circuit.exposureAmps[phase],
      margin_amps: circuit.marginAmps[phase],
      headroom_amps: circuit.headroomAmps[phase],
      basis: bases[circuit.basis],
      limited_by: originNumber(circuit.limitedBy),
      reading_age_ms: circuit.readingAgeMs,
    });
  });
}

/** One point a tick while somebody's limit binds the circuit: a curtailment is where these points are. */
function limitPoints({ siteId, tick }: SiteView, circuit: CircuitView): readonly Point[] {
  const { limitedBy, limitAmps } = circuit;
  if (limitedBy.kind !== 'limit') return [];
  const point = new Point('grid_limit')
    .tag('site', siteId)
    .tag('circuit', circuit.id)
    .tag('source', limitedBy.source)
    .timestamp(tick.atMs);
  return [
    withNumbers(point, {
      limit_l1_amps: limitAmps[0],
      limit_l2_amps: limitAmps[1],
      limit_l3_amps: limitAmps[2],
      remaining_ms: limitedBy.untilMs === undefined ? undefined : limitedBy.untilMs - tick.atMs,
    }),
  ];
}

function evsePoint({ siteId, tick }: SiteView, evse: EvseView): Point {
  const point = new Point('evse')
    .tag('site', siteId)
    .tag('circuit', evse.circuit)
    .tag('evse', evse.id)
    .timestamp(tick.atMs);
  return withNumbers(point, {
    setpoint_amps: evse.setpointAmps,
    allocated_amps: evse.allocatedAmps,
    exposure_amps: evse.exposureAmps,
    draw_l1_amps: evse.drawAmps[0],
    draw_l2_amps: evse.drawAmps[1],
    draw_l3_amps: evse.drawAmps[2],
    energy_wh: evse.session?.energyWh,
    state: evseStates[evse.state],
    reason: reasons[evse.reason.kind],
  });
}
