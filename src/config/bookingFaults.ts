import { phaseName, phaseOf, phases } from '../domain/phases.ts';
import { loadCount } from '../domain/supply.ts';
import { withBelow } from '../domain/withBelow.ts';
import type { Fault } from '../schema.ts';
import { evsesBelow, failsafeBudget, supplyOf } from './failsafeBudget.ts';
import type { CircuitConfig, Config, EvseConfig } from './schema.ts';

/** What of the bookings of sites cannot be. */
export const bookingFaults = ({ sites, ocpi }: Config): readonly Fault[] =>
  sites.flatMap((site, index) => {
    const { bookings, location, circuit } = site;
    if (bookings === undefined) return [];
    const path = `/sites/${index}/bookings`;
    const faults: Fault[] = [];
    if (ocpi === undefined || location === undefined)
      faults.push({
        path,
        message: 'needs the section ocpi and the location of the site: partners book there',
      });
    const { stepMinutes, minMinutes, maxMinutes, evses } = bookings;
    if (maxMinutes < minMinutes)
      faults.push({ path: `${path}/maxMinutes`, message: `is less than minMinutes, ${minMinutes}` });
    for (const [name, minutes] of Object.entries({ minMinutes, maxMinutes }))
      if (minutes % stepMinutes !== 0)
        faults.push({
          path: `${path}/${name}`,
          message: `must be a multiple of stepMinutes, ${stepMinutes}`,
        });
    const ours = evsesBelow(circuit).filter(({ partner }) => partner === undefined);
    const strange = evses.filter((id) => !ours.some((evse) => evse.id === id));
    for (const id of strange)
      faults.push({ path: `${path}/evses`, message: `"${id}" is no EVSE of ours at this site` });
    return [...faults, ...guaranteeFaults(site, path)];
  });

/** What is guaranteed to each must be possible for all at once, while everybody else has what he falls to without us. */
function guaranteeFaults(site: Config['sites'][number], path: string): readonly Fault[] {
  if (site.bookings?.guaranteedWatts === undefined) return [];
  const { evses, guaranteedWatts } = site.bookings;
  const supply = supplyOf(site);
  const ampsOf = (evse: EvseConfig): number =>
    guaranteedWatts / (loadCount(supply, evse.phases.map(phaseOf)) * supply.phaseVolts);
  const guaranteed = (evse: EvseConfig): EvseConfig =>
    evses.includes(evse.id) ? { ...evse, failsafeAmps: Math.max(evse.failsafeAmps, ampsOf(evse)) } : evse;
  const at = `${path}/guaranteedWatts`;
  const wrong = evsesBelow(site.circuit)
    .filter((evse) => evses.includes(evse.id))
    .filter((evse) => ampsOf(evse) < evse.minAmps || ampsOf(evse) > evse.maxAmps);
  const isFull = (circuit: CircuitConfig): boolean =>
    phases.map(phaseName).some((phase) => {
      const below = evsesBelow(circuit).map(guaranteed);
      return !failsafeBudget(circuit, { supply, below, phase, nonLeasing: new Set() }).fits;
    });
  const full = wrong.length === 0 ? withBelow(site.circuit).filter(isFull) : [];
  return [
    ...wrong.map(({ id }) => ({
      path: at,
      message: `is less than the least or more than the most of EVSE ${id}`,
    })),
    ...full.map(({ id }) => ({
      path: at,
      message: `does not fit on ${id} for all EVSEs that can be booked at once, beside the failsafeAmps of the others`,
    })),
  ];
}
