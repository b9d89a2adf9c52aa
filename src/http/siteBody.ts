import type { CircuitView, EvseReason, EvseView, LimitOrigin, SiteView } from '../control/siteView.ts';
import type { CircuitId } from '../domain/ids.ts';
import { phaseName } from '../domain/phases.ts';
import type { Session } from '../domain/session.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { HttpPorts, SessionDetail } from './ports.ts';
import type {
  CircuitBody,
  CircuitSummaryBody,
  EvseBody,
  ExplanationBody,
  LimitOriginBody,
  ReasonBody,
  SessionBody,
  SessionDetailBody,
  SiteBody,
  SiteStopBody,
} from './schemas.ts';

type Explain = HttpPorts['explanation'];

export interface SiteBodyOptions {
  readonly explanation: Explain;
  /** Sessions tell about drivers, so not everybody sees them. */
  readonly showsSessions: boolean;
}

/** A site as the API tells it: its circuits nested, from the grid connection down. */
export function siteBody(site: SiteView, options: SiteBodyOptions): SiteBody {
  const [root] = site.circuits;
  if (root === undefined) throw new Error(`site "${site.siteId}" has no grid connection`);
  return { ...siteHead(site), circuit: circuitBody(root, site, options) };
}

/** All of a site but its tree. */
export const siteHead = ({
  siteId,
  name,
  timeZone,
  state,
  stop,
  tick,
}: SiteView): Omit<SiteBody, 'circuit'> => ({
  id: siteId,
  name,
  timeZone,
  state,
  stop: stop === undefined ? null : siteStopBody(stop),
  tick: { number: tick.number, at: instant(tick.atMs), durationMs: tick.durationMs, cause: tick.cause },
});

export const siteStopBody = ({ atMs, by, reason }: SiteStop): SiteStopBody => ({
  at: instant(atMs),
  by,
  reason,
});

function circuitBody(circuit: CircuitView, site: SiteView, options: SiteBodyOptions): CircuitBody {
  return {
    ...circuitSummary(circuit),
    evses: site.evses
      .filter((evse) => evse.circuit === circuit.id)
      .map((evse) => evseBody(evse, site, options)),
    circuits: site.circuits
      .filter(({ parent }) => parent === circuit.id)
      .map((child) => circuitBody(child, site, options)),
  };
}

export function circuitSummary(circuit: CircuitView): CircuitSummaryBody {
  const { id, breakerAmps, limitAmps, drawAmps, backgroundAmps, exposureAmps, headroomAmps, basis } = circuit;
  return {
    id,
    breakerAmps,
    limitAmps,
    limitedBy: originBody(circuit.limitedBy),
    drawAmps,
    backgroundAmps,
    exposureAmps,
    headroomAmps,
    basis,
    readingAgeMs: circuit.readingAgeMs ?? null,
    meterVerdict: circuit.meterVerdict ?? null,
    marginAmps: circuit.marginAmps,
    failsafeAmps: circuit.failsafeAmps,
  };
}

export function evseBody(
  evse: EvseView,
  site: SiteView,
  { explanation, showsSessions }: SiteBodyOptions,
): EvseBody {
  return {
    id: evse.id,
    station: evse.stationId,
    number: evse.number,
    phases: evse.wiring.map(phaseName),
    state: evse.state,
    setpointAmps: evse.setpointAmps ?? null,
    allocatedAmps: evse.allocatedAmps,
    failsafeAmps: evse.failsafeAmps,
    minAmps: evse.minAmps,
    maxAmps: evse.maxAmps,
    exposureAmps: evse.exposureAmps,
    drawAmps: evse.drawAmps,
    session: showsSessions && evse.session !== undefined ? sessionBody(evse.session) : null,
    isNonLeasing: evse.isNonLeasing,
    clockSkewMs: evse.clockSkewMs ?? null,
    reason: reasonBody(evse.reason, explanation(evse, site)),
  };
}

/** Why one EVSE has what it has, with every circuit on the way to the grid connection. */
export function explanationBody(evse: EvseView, site: SiteView, explanation: Explain): ExplanationBody {
  return {
    evse: evse.id,
    site: site.siteId,
    at: instant(site.tick.atMs),
    state: evse.state,
    setpointAmps: evse.setpointAmps ?? null,
    allocatedAmps: evse.allocatedAmps,
    drawAmps: evse.drawAmps,
    reason: reasonBody(evse.reason, explanation(evse, site)),
    path: [...pathUp(evse.circuit, site)].map(circuitSummary),
  };
}

function* pathUp(from: CircuitId, site: SiteView): Generator<CircuitView> {
  const circuit = site.circuits.find(({ id }) => id === from);
  if (circuit === undefined) return;
  yield circuit;
  if (circuit.parent !== undefined) yield* pathUp(circuit.parent, site);
}

/** Without the token: an RFID card's number is all it takes to charge in its owner's name. */
export function sessionBody(session: Session): SessionBody {
  return {
    id: session.id,
    evse: session.evseId,
    station: session.stationId,
    transactionId: session.transactionId,
    state: session.state,
    startedAt: instant(session.startedAtMs),
    endedAt: instantOrNull(session.endedAtMs),
    endReason: session.endReason ?? null,
    energyWh: session.energyWh,
    wantedEnergyWh: session.wantedEnergyWh ?? null,
    departureAt: instantOrNull(session.departureAtMs),
    priority: session.priority ?? null,
    profile: session.profile ?? null,
  };
}

/** The same with its history. */
export const sessionDetailBody = (detail: SessionDetail): SessionDetailBody => ({
  ...sessionBody(detail.session),
  marks: [...detail.marks],
  meterStartWh: detail.meterStartWh ?? null,
  meterStopWh: detail.meterStopWh ?? null,
  periods: detail.periods.map(({ fromMs, untilMs, state, energyWh }) => ({
    from: instant(fromMs),
    until: instant(untilMs),
    state,
    energyWh,
  })),
  signedValues: detail.signed.map((value) => ({
    at: instant(value.atMs),
    context: value.context ?? null,
    data: value.data,
    signingMethod: value.signingMethod ?? null,
    encodingMethod: value.encodingMethod ?? null,
    publicKey: value.publicKey ?? null,
  })),
});

export function reasonBody(reason: EvseReason, text: string): ReasonBody {
  switch (reason.kind) {
    case 'own maximum':
    case 'car takes less':
    case 'bound by a partner':
      return { kind: reason.kind, text, amps: reason.amps };
    case 'circuit full':
      return { kind: reason.kind, text, ...placeBody(reason), limitedBy: originBody(reason.limitedBy) };
    case 'area full':
      return { kind: reason.kind, text, area: reason.area };
    case 'paused':
      return { kind: reason.kind, text, ...placeBody(reason) };
    case 'not answering':
      return { kind: reason.kind, text, ...(reason.rung && { rung: reason.rung }) };
    case 'not obeying':
      return { kind: reason.kind, text, amps: reason.amps, ...(reason.rung && { rung: reason.rung }) };
    case 'planned later': {
      const { kind, why, amps, untilMs, needsWh, departureMs } = reason;
      const until = instantOrNull(untilMs);
      return { kind, text, why, amps, until, needsWh, departureAt: instant(departureMs) };
    }
    case 'stopped':
      return { kind: reason.kind, text, by: reason.by };
    case 'no session':
    case 'interrupted':
    case 'starting':
    case 'offline':
    case 'token refused':
    case 'waiting for others':
    case 'memory spared':
      return { kind: reason.kind, text };
    default:
      return reason satisfies never;
  }
}

function placeBody({
  circuit,
  phase,
}: Extract<EvseReason, { kind: 'paused' }> | Extract<EvseReason, { kind: 'circuit full' }>) {
  return {
    ...(circuit !== undefined && { circuit }),
    ...(phase !== undefined && { phase: phaseName(phase) }),
  };
}

function originBody(origin: LimitOrigin): LimitOriginBody {
  if (origin.kind !== 'limit') return { kind: origin.kind };
  const { kind, limitId, source, reason, untilMs } = origin;
  return { kind, limitId, source, reason, until: instantOrNull(untilMs) };
}

/** ISO 8601 in UTC. */
export const instant = (ms: number): string => new Date(ms).toISOString();
export const instantOrNull = (ms: number | undefined): string | null =>
  ms === undefined ? null : instant(ms);
