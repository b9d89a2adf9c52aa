import type { Session } from './session.ts';
import type { Evse } from './site.ts';
import { loadCount, type Supply } from './supply.ts';

const hourMs = 3_600_000;

/**
 * How long a session could still wait and be served in time at its EVSE's full power; negative when it is late
 * already. undefined when its driver told no departure or no energy: then nothing urges.
 */
export function laxityMs(input: {
  readonly session: Session;
  readonly evse: Evse;
  readonly supply: Supply;
  readonly nowMs: number;
}): number | undefined {
  const { session, evse, supply, nowMs } = input;
  const { departureAtMs, wantedEnergyWh, energyWh } = session;
  if (departureAtMs === undefined || wantedEnergyWh === undefined) return undefined;
  const fullWatts = evse.maxAmps * loadCount(supply, evse.wiring) * supply.phaseVolts;
  const neededMs = (Math.max(0, wantedEnergyWh - energyWh) / fullWatts) * hourMs;
  return departureAtMs - nowMs - neededMs;
}
