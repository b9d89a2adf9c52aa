import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, visit } from 'yaml';
import { gridConnection } from '../domain/gridConfig.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import { areaId, circuitId, evseId, siteId, stationId } from '../domain/ids.ts';
import { phaseOf } from '../domain/phases.ts';
import { emissionsOf, peakTariffOf, priceTableOf } from '../domain/priceConfig.ts';
import type { Area, Circuit, Evse, Site } from '../domain/site.ts';
import type { StationTraits } from '../domain/traits.ts';
import { compileConfig, type Fault } from '../schema.ts';
import { supplyOf } from './failsafeBudget.ts';
import { configFaults, knownNodes } from './faults.ts';
import { overrides } from './overrides.ts';
import { partnerPlace, stationOf } from './partners.ts';
import { type CircuitConfig, type Config, configSchema, type EvseConfig } from './schema.ts';

/** Every fault of a config at once. The message is for people, one fault a line. */
export class ConfigError extends Error {
  readonly code = 'config-refused';
  readonly faults: readonly Fault[];

  constructor(source: string, faults: readonly Fault[]) {
    const lines = faults.map(({ path, message }) => `  ${path}: ${message}`);
    super(
      `${source} was refused, ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${lines.join('\n')}`,
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

export interface LoadedConfig {
  /** undefined when it did not come from one. */
  readonly file?: string;
  readonly config: Config;
  readonly sites: readonly Site[];
  readonly areas: readonly Area[];
  readonly connections: readonly GridConnection[];
}

const sizeMaxBytes = 4 * 1024 * 1024;
const validator = compileConfig(configSchema);

/** Reads, checks and understands the config file. Throws ConfigError with everything that is wrong. */
export function loadConfig(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): LoadedConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(file, [{ path: '/', message: `cannot be read: ${why}` }]);
  }
  return { ...parseConfig(text, file, environment), file };
}

/** The same from text; `source` names it in the error. */
export function parseConfig(
  text: string,
  source: string,
  environment: Readonly<Record<string, string | undefined>>,
): LoadedConfig {
  const refuse = (faults: readonly Fault[]): never => {
    throw new ConfigError(source, faults);
  };
  if (text.length > sizeMaxBytes) {
    refuse([{ path: '/', message: `is larger than ${sizeMaxBytes} bytes` }]);
  }
  const faults: Fault[] = [];
  const value = overrides(parseYaml(text, environment, faults), environment, faults);
  if (faults.length > 0) refuse(faults);
  if (!validator.check(value)) return refuse(withCrossFaults(value, validator.faults()));
  const crossed = configFaults(value);
  if (crossed.length > 0) refuse(crossed);
  const known = knownNodes(value);
  const connections = value.grid.connections.map((each) => gridConnection(each, known));
  return { config: value, sites: sitesOf(value), areas: areasOf(value), connections };
}

/**
 * What the cross-checks find in a config whose shape is wrong too, so that people mend everything in one go. They
 * may stumble over what the schema has refused already: then its faults alone are told.
 */
function withCrossFaults(value: unknown, faults: readonly Fault[]): readonly Fault[] {
  try {
    // The shape is known to be wrong somewhere; where it is, the schema's fault has the same path or one above.
    const crossed = configFaults(value as Config);
    // At the root only keys are missing or unknown, which leaves the rest as it is.
    const isNew = ({ path }: Fault): boolean =>
      !faults.some(
        (fault) => (path.startsWith(fault.path) && fault.path !== '/') || fault.path.startsWith(path),
      );
    return [...faults, ...crossed.filter(isNew)];
  } catch {
    return faults;
  }
}

/** The document as plain values, with `${NAME}` in any string replaced from the environment. */
function parseYaml(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  faults: Fault[],
): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  for (const error of document.errors) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    faults.push({ path: `line ${line}, column ${col}`, message: error.message });
  }
  if (faults.length > 0) return {};
  visit(document, {
    Scalar: (key, node) => {
      if (key === 'key' || typeof node.value !== 'string') return;
      const { line } = lineCounter.linePos(node.range?.[0] ?? 0);
      node.value = node.value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
        const found = environment[name];
        if (found === undefined)
          faults.push({ path: `line ${line}`, message: `the environment has no ${name}` });
        return found ?? '';
      });
    },
  });
  if (faults.length > 0) return {};
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // An alias without its anchor, or aliases of aliases that would fill the memory.
    faults.push({ path: '/', message: error instanceof Error ? error.message : String(error) });
    return {};
  }
}

// --- config to domain ------------------------------------------------------------------------------

const areasOf = (config: Config): readonly Area[] =>
  config.areas.map(({ id, limitWatts, sites }) => ({ id: areaId(id), limitWatts, sites: sites.map(siteId) }));

function sitesOf(config: Config): readonly Site[] {
  const traitsOf = new Map(config.stations.map(({ id, traits }) => [id, traits]));
  return config.sites.map((site) => {
    const circuits: Circuit[] = [];
    const evses: Evse[] = [];
    const walk = (circuit: CircuitConfig, parent: string | undefined): void => {
      circuits.push(circuitOf(circuit, parent));
      for (const evse of circuit.evses) evses.push(evseOf(evse, circuit.id, config, traitsOf));
      for (const child of circuit.circuits) walk(child, circuit.id);
    };
    walk(site.circuit, undefined);
    const { id, name = id, timeZone } = site;
    const { policy, phasesUsed, driverPriority } = site;
    const prices = site.prices && priceTableOf(site.prices);
    const peakTariff = site.peakTariff && peakTariffOf(site.peakTariff);
    const emissions = site.emissions && emissionsOf(site.emissions);
    const supply = supplyOf(site);
    const terms = { policy, phasesUsed, driverPriority, prices, peakTariff, emissions };
    return { id: siteId(id), name, timeZone, supply, ...terms, circuits, evses };
  });
}

const circuitOf = (circuit: CircuitConfig, parent: string | undefined): Circuit => ({
  id: circuitId(circuit.id),
  parent: parent === undefined ? undefined : circuitId(parent),
  phases: circuit.phases.map(phaseOf),
  breakerAmps: circuit.breakerAmps,
  ratedWatts: circuit.ratedWatts,
  assumedBackgroundAmps: circuit.assumedBackgroundAmps,
  meter: circuit.meter && {
    measures: circuit.meter.measures,
    maxAgeMs: circuit.meter.maxAgeS * 1000,
    hasGeneration: circuit.meter.hasGeneration,
  },
});

function evseOf(
  evse: EvseConfig,
  circuit: string,
  config: Config,
  traitsOf: ReadonlyMap<string, Partial<StationTraits>>,
): Evse {
  const station = stationOf(evse);
  const partner = partnerPlace(evse, config);
  return {
    id: evseId(evse.id),
    circuit: circuitId(circuit),
    station: stationId(station),
    number: evse.evse,
    wiring: evse.phases.map(phaseOf),
    minAmps: evse.minAmps,
    maxAmps: evse.maxAmps,
    failsafeAmps: evse.failsafeAmps,
    priority: evse.priority,
    weight: evse.weight,
    traits: traitsOf.get(station) ?? {},
    ...(partner !== undefined && { partner }),
  };
}
