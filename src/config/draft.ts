import { stringify } from 'yaml';
import type { SiteDraft } from '../domain/siteDraft.ts';
import type { Fault } from '../schema.ts';
import { ConfigError, type LoadedConfig, parseConfig } from './config.ts';
import { evsesBelow, failsafeBudget, nonLeasingStations, supplyOf } from './failsafeBudget.ts';
import type { CircuitConfig } from './schema.ts';

// The config file of a site that was described in the browser.

/** What the draft does not tell: who listens where, and by what the stations prove who they are. */
export interface DraftPlace {
  readonly httpPort: number;
  readonly databaseFile: string;
  /** Of a station's password. */
  hashOf(station: string): string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export type DraftedConfig =
  | {
      readonly status: 'fits';
      readonly text: string;
      readonly loaded: LoadedConfig;
      /** What every EVSE falls to when it no longer hears from us: the least a car can use, or 0 where that does not fit. */
      readonly failsafeAmps: number;
    }
  /** `path` is the draft's own: `circuits/0/breakerAmps`; empty where no single value is at fault. */
  | { readonly status: 'faulty'; readonly faults: readonly Fault[] };

/** The least current of a car [IEC 61851-1], and what the schema sets where nothing is said. */
const leastAmps = 6;

/** Writes the config and reads it as `serve` will. */
export function draftedConfig(draft: SiteDraft, place: DraftPlace): DraftedConfig {
  const lost = lostEvses(draft);
  if (lost.length > 0) return { status: 'faulty', faults: lost };
  const read = (text: string): LoadedConfig => parseConfig(text, 'the draft', place.environment);
  try {
    const careful = configText(draft, place, 0);
    const loaded = read(careful);
    if (!fitsAtLeast(loaded)) return { status: 'fits', text: careful, loaded, failsafeAmps: 0 };
    const text = configText(draft, place, leastAmps);
    return { status: 'fits', text, loaded: read(text), failsafeAmps: leastAmps };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { status: 'faulty', faults: error.faults.map((fault) => inDraft(fault, draft)) };
  }
}

function configText(draft: SiteDraft, place: DraftPlace, failsafeAmps: number): string {
  const { broker } = draft.meter ?? {};
  const stations = stationsOf(draft).map((id) => ({ id, passwordHash: place.hashOf(id) }));
  const config = {
    http: { host: '127.0.0.1', port: place.httpPort },
    ocpp: { host: isLoopback(draft.stationHost) ? '127.0.0.1' : '0.0.0.0', port: draft.stationPort },
    mqtt: broker ?? { embedded: { port: 0 } },
    database: { url: `sqlite:${place.databaseFile}` },
    stations,
    sites: [
      {
        id: idOf(draft.name),
        name: draft.name,
        timeZone: draft.timeZone,
        supply: { system: draft.system },
        circuit: rootOf(draft, failsafeAmps),
      },
    ],
  };
  return `${heading}${stringify(config, { lineWidth: 120 })}`;
}

const heading = `# Written by "lastvakt init". Every setting there is: docs/configuration.md
# After a change: lastvakt check --config FILE, then start the service again.
`;

export const stationsOf = ({ evses }: SiteDraft): readonly string[] => [
  ...new Set(evses.map(({ station }) => station)),
];

const rootId = 'grid';

function rootOf(draft: SiteDraft, failsafeAmps: number): object {
  const { breakerAmps, backgroundAmps, phases, meter } = draft;
  const evsesOn = (circuit: string | undefined): readonly object[] =>
    evsesOf(draft, circuit).map(({ circuit: _, ...evse }) => ({ ...evse, failsafeAmps }));
  return {
    id: rootId,
    breakerAmps,
    phases,
    assumedBackgroundAmps: backgroundAmps,
    ...(meter && { meter: meterOf(meter) }),
    evses: evsesOn(undefined),
    circuits: draft.circuits.map((circuit) => ({ ...circuit, phases, evses: evsesOn(circuit.id) })),
  };
}

const meterOf = ({ broker: _, turned, ...meter }: NonNullable<SiteDraft['meter']>): object => ({
  ...meter,
  ...(turned.length > 0 && { turned }),
});

const evsesOf = ({ evses }: SiteDraft, circuit: string | undefined): SiteDraft['evses'] =>
  evses.filter((evse) => evse.circuit === circuit);

/** A name in the letters that an id may have. */
function idOf(name: string): string {
  const plain = name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return plain.slice(0, 48).replace(/-$/, '') || 'site';
}

/** They would be nowhere in the file. */
const lostEvses = ({ evses, circuits }: SiteDraft): readonly Fault[] =>
  evses.flatMap(({ circuit }, index) =>
    circuit === undefined || circuits.some(({ id }) => id === circuit)
      ? []
      : [{ path: `evses/${index}/circuit`, message: `there is no circuit "${circuit}"` }],
  );

const isLoopback = (host: string): boolean => host === 'localhost' || host.startsWith('127.');

/** Whether every EVSE may fall to the least current of a car, beside the building's most, in every circuit. */
function fitsAtLeast({ config }: LoadedConfig): boolean {
  const nonLeasing = nonLeasingStations(config);
  return config.sites.every((site) => {
    const fits = (circuit: CircuitConfig): boolean => {
      const below = evsesBelow(circuit).map((evse) => ({ ...evse, failsafeAmps: leastAmps }));
      const input = { supply: supplyOf(site), below, nonLeasing };
      return (
        circuit.phases.every((phase) => failsafeBudget(circuit, { ...input, phase }).fits) &&
        circuit.circuits.every(fits)
      );
    };
    return fits(site.circuit);
  });
}

/** Where in the draft somebody has to mend what is wrong in the file. */
function inDraft({ path, message }: Fault, draft: SiteDraft): Fault {
  const at = (where: string): Fault => ({ path: where, message });
  const [, circuit, evses, evse, key = 'id'] =
    /^\/sites\/0\/circuit(?:\/circuits\/(\d+))?(?:\/(evses)\/(\d+)(?:\/(\w+))?)?/.exec(path) ?? [];
  if (evses !== undefined) {
    const own = evsesOf(draft, circuit === undefined ? undefined : draft.circuits[Number(circuit)]?.id);
    const found = own[Number(evse)];
    return at(found === undefined ? '' : `evses/${draft.evses.indexOf(found)}/${key}`);
  }
  if (circuit !== undefined)
    return at(`circuits/${circuit}/${path.endsWith('breakerAmps') ? 'breakerAmps' : 'id'}`);
  const [, station] = /^\/stations\/(\d+)/.exec(path) ?? [];
  if (station !== undefined) {
    const id = stationsOf(draft)[Number(station)];
    return at(`evses/${draft.evses.findIndex((each) => each.station === id)}/station`);
  }
  return at(places.find(([form]) => form.test(path))?.[1] ?? '');
}

const places: readonly (readonly [RegExp, string])[] = [
  [/^\/sites\/0\/(id|name)/, 'name'],
  [/^\/sites\/0\/timeZone/, 'timeZone'],
  [/^\/sites\/0\/circuit\/breakerAmps/, 'breakerAmps'],
  [/^\/sites\/0\/circuit\/phases/, 'phases'],
  [/^\/sites\/0\/circuit\/meter\/hasGeneration/, 'meter/hasGeneration'],
  [/^\/sites\/0\/circuit\/meter/, 'meter/topic'],
  // A failsafe budget that cannot be kept even with nothing for the cars.
  [/^\/sites\/0\/circuit/, 'backgroundAmps'],
  [/^\/mqtt/, 'meter/broker/url'],
  [/^\/ocpp\/port/, 'stationPort'],
  [/^\/ocpp/, 'stationHost'],
];
