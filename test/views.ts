import type { CircuitView, EvseView, SiteView } from '../src/control/siteView.ts';
import { circuitId, evseId, limitId, sessionId, siteId, stationId } from '../src/domain/ids.ts';
import { noAmps, phases } from '../src/domain/phases.ts';
import type { Session } from '../src/domain/session.ts';

// What the control loop tells of a site. A test states the figures it is about; all others are as here.

export function circuitView(id: string, change: Partial<CircuitView> = {}): CircuitView {
  const { drawAmps = [40, 30, 20], limitAmps = [60, 60, 60] } = change;
  return {
    id: circuitId(id),
    parent: undefined,
    breakerAmps: 60,
    limitAmps,
    limitedBy: { kind: 'breaker' },
    drawAmps,
    loadShare: Math.max(...phases.map((phase) => drawAmps[phase] / limitAmps[phase])),
    backgroundAmps: [20, 20, 20],
    exposureAmps: [20, 10, 0],
    headroomAmps: [20, 30, 40],
    basis: 'measured',
    readingAgeMs: 400,
    meterVerdict: undefined,
    marginAmps: [0, 0, 0],
    failsafeAmps: [12, 6, 6],
    ...change,
  };
}

export const evseView = (id: string, change: Partial<EvseView> = {}): EvseView => ({
  id: evseId(id),
  stationId: stationId(`CP-${id}`),
  number: 1,
  circuit: circuitId('hall-a'),
  wiring: [0, 1, 2],
  state: 'charging',
  setpointAmps: 10,
  drawAmps: [9.9, 9.9, 9.9],
  exposureAmps: 10,
  allocatedAmps: 10,
  failsafeAmps: 6,
  minAmps: 6,
  maxAmps: 32,
  isNonLeasing: false,
  clockSkewMs: undefined,
  session: undefined,
  reason: { kind: 'own maximum', amps: 10 },
  ...change,
});

export const givenSession = (id: string, change: Partial<Session> = {}): Session => ({
  id: sessionId(id),
  evseId: evseId('A1'),
  stationId: stationId('CP-A1'),
  transactionId: '7',
  tokenId: 'DEADBEEF',
  state: 'charging',
  startedAtMs: 0,
  endedAtMs: undefined,
  endReason: undefined,
  energyWh: 0,
  wantedEnergyWh: undefined,
  departureAtMs: undefined,
  priority: undefined,
  ...change,
});

/** A grid connection with one hall, and in it an EVSE that charges and one that waits. */
export const siteView = (change: Partial<SiteView> = {}): SiteView => ({
  siteId: siteId('garage'),
  name: 'Garage Lund',
  timeZone: 'Europe/Stockholm',
  tick: { number: 42, atMs: Date.parse('2026-03-01T12:00:00Z'), durationMs: 0.42, cause: 'pace' },
  state: 'normal',
  stop: undefined,
  circuits: [
    circuitView('grid'),
    circuitView('hall-a', {
      parent: circuitId('grid'),
      breakerAmps: 40,
      limitAmps: [30, 30, 30],
      drawAmps: [31, 10, 0],
      backgroundAmps: noAmps,
      headroomAmps: [-1, 20, 30],
      limitedBy: {
        kind: 'limit',
        limitId: limitId('limit-1'),
        source: 'grid-operator',
        reason: 'cold evening',
        untilMs: undefined,
      },
      basis: 'unmetered',
      readingAgeMs: undefined,
    }),
  ],
  evses: [
    evseView('A1'),
    evseView('A2', {
      state: 'paused',
      wiring: [1],
      setpointAmps: 0,
      drawAmps: noAmps,
      reason: { kind: 'paused', circuit: circuitId('hall-a'), phase: 1 },
    }),
  ],
  ...change,
});
