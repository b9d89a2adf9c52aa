import { phaseOf } from '../domain/phases.ts';
import { lineShares, loadCount, type Supply, starVolts, turnedAmps } from '../domain/supply.ts';
import { resolvedTraits, type StationTraits } from '../domain/traits.ts';
import { withBelow } from '../domain/withBelow.ts';
import { stationOf } from './partners.ts';
import type { CircuitConfig, Config, EvseConfig } from './schema.ts';

/** Stations that keep the last value they were told for ever. */
export type NonLeasing = ReadonlySet<string>;

export const nonLeasingStations = (config: Config): NonLeasing =>
  new Set(config.stations.flatMap(({ id, traits }) => (mayHoldForEver(traits) ? id : [])));

const mayHoldForEver = (traits: Partial<StationTraits>): boolean =>
  traits.vendorKey !== undefined ||
  resolvedTraits([{ source: 'config', traits, why: '' }]).leaseForm === 'none';

export const supplyOf = ({ supply }: Config['sites'][number]): Supply => {
  const { system, phaseVolts, powerFactorMin } = supply;
  return system === 'TN' ? { system, phaseVolts } : { system, phaseVolts, powerFactorMin };
};

export const evsesBelow = (circuit: CircuitConfig): readonly EvseConfig[] =>
  withBelow(circuit).flatMap(({ evses }) => evses);

/** What an EVSE may hold on to when we are gone. */
const heldAmps = (evse: EvseConfig, nonLeasing: NonLeasing): number => {
  const { maxAmps, failsafeAmps, partner } = evse;
  // Whoever comes after the session that we limited is given what the partner gives.
  if (partner !== undefined) return partner.unlimitedAmps ?? maxAmps;
  return nonLeasing.has(stationOf(evse)) ? maxAmps : failsafeAmps;
};

/** The failsafe currents that meet on one phase of a circuit, and whether they fit beside the assumed background. */
export function failsafeBudget(
  circuit: CircuitConfig,
  input: {
    readonly supply: Supply;
    readonly below: readonly EvseConfig[];
    readonly phase: 'L1' | 'L2' | 'L3';
    readonly nonLeasing: NonLeasing;
  },
): { readonly sumAmps: number; readonly count: number; readonly fits: boolean } {
  const { supply, below, nonLeasing } = input;
  const line = phaseOf(input.phase);
  const onPhase = below.filter((evse) => evse.phases.includes(input.phase));
  let [straight, ahead, behind] = [0, 0, 0];
  for (const evse of onPhase) {
    const shares = lineShares(supply, evse.phases.map(phaseOf));
    const amps = heldAmps(evse, nonLeasing);
    straight += shares.straight[line] * amps;
    ahead += shares.ahead[line] * amps;
    behind += shares.behind[line] * amps;
  }
  const sumAmps = straight + turnedAmps(supply, ahead, behind);
  const fits = sumAmps + circuit.assumedBackgroundAmps <= circuit.breakerAmps + 1e-9;
  return { sumAmps, count: onPhase.length, fits };
}

/** The same over all phases, in watts. */
export function failsafeWatts(circuit: CircuitConfig, supply: Supply, nonLeasing: NonLeasing): number {
  const charging = evsesBelow(circuit).reduce(
    (sum, evse) =>
      sum + heldAmps(evse, nonLeasing) * loadCount(supply, evse.phases.map(phaseOf)) * supply.phaseVolts,
    0,
  );
  return charging + circuit.assumedBackgroundAmps * circuit.phases.length * starVolts(supply);
}
