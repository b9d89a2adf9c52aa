import { areaId, circuitId, evseId, siteId, stationId } from '../../src/domain/ids.ts';
import { phases } from '../../src/domain/phases.ts';
import type { Area, Circuit, Evse, Site } from '../../src/domain/site.ts';

/** The grid connection of a garage: 63 A, metered, 10 A of background to assume when the meter is silent. */
export const givenCircuit = (change: Partial<Circuit> = {}): Circuit => ({
  id: circuitId('grid'),
  parent: undefined,
  phases,
  breakerAmps: 63,
  ratedWatts: undefined,
  assumedBackgroundAmps: 10,
  meter: { measures: 'total', maxAgeMs: 15_000 },
  ...change,
});

/** The only EVSE of its station, 6 to 32 A on all phases, 6 A when it no longer hears from us. */
export const givenEvse = (change: Partial<Evse> = {}): Evse => ({
  id: evseId('A1'),
  circuit: circuitId('grid'),
  station: stationId(`CP-${change.id ?? 'A1'}`),
  number: 1,
  wiring: phases,
  minAmps: 6,
  maxAmps: 32,
  failsafeAmps: 6,
  priority: 0,
  weight: 1,
  traits: { unit: 'A', stepAmps: 1, stackLevel: 0, leaseForm: 'tail' },
  ...change,
});

/** As many EVSEs as asked for, A1, A2 and so on. */
export const givenEvses = (count: number, change: Partial<Evse> = {}): readonly Evse[] =>
  Array.from({ length: count }, (_, index) => givenEvse({ id: evseId(`A${index + 1}`), ...change }));

/** A garage with a metered grid connection and two EVSEs. */
export const givenSite = (change: Partial<Site> = {}): Site => ({
  id: siteId('garage'),
  name: 'Garage',
  timeZone: 'Europe/Stockholm',
  supply: { system: 'TN', phaseVolts: 230 },
  policy: 'fair',
  phasesUsed: 'wired',
  circuits: [givenCircuit()],
  evses: givenEvses(2),
  ...change,
});

export const givenArea = (change: Partial<Area> = {}): Area => ({
  id: areaId('feeder'),
  limitWatts: 40_000,
  sites: [siteId('garage')],
  ...change,
});
