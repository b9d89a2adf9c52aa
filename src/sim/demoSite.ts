import type { StationId } from '../domain/ids.ts';
import type { Evse } from '../domain/site.ts';
import { type Arrival, seededArrivals } from './arrivals.ts';
import { type Background, building } from './building.ts';
import type { StationProtocol } from './simulatedSite.ts';

// The life of the demo's site: a 63 A grid connection, two halls of 40 A, four stations in each. Batteries are
// small and visits short, so that within a minute cars ramp, taper, leave and come.

const hourMs = 3_600_000;

/** 10 to 25 A per phase. */
export const demoBackground = (seed: number): Background =>
  building({
    seed,
    baseAmps: [10.5, 12, 11],
    swellAmps: 4,
    noiseAmps: 1.5,
    step: { amps: 7, everyMs: 20_000, chance: 0.4 },
  });

/**
 * Twelve hours of cars. Each EVSE has its first within 15 s: all together want far more than there is. Later ones
 * leave gaps, in which the others speed up.
 */
export const demoArrivals = (seed: number, evses: readonly Evse[]): readonly Arrival[] =>
  seededArrivals(evses, {
    seed,
    forMs: 12 * hourMs,
    firstMs: [1_000, 15_000],
    stayMs: [25_000, 90_000],
    gapMs: [8_000, 30_000],
    needWh: [25, 200],
  });

/** Every other station speaks 1.6J, the others 2.0.1. */
export function demoProtocol(stations: readonly StationId[], station: StationId): StationProtocol {
  return stations.indexOf(station) % 2 === 0 ? 'ocpp1.6' : 'ocpp2.0.1';
}
