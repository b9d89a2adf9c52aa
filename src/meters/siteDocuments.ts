import type { CircuitView, EvseReason, EvseView, LimitOrigin } from '../control/siteView.ts';
import { type PhaseAmps, perPhase, phaseName } from '../domain/phases.ts';

// What is published: the names of the HTTP API, without what changes although nothing happened (instants, ages)
// and without what tells about drivers. Amperes are rounded, so that noise is not a change.

export function circuitDocument(circuit: CircuitView) {
  return {
    id: circuit.id,
    breakerAmps: circuit.breakerAmps,
    limitAmps: roundedPhases(circuit.limitAmps),
    limitedBy: originDocument(circuit.limitedBy),
    drawAmps: roundedPhases(circuit.drawAmps),
    backgroundAmps: roundedPhases(circuit.backgroundAmps),
    exposureAmps: roundedPhases(circuit.exposureAmps),
    headroomAmps: roundedPhases(circuit.headroomAmps),
    basis: circuit.basis,
    meterVerdict: circuit.meterVerdict?.kind ?? null,
  };
}

export function evseDocument(evse: EvseView) {
  return {
    id: evse.id,
    station: evse.stationId,
    number: evse.number,
    phases: evse.wiring.map(phaseName),
    state: evse.state,
    setpointAmps: evse.setpointAmps === undefined ? null : rounded(evse.setpointAmps),
    allocatedAmps: rounded(evse.allocatedAmps),
    exposureAmps: rounded(evse.exposureAmps),
    drawAmps: roundedPhases(evse.drawAmps),
    reason: reasonDocument(evse.reason),
  };
}

function reasonDocument(reason: EvseReason) {
  switch (reason.kind) {
    case 'own maximum':
    case 'car takes less':
    case 'bound by a partner':
      return { kind: reason.kind, amps: rounded(reason.amps) };
    case 'circuit full':
      return { kind: reason.kind, ...placeDocument(reason), limitedBy: originDocument(reason.limitedBy) };
    case 'paused':
      return { kind: reason.kind, ...placeDocument(reason) };
    case 'area full':
      return { kind: reason.kind, area: reason.area };
    case 'not answering':
      return { kind: reason.kind, rung: reason.rung ?? null };
    case 'not obeying':
      return { kind: reason.kind, amps: rounded(reason.amps), rung: reason.rung ?? null };
    case 'planned later':
      return {
        kind: reason.kind,
        why: reason.why,
        amps: rounded(reason.amps),
        untilMs: reason.untilMs ?? null,
      };
    case 'stopped':
      return { kind: reason.kind, by: reason.by, why: reason.why };
    case 'no session':
    case 'interrupted':
    case 'starting':
    case 'offline':
    case 'token refused':
    case 'waiting for others':
    case 'memory spared':
      return { kind: reason.kind };
    default:
      return reason satisfies never;
  }
}

const placeDocument = ({ circuit, phase }: Extract<EvseReason, { kind: 'circuit full' | 'paused' }>) => ({
  circuit,
  phase: phase === undefined ? undefined : phaseName(phase),
});

function originDocument(origin: LimitOrigin) {
  if (origin.kind !== 'limit') return { kind: origin.kind };
  const { kind, limitId, source, reason, untilMs } = origin;
  return {
    kind,
    limitId,
    source,
    reason,
    until: untilMs === undefined ? null : new Date(untilMs).toISOString(),
  };
}

const rounded = (amps: number): number => Math.round(amps * 10) / 10;
const roundedPhases = (amps: PhaseAmps): PhaseAmps => perPhase((phase) => rounded(amps[phase]));
