import { Point } from '@influxdata/influxdb-client';
import type {
  CircuitView,
  EvseReason,
  EvseState,
  EvseView,
  LimitOrigin,
  SiteState,
  SiteView,
  TickView,
} from '../control/siteView.ts';
import { phaseName, phases } from '../domain/phases.ts';

// Words become numbers: a text field cannot be drawn over time, and a tag would split the series at every change.
// The numbers are in people's databases and dashboards: append, never renumber.

const siteStates: Record<SiteState, number> = { starting: 0, normal: 1, assumed: 2, failsafe: 3, stopped: 4 };
const causes: Record<TickView['cause'], number> = { pace: 0, drop: 1 };
const bases: Record<CircuitView['basis'], number> = { unmetered: 0, measured: 1, assumed: 2 };

const evseStates: Record<EvseState, number> = {
  offline: 0,
  unknown: 1,
  available: 2,
  occupied: 3,
  reserved: 4,
  charging: 5,
  paused: 6,
  'suspended-by-ev': 7,
  unavailable: 8,
  faulted: 9,
};

const reasons: Record<EvseReason['kind'], number> = {
  'no session': 0,
  'own maximum': 1,
  'car takes less': 2,
  'circuit full': 3,
  'area full': 4,
  paused: 5,
  starting: 6,
  offline: 7,
  'waiting for others': 8,
  'not answering': 9,
  stopped: 10,
  'not obeying': 11,
  'planned later': 12,
  'token refused': 13,
};

/** Who bounds a circuit: its breaker, its rating, or the source of a limit. */
function originNumber(origin: LimitOrigin): number {
  switch (origin.kind) {
    case 'breaker':
      return 0;
    case 'rating':
      return 1;
    case 'limit':
      return { 'site-operator': 2, 'grid-operator': 3 }[origin.source];
    default:
      return origin satisfies never;
  }
}

/**
 * The points of one tick of one site. Tags are what the config names (site, circuit, EVSE, phase), so the number
 * of series is bounded by it; what is not known is left out and never written as 0.
 */
export function pointsOf(view: SiteView): readonly Point[] {
  return [
    tickPoint(view),
    ...view.circuits.flatMap((circuit) => [...circuitPoints(view, circuit), ...limitPoints(view, circuit)]),
    ...view.evses.map((evse) => evsePoint(view, evse)),
  ];
}

function tickPoint({ siteId, tick, state, evses }: SiteView): Point {
  const point = new Point('tick').tag('site', siteId).timestamp(tick.atMs);
  return withNumbers(point, {
    number: tick.number,
    duration_ms: tick.durationMs,
    cause: causes[tick.cause],
    state: siteStates[state],
    charging: evses.filter((evse) => evse.state === 'charging').length,
    offline: evses.filter((evse) => evse.state === 'offline').length,
  });
}

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

/**
 * All fields are floats: a field that is an integer once refuses a fraction for ever after. Numbers that are not
 * finite have no form in the line protocol.
 */
function withNumbers(point: Point, numbers: Readonly<Record<string, number | undefined>>): Point {
  for (const [name, value] of Object.entries(numbers)) {
    if (value !== undefined && Number.isFinite(value)) point.floatField(name, value);
  }
  return point;
}
