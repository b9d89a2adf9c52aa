import { circuitId, evseId, siteId, stationId } from '../../src/domain/ids.ts';
import type { Phase } from '../../src/domain/phases.ts';
import type { Circuit, Evse, Site } from '../../src/domain/site.ts';

const circuit = (id: string, parent: string | undefined, breakerAmps: number): Circuit => ({
  id: circuitId(id),
  parent: parent === undefined ? undefined : circuitId(parent),
  phases: [0, 1, 2],
  breakerAmps,
  ratedWatts: undefined,
  assumedBackgroundAmps: 20,
  meter: parent === undefined ? { measures: 'total', maxAgeMs: 15_000 } : undefined,
});

const evse = (id: string, hall: string, wiring: readonly Phase[]): Evse => ({
  id: evseId(id),
  circuit: circuitId(hall),
  station: stationId(`CP-${id}`),
  number: 1,
  wiring,
  minAmps: 6,
  maxAmps: 32,
  failsafeAmps: 0,
  priority: 0,
  weight: 1,
  traits: { unit: 'A', stepAmps: 1, stackLevel: 0, leaseForm: 'tail' },
});

/** A 63 A grid connection with two halls of 40 A and four EVSEs in each; one of each four has a single phase. */
export const site: Site = {
  id: siteId('garage'),
  name: 'Garage',
  timeZone: 'Europe/Stockholm',
  supply: { system: 'TN', phaseVolts: 230 },
  policy: 'fair',
  phasesUsed: 'wired',
  circuits: [circuit('grid', undefined, 63), circuit('hall-a', 'grid', 40), circuit('hall-b', 'grid', 40)],
  evses: [
    evse('A1', 'hall-a', [0, 1, 2]),
    evse('A2', 'hall-a', [1, 2, 0]),
    evse('A3', 'hall-a', [2, 0, 1]),
    evse('A4', 'hall-a', [1]),
    evse('B1', 'hall-b', [0, 1, 2]),
    evse('B2', 'hall-b', [1, 2, 0]),
    evse('B3', 'hall-b', [2, 0, 1]),
    evse('B4', 'hall-b', [2]),
  ],
};
