import type { Site } from '../domain/site.ts';
import type { ExposureLedger } from './exposure.ts';
import type { SiteState } from './siteState.ts';

/**
 * Whether a site still waits for its meters, its stations, or the draw of cars that charged before we started, and
 * so raises nobody. No wait is longer than what it waits for can matter.
 */
export function isStarting(
  site: Site,
  { state, ledger, monotonicMs }: { state: SiteState; ledger: ExposureLedger; monotonicMs: number },
): boolean {
  const waitsForMeter = site.circuits.some(
    ({ id, meter }) =>
      meter !== undefined && !state.meters.hasHeard(id) && monotonicMs < state.startedAtMs + meter.maxAgeMs,
  );
  if (waitsForMeter) return true;
  return site.evses.some(({ id, station }) => {
    const { status, awaitsDrawUntilMs } = state.evse(id);
    const isHeard = state.isOnline(station) && status !== 'unknown';
    return monotonicMs < awaitsDrawUntilMs || (!isHeard && !ledger.isKnown(id, monotonicMs));
  });
}
