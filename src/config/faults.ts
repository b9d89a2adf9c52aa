import { gridFaults, type KnownNodes } from '../domain/gridConfig.ts';
import { isTimeZone } from '../domain/localTime.ts';
import { meterFaults } from '../domain/meterConfig.ts';
import { mqttFaults } from '../domain/mqttConfig.ts';
import { oscpFaults } from '../domain/oscpConfig.ts';
import { phaseName, phases } from '../domain/phases.ts';
import type { Supply } from '../domain/supply.ts';
import { withBelow } from '../domain/withBelow.ts';
import type { Fault } from '../schema.ts';
import { bookingFaults } from './bookingFaults.ts';
import {
  evsesBelow,
  failsafeBudget,
  failsafeWatts,
  type NonLeasing,
  nonLeasingStations,
  supplyOf,
} from './failsafeBudget.ts';
import { locationFaults } from './locationFaults.ts';
import { openAdrConnectionFaults } from './openAdr.ts';
import { partnerFaults, stationOf } from './partners.ts';
import type { CircuitConfig, Config, EvseConfig } from './schema.ts';
import { protectedStations, securityFaults } from './security.ts';

/** Deep enough for any building, and a bound for everything that walks the tree. */
const depthMax = 16;

interface Place {
  readonly circuit: CircuitConfig;
  readonly supply: Supply;
  readonly path: string;
  readonly parent: Place | undefined;
  readonly depth: number;
}

/** Everything wrong with a config that its schema cannot say. */
export function configFaults(config: Config): readonly Fault[] {
  const nonLeasing = nonLeasingStations(config);
  const places = config.sites.flatMap((site, index) =>
    placesOf(site.circuit, supplyOf(site), `/sites/${index}/circuit`),
  );
  return [
    ...prefixed('/mqtt', mqttFaults(config.mqtt)),
    ...idFaults(config, places),
    ...stationFaults(config, places),
    ...securityFaults(config),
    ...traitFaults(config, places),
    ...config.sites.flatMap(siteFaults),
    ...bookingFaults(config),
    ...locationFaults(config),
    ...zoneFaults(config.ocpi?.retailer?.timeZone, '/ocpi/retailer/timeZone'),
    ...places.flatMap(circuitFaults),
    ...places.flatMap(({ circuit, path }) =>
      circuit.evses.flatMap((evse, index) => evseFaults(evse, circuit, `${path}/evses/${index}`)),
    ),
    ...places.flatMap((place) => partnerFaults(place, config)),
    ...places.filter(({ supply }) => supply.system === 'IT').flatMap((place) => deltaFaults(place, config)),
    ...places.flatMap((place) => budgetFaults(place, nonLeasing)),
    ...config.sites.flatMap((site, index) => ratingFaults(site, `/sites/${index}`, nonLeasing)),
    ...areaBudgetFaults(config, nonLeasing),
    ...areaPolicyFaults(config),
    ...referenceFaults(config),
    ...accessFaults(config),
    ...prefixed('/grid', gridFaults(config.grid.connections, knownNodes(config))),
    ...prefixed('/grid', oscpFaults(config.grid.connections)),
    ...config.grid.connections.flatMap((connection, index) =>
      prefixed(`/grid/connections/${index}/openadr`, openAdrConnectionFaults(connection)),
    ),
  ];
}

/** What a connection to a grid operator may name. */
export const knownNodes = (config: Config): KnownNodes => ({
  circuits: new Map(config.sites.map(({ id, circuit }) => [id, withBelow(circuit).map((each) => each.id)])),
  areas: new Set(config.areas.map(({ id }) => id)),
});

const prefixed = (prefix: string, faults: readonly Fault[]): readonly Fault[] =>
  faults.map(({ path, message }) => ({ path: path === '/' ? prefix : `${prefix}${path}`, message }));

function placesOf(circuit: CircuitConfig, supply: Supply, path: string, parent?: Place): readonly Place[] {
  const place: Place = { circuit, supply, path, parent, depth: (parent?.depth ?? 0) + 1 };
  if (place.depth > depthMax) return [place];
  const below = circuit.circuits.flatMap((child, index) =>
    placesOf(child, supply, `${path}/circuits/${index}`, place),
  );
  return [place, ...below];
}

function twice(
  kind: string,
  named: readonly { readonly id: string; readonly path: string }[],
): readonly Fault[] {
  const first = new Map<string, string>();
  return named.flatMap(({ id, path }) => {
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, path);
    return earlier === undefined
      ? []
      : [{ path, message: `${kind} id "${id}" is taken already by ${earlier}` }];
  });
}

function idFaults(config: Config, places: readonly Place[]): readonly Fault[] {
  const at = (path: string) => (each: { readonly id: string }, index: number) => ({
    id: each.id,
    path: `${path}/${index}`,
  });
  const evses = places.flatMap(({ circuit, path }) => circuit.evses.map(at(`${path}/evses`)));
  const nodes = [
    ...config.areas.map(at('/areas')),
    ...places.map(({ circuit, path }) => ({ id: circuit.id, path })),
  ];
  const keys = config.access.keys.map(({ name }, index) => ({ id: name, path: `/access/keys/${index}` }));
  return [
    ...twice('site', config.sites.map(at('/sites'))),
    // One name space: a limit names the circuit or the area it is for.
    ...twice('circuit or area', nodes),
    ...twice('EVSE', evses),
    ...twice('station', config.stations.map(at('/stations'))),
    ...twice('key', keys),
  ];
}

function stationFaults(config: Config, places: readonly Place[]): readonly Fault[] {
  const evses = places.flatMap(({ circuit, path }) =>
    circuit.evses.map((evse, index) => ({
      id: `${stationOf(evse)}, number ${evse.evse}`,
      path: `${path}/evses/${index}`,
      station: stationOf(evse),
      isOurs: evse.partner === undefined,
    })),
  );
  const inUse = new Set(evses.map(({ station }) => station));
  const withPassword = protectedStations(config);
  const open = isLoopback(config.ocpp.host)
    ? []
    : evses
        .filter(({ isOurs }) => isOurs)
        .flatMap(({ station, path }) => {
          const message = `station "${station}" has no passwordHash in /stations, and ocpp.host ${config.ocpp.host} is open to others`;
          return withPassword.has(station) ? [] : [{ path, message }];
        });
  const idle = config.stations.flatMap(({ id }, index) =>
    inUse.has(id) ? [] : [{ path: `/stations/${index}`, message: `no EVSE belongs to station "${id}"` }],
  );
  return [...twice('EVSE of a station', evses), ...open, ...idle];
}

const zoneFaults = (timeZone: string | undefined, path: string): readonly Fault[] =>
  timeZone === undefined || isTimeZone(timeZone)
    ? []
    : [{ path, message: `"${timeZone}" is no IANA time zone` }];

function siteFaults(site: Config['sites'][number], index: number): readonly Fault[] {
  const faults = [...zoneFaults(site.timeZone, `/sites/${index}/timeZone`)];
  const { prices, peakTariff } = site;
  if (prices !== undefined && peakTariff !== undefined && prices.currency !== peakTariff.currency) {
    const message = `is ${peakTariff.currency}, but the prices are in ${prices.currency}: a site counts in one currency`;
    faults.push({ path: `/sites/${index}/peakTariff/currency`, message });
  }
  return faults;
}

function circuitFaults({ circuit, path, parent, depth }: Place): readonly Fault[] {
  const faults: Fault[] = [];
  if (circuit.meter !== undefined) faults.push(...prefixed(`${path}/meter`, meterFaults(circuit.meter)));
  if (depth > depthMax) faults.push({ path, message: `is more than ${depthMax} circuits deep` });
  if (parent === undefined) return faults;
  const above = parent.circuit;
  if (circuit.breakerAmps > above.breakerAmps) {
    const message = `breaker of ${circuit.breakerAmps} A is larger than ${above.id}'s ${above.breakerAmps} A above it`;
    faults.push({ path: `${path}/breakerAmps`, message });
  }
  const missing = circuit.phases.filter((phase) => !above.phases.includes(phase));
  if (missing.length > 0) {
    const message = `${missing.join(', ')} does not exist on ${above.id} above it, which has ${above.phases.join(', ')}`;
    faults.push({ path: `${path}/phases`, message });
  }
  return faults;
}

function evseFaults(evse: EvseConfig, circuit: CircuitConfig, path: string): readonly Fault[] {
  const faults: Fault[] = [];
  const { minAmps, maxAmps, failsafeAmps } = evse;
  const missing = evse.phases.filter((phase) => !circuit.phases.includes(phase));
  if (missing.length > 0) {
    const message = `${missing.join(', ')} does not exist on circuit ${circuit.id}, which has ${circuit.phases.join(', ')}`;
    faults.push({ path: `${path}/phases`, message });
  }
  if (minAmps > maxAmps) {
    faults.push({ path: `${path}/minAmps`, message: `${minAmps} A is above maxAmps, ${maxAmps} A` });
  }
  if (failsafeAmps !== 0 && (failsafeAmps < minAmps || failsafeAmps > maxAmps)) {
    const message = `must be 0 or between minAmps ${minAmps} A and maxAmps ${maxAmps} A, not ${failsafeAmps} A`;
    faults.push({ path: `${path}/failsafeAmps`, message });
  }
  return faults;
}

/** Traits that do not fit together, or not to what hangs on the station. */
function traitFaults({ stations }: Config, places: readonly Place[]): readonly Fault[] {
  return stations.flatMap(({ id, traits }, index) => {
    const evses = places.flatMap(({ circuit }) => circuit.evses.filter(({ station }) => station === id));
    const fault = (name: keyof typeof traits, message: string): Fault => ({
      path: `/stations/${index}/traits/${name}`,
      message,
    });
    const faults: Fault[] = [];
    if (traits.rung === 'vendor key' && traits.vendorKey === undefined)
      faults.push(fault('rung', 'needs vendorKey: which setting limits the station, and its unit'));
    if (traits.rung === 'station maximum' && evses.length > 1)
      faults.push(fault('rung', 'is for a station of one EVSE: several would share what is meant for one'));
    if (traits.kind === 'dynamic' && traits.leaseForm !== 'offline')
      faults.push(fault('kind', 'dynamic has a single period: it needs leaseForm offline'));
    return faults;
  });
}

/** Without a neutral a car needs two lines, and what it draws between them tells itself in amps alone. */
function deltaFaults({ circuit, path }: Place, { stations }: Config): readonly Fault[] {
  const faults: Fault[] = [];
  const inWatts = new Set(stations.flatMap(({ id, traits }) => (traits.unit === 'W' ? id : [])));
  if (circuit.phases.length < 2)
    faults.push({ path: `${path}/phases`, message: 'on IT a circuit has two lines or three' });
  if (circuit.meter?.hasGeneration === true) {
    const message =
      'on IT nothing may feed in behind the meter: how its current adds to ours could not be told';
    faults.push({ path: `${path}/meter/hasGeneration`, message });
  }
  circuit.evses.forEach(({ station, phases }, index) => {
    const at = `${path}/evses/${index}`;
    if (phases.length < 2) {
      const message =
        'on IT an EVSE is wired to two lines ([L1, L2]) or to three, the last one being the return';
      faults.push({ path: `${at}/phases`, message });
    }
    if (phases.length === 3 && station !== undefined && inWatts.has(station)) {
      const message = `on IT a station with three lines is set in amps: how "${station}" would share watts among them is not known`;
      faults.push({ path: `${at}/station`, message });
    }
  });
  return faults;
}

/** What stations fall to by themselves must fit beside the background we would have to assume. */
function budgetFaults({ circuit, supply, path }: Place, nonLeasing: NonLeasing): readonly Fault[] {
  const below = evsesBelow(circuit);
  return phases.map(phaseName).flatMap((phase) => {
    const { sumAmps, count, fits } = failsafeBudget(circuit, { supply, below, phase, nonLeasing });
    if (fits || !circuit.phases.includes(phase)) return [];
    const held = below.filter((evse) => nonLeasing.has(stationOf(evse))).map(({ id }) => id);
    const reason =
      held.length === 0
        ? ''
        : ` (${held.join(', ')} with maxAmps: their stations keep the last value for ever, leaseForm none)`;
    const advice = `lower failsafeAmps (0 is allowed)${held.length === 0 ? '' : ', maxAmps of those'} or assumedBackgroundAmps`;
    const arithmetic = `${count} EVSEs' failsafeAmps ${round(sumAmps)} A${reason} + assumedBackgroundAmps ${circuit.assumedBackgroundAmps} A = ${round(sumAmps + circuit.assumedBackgroundAmps)} A > breaker ${circuit.breakerAmps} A`;
    return [
      { path, message: `failsafe budget of ${circuit.id} on ${phase} is exceeded: ${arithmetic}; ${advice}` },
    ];
  });
}

/** The same in watts, where a transformer's rating is given. */
function ratingFaults(site: Config['sites'][number], path: string, nonLeasing: NonLeasing): readonly Fault[] {
  const supply = supplyOf(site);
  return placesOf(site.circuit, supply, `${path}/circuit`).flatMap((place) => {
    const { ratedWatts } = place.circuit;
    const watts = failsafeWatts(place.circuit, supply, nonLeasing);
    if (ratedWatts === undefined || watts <= ratedWatts) return [];
    const message = `failsafe budget of ${place.circuit.id} is exceeded: failsafeAmps and assumedBackgroundAmps make ${round(watts)} W > ratedWatts ${ratedWatts} W`;
    return [{ path: place.path, message }];
  });
}

/** Sites below one area share one allocation. */
function areaPolicyFaults(config: Config): readonly Fault[] {
  return config.areas.flatMap(({ id, sites }, index) => {
    const policies = new Set(
      config.sites.filter((site) => sites.includes(site.id)).map(({ policy }) => policy),
    );
    if (policies.size <= 1) return [];
    const message = `the sites of area ${id} share one allocation and must have one policy, not ${[...policies].join(', ')}`;
    return [{ path: `/areas/${index}/sites`, message }];
  });
}

function areaBudgetFaults(config: Config, nonLeasing: NonLeasing): readonly Fault[] {
  return config.areas.flatMap(({ id, limitWatts, sites }, index) => {
    const inArea = config.sites.filter((site) => sites.includes(site.id));
    const watts = inArea.reduce(
      (sum, site) => sum + failsafeWatts(site.circuit, supplyOf(site), nonLeasing),
      0,
    );
    if (watts <= limitWatts) return [];
    const message = `failsafe budget of area ${id} is exceeded: its sites' failsafeAmps and assumedBackgroundAmps make ${round(watts)} W > limitWatts ${limitWatts} W`;
    return [{ path: `/areas/${index}`, message }];
  });
}

const round = (amps: number): number => Math.round(amps * 100) / 100;

function referenceFaults(config: Config): readonly Fault[] {
  const known = new Set(config.sites.map(({ id }) => id));
  const unknown = (sites: readonly string[], path: string): readonly Fault[] =>
    sites.flatMap((id, index) =>
      known.has(id) ? [] : [{ path: `${path}/${index}`, message: `there is no site "${id}"` }],
    );
  const areaOf = new Map<string, string>();
  const shared = config.areas.flatMap(({ id, sites }, index) =>
    sites.flatMap((site) => {
      const earlier = areaOf.get(site);
      areaOf.set(site, earlier ?? id);
      const message = `site "${site}" is in area "${earlier}" already; a site has one area above it`;
      return earlier === undefined ? [] : [{ path: `/areas/${index}/sites`, message }];
    }),
  );
  return [
    ...config.areas.flatMap(({ sites }, index) => unknown(sites, `/areas/${index}/sites`)),
    ...shared,
    ...config.access.keys.flatMap(({ sites }, index) => unknown(sites, `/access/keys/${index}/sites`)),
  ];
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

function accessFaults(config: Config): readonly Fault[] {
  const faults: Fault[] = [];
  if (config.ocpp.unknownStations === 'accept' && !isLoopback(config.ocpp.host)) {
    const message = `"accept" is allowed on loopback only, and ocpp.host is ${config.ocpp.host}`;
    faults.push({ path: '/ocpp/unknownStations', message });
  }
  if (config.access.keys.length === 0 && !isLoopback(config.http.host)) {
    const message = `http.host ${config.http.host} is open to others: at least one key is needed`;
    faults.push({ path: '/access/keys', message });
  }
  config.access.keys.forEach(({ role, sites }, index) => {
    if (role !== 'admin' && sites.length === 0) {
      faults.push({ path: `/access/keys/${index}/sites`, message: `a ${role} needs at least one site` });
    }
  });
  return faults;
}
