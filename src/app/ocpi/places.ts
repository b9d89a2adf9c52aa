import { ConfigError, type LoadedConfig } from '../../config/config.ts';
import { evsesBelow, supplyOf } from '../../config/failsafeBudget.ts';
import type { Config, EvseConfig } from '../../config/schema.ts';
import { sha256 } from '../../credentials.ts';
import { fraction } from '../../domain/pricing/fraction.ts';
import type { EnergyMix, Party } from '../../domain/roaming/common.ts';
import type {
  Location,
  ParkingPlace,
  PowerType,
  PublicConnector,
  PublicEvse,
} from '../../domain/roaming/location.ts';
import { ocpiVersions } from '../../domain/roaming/partner.ts';
import type { Tariff } from '../../domain/roaming/tariff.ts';
import { starVolts } from '../../domain/supply.ts';
import { UntellableError } from '../../ocpi/codec.ts';
import { locationOf, tariffOf } from '../../ocpi/versions.ts';
import type { Fault } from '../../schema.ts';
import type { Store } from '../../store/openStore.ts';

/** What of the config partners see. */
export interface OcpiPlaces {
  readonly locations: readonly Location[];
  readonly tariffs: readonly Tariff[];
}

interface PlacesNeeds {
  readonly loaded: LoadedConfig;
  readonly store: Pick<Store, 'findRoamingObject' | 'saveRoamingObject'>;
  readonly nowMs: number;
  /** What this service lets partners do with every EVSE. */
  readonly capabilities: readonly string[];
}

/**
 * The locations and tariffs of the config, each with the moment at which it became what it is, over restarts too. Throws a
 * ConfigError for what OCPI could not tell.
 */
export async function ocpiPlaces(needs: PlacesNeeds): Promise<OcpiPlaces> {
  const { loaded } = needs;
  const { ocpi, sites } = loaded.config;
  if (ocpi === undefined) return { locations: [], tariffs: [] };
  const tariffs = ocpi.tariffs.map((wire, index) => tariffFrom(wire, ocpi.party, index));
  const locations = sites.flatMap((site, index) => locationFrom(site, index, needs, tariffs));
  return {
    locations: await Promise.all(
      locations.map(async (location) => {
        const lastUpdatedMs = await changedMs(
          needs,
          `location ${location.id}`,
          locationOf('2.3.0').codec.write(location),
        );
        const stamped = { ...location, lastUpdatedMs: needs.nowMs };
        // The status of every EVSE is unknown until its station tells, so they change with the start; what is around them did not.
        return { ...stamped, evses: stampedEvses(location.evses, lastUpdatedMs, needs.nowMs) };
      }),
    ),
    tariffs: await Promise.all(
      tariffs.map(async (tariff) => ({
        ...tariff,
        lastUpdatedMs: await changedMs(needs, `tariff ${tariff.id}`, tariffOf('2.3.0').codec.write(tariff)),
      })),
    ),
  };
}

const stampedEvses = (
  evses: readonly PublicEvse[],
  connectorMs: number,
  nowMs: number,
): readonly PublicEvse[] =>
  evses.map((evse) => ({
    ...evse,
    lastUpdatedMs: nowMs,
    connectors: evse.connectors.map((connector) => ({ ...connector, lastUpdatedMs: connectorMs })),
  }));

/** When something of ours became what it is now. */
async function changedMs({ store, nowMs }: PlacesNeeds, id: string, wire: unknown): Promise<number> {
  const hash = sha256(JSON.stringify(wire));
  const shelf = { kind: 'own', partnerId: '' } as const;
  const known = await store.findRoamingObject(shelf, id);
  if (known?.alias === hash) return known.lastUpdatedMs;
  const times = { createdAtMs: known?.createdAtMs ?? nowMs, lastUpdatedMs: nowMs };
  await store.saveRoamingObject({ ...shelf, id, alias: hash, ...times, isDue: false, document: null });
  return nowMs;
}

function tariffFrom(wire: object, { countryCode, partyId }: Party, index: number): Tariff {
  const whole = {
    ...wire,
    country_code: countryCode,
    party_id: partyId,
    last_updated: '1970-01-01T00:00:00Z',
  };
  const decoded = tariffOf('2.3.0').read(whole);
  if (decoded.status === 'read') return decoded.value;
  throw refused(
    decoded.faults.map(({ path, message }) => ({ path: `/ocpi/tariffs/${index}${path}`, message })),
  );
}

type SiteConfig = Config['sites'][number];

function locationFrom(
  site: SiteConfig,
  index: number,
  { loaded, capabilities }: PlacesNeeds,
  tariffs: readonly Tariff[],
): readonly Location[] {
  const { location: place } = site;
  const { ocpi } = loaded.config;
  if (place === undefined || ocpi === undefined) return [];
  const { countryCode, partyId, name, website } = ocpi.party;
  const operator = { name, ...(website !== undefined && { website }) };
  const ours = evsesBelow(site.circuit).filter(({ partner }) => partner === undefined);
  const evses = ours.map((evse) => evseFrom(evse, site, capabilities));
  const { postalCode, parkingType, helpPhone, isGreenEnergy } = place;
  const location: Location = {
    ...{ countryCode, partyId, id: site.id, isPublished: place.publish, publishAllowedTo: [] },
    ...{ name: site.name ?? site.id, address: place.address, city: place.city, country: place.country },
    ...(postalCode !== undefined && { postalCode }),
    coordinates: { latitude: place.latitude, longitude: place.longitude },
    relatedLocations: [],
    ...(parkingType !== undefined && { parkingType }),
    evses,
    directions: [],
    operator,
    facilities: place.facilities,
    timeZone: site.timeZone,
    openingTimes: {
      isAlwaysOpen: place.openingHours.length === 0,
      regularHours: place.openingHours,
      exceptionalOpenings: place.exceptionalOpenings.map(spanOf),
      exceptionalClosings: place.exceptionalClosings.map(spanOf),
    },
    images: [],
    ...(isGreenEnergy !== undefined && { energyMix: mixFrom(isGreenEnergy, place.energyMix) }),
    parkingPlaces: ours.flatMap(parkingFrom),
    ...(helpPhone !== undefined && { helpPhone }),
    lastUpdatedMs: 0,
  };
  const faults = [...wireFaults(location, index), ...tariffFaults(location, tariffs, index)];
  if (faults.length > 0) throw refused(faults);
  return [location];
}

type MixConfig = NonNullable<SiteConfig['location']>['energyMix'];

function mixFrom(isGreenEnergy: boolean, told: MixConfig): EnergyMix {
  const { sources = [], supplier, product } = told ?? {};
  const impacts = [
    ['CARBON_DIOXIDE', told?.carbonDioxideGramsPerKwh],
    ['NUCLEAR_WASTE', told?.nuclearWasteGramsPerKwh],
  ] as const;
  return {
    isGreenEnergy,
    sources: sources.map(({ source, percent }) => ({ source, percentage: fraction(percent) })),
    impacts: impacts.flatMap(([category, grams]) =>
      grams === undefined ? [] : [{ category, amount: fraction(grams) }],
    ),
    ...(supplier !== undefined && { supplierName: supplier }),
    ...(product !== undefined && { productName: product }),
  };
}

const spanOf = ({ from, until }: { readonly from: string; readonly until: string }) => ({
  fromMs: Date.parse(from),
  untilMs: Date.parse(until),
});

function evseFrom(evse: EvseConfig, site: SiteConfig, given: readonly string[]): PublicEvse {
  const { evseId, physicalReference, floorLevel, parking } = evse.public ?? {};
  const { capabilities = ['RFID_READER'] } = evse.public ?? {};
  const position = parking?.evsePosition;
  return {
    uid: evse.id,
    ...(evseId !== undefined && { evseId }),
    status: 'UNKNOWN',
    statusSchedule: [],
    capabilities: [...new Set([...capabilities, ...given])],
    connectors: [connectorFrom(evse, site)],
    ...(floorLevel !== undefined && { floorLevel }),
    ...(physicalReference !== undefined && { physicalReference }),
    directions: [],
    parkingRestrictions: [],
    parking:
      parking === undefined ? [] : [{ parkingId: evse.id, ...(position && { evsePosition: position }) }],
    acceptedServiceProviders: [],
    images: [],
    lastUpdatedMs: 0,
  };
}

/** Each EVSE has one of its own, under its id. */
function parkingFrom({ id, public: told }: EvseConfig): readonly ParkingPlace[] {
  if (told?.parking === undefined) return [];
  const { evsePosition: _, ...place } = told.parking;
  return [{ ...place, id, needsReservation: false, standards: [], images: [] }];
}

function connectorFrom(evse: EvseConfig, site: SiteConfig): PublicConnector {
  const supply = supplyOf(site);
  // In a delta two lines are what one phase is elsewhere.
  const phaseCount = supply.system === 'IT' && evse.phases.length === 2 ? 1 : evse.phases.length;
  const maxVolts = Math.round(phaseCount === 1 ? supply.phaseVolts : starVolts(supply));
  const maxAmps = Math.floor(evse.maxAmps);
  const { standard = 'IEC_62196_T2', format = 'SOCKET', maxWatts, tariffs = [] } = evse.public ?? {};
  return {
    id: '1',
    standard,
    format,
    powerType: powerTypes[phaseCount] ?? 'AC_3_PHASE',
    maxVolts,
    maxAmps,
    maxWatts: maxWatts ?? maxVolts * maxAmps * phaseCount,
    tariffIds: tariffs,
    capabilities: [],
    lastUpdatedMs: 0,
  };
}

const powerTypes: Readonly<Record<number, PowerType>> = { 1: 'AC_1_PHASE', 2: 'AC_2_PHASE', 3: 'AC_3_PHASE' };

/** What one of the versions could not tell: its readers would refuse the whole location. */
function wireFaults(location: Location, index: number): readonly Fault[] {
  for (const version of ocpiVersions) {
    const { codec, read } = locationOf(version);
    const path = `/sites/${index} as an OCPI ${version} location`;
    try {
      const decoded = read(codec.write(location));
      if (decoded.status === 'refused')
        return decoded.faults.map((fault) => ({ ...fault, path: `${path}${fault.path}` }));
    } catch (error) {
      if (!(error instanceof UntellableError)) throw error;
      return [{ path, message: error.message }];
    }
  }
  return [];
}

const tariffFaults = ({ evses }: Location, tariffs: readonly Tariff[], index: number): readonly Fault[] =>
  evses.flatMap(({ uid, connectors }) =>
    connectors
      .flatMap(({ tariffIds }) => tariffIds)
      .filter((id) => !tariffs.some((tariff) => tariff.id === id))
      .map((id) => ({
        path: `/sites/${index}`,
        message: `EVSE ${uid} names the tariff "${id}", ocpi.tariffs has none`,
      })),
  );

const refused = (faults: readonly Fault[]): ConfigError => new ConfigError('the config', faults);
