import type { LoadedConfig } from '../config/config.ts';
import {
  evsesBelow,
  failsafeBudget,
  type NonLeasing,
  nonLeasingStations,
  supplyOf,
} from '../config/failsafeBudget.ts';
import { stationOf } from '../config/partners.ts';
import type { CircuitConfig, EvseConfig } from '../config/schema.ts';
import type { Supply } from '../domain/supply.ts';

/** The circuit tree of every site with its limits and failsafe budget, for people. */
export function checkReport({ config }: LoadedConfig): string {
  const nonLeasing = nonLeasingStations(config);
  const sites = config.sites.map((site) => {
    const { id, name = id, supply, timeZone, circuit } = site;
    const head = `${name} (${id}), ${supply.system} ${supply.phaseVolts} V, ${timeZone}`;
    return [head, ...circuitLines(circuit, '', { supply: supplyOf(site), nonLeasing })].join('\n');
  });
  const areas = config.areas.map(
    ({ id, limitWatts, sites: members }) => `area ${id}: ${limitWatts} W over ${members.join(', ')}`,
  );
  return [...areas, ...sites].join('\n\n');
}

interface SiteFacts {
  readonly supply: Supply;
  readonly nonLeasing: NonLeasing;
}

function circuitLines(circuit: CircuitConfig, indent: string, facts: SiteFacts): readonly string[] {
  const { nonLeasing } = facts;
  const { id, breakerAmps, ratedWatts, meter, phases } = circuit;
  const below = evsesBelow(circuit);
  const rating = ratedWatts === undefined ? '' : `, rated ${ratedWatts} W`;
  const metered = meter === undefined ? 'no meter' : `${meter.measures} from ${meter.topic}`;
  const budget = phases.map((phase) => {
    const { sumAmps } = failsafeBudget(circuit, { ...facts, below, phase });
    return `${phase} ${amps(sumAmps)} + ${amps(circuit.assumedBackgroundAmps)} of ${amps(breakerAmps)} A`;
  });
  return [
    `${indent}${id}: breaker ${amps(breakerAmps)} A${rating}, ${metered}`,
    `${indent}  failsafe + assumed background: ${budget.join(', ')}`,
    ...circuit.evses.map(
      (evse) =>
        `${indent}  ${evseLine(evse)}${nonLeasing.has(stationOf(evse)) ? ', non-leasing: counts its maximum' : ''}`,
    ),
    ...circuit.circuits.flatMap((child) => circuitLines(child, `${indent}  `, facts)),
  ];
}

function evseLine(evse: EvseConfig): string {
  const { id, evse: number, phases, minAmps, maxAmps, failsafeAmps, priority, weight, partner } = evse;
  const range = `${amps(minAmps)} to ${amps(maxAmps)} A, failsafe ${amps(failsafeAmps)} A`;
  const place = `station ${stationOf(evse)} EVSE ${number}`;
  const whose =
    partner === undefined
      ? place
      : `EVSE ${partner.evse} of partner ${partner.id}, counts ${amps(partner.unlimitedAmps ?? maxAmps)} A without us,`;
  return `${id}: ${whose} on ${phases.join(' ')}, ${range}, priority ${priority}, weight ${weight}`;
}

const amps = (value: number): string => String(Math.round(value * 10) / 10);
