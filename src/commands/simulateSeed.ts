import { existsSync } from 'node:fs';
import { type LoadedConfig, loadConfig, parseConfig } from '../config/config.ts';
import { allFaults } from '../sim/twin/faults.ts';
import { runTwin, type TwinResult } from '../sim/twin/run.ts';
import { shapes } from '../sim/twin/shapes.ts';
import { naiveJoints, twinJoints, twinOptions, twinPlace } from './twin.ts';

/** One seed to live through, as plain values: it travels to another thread. */
export interface SeedJob {
  /** A shape, or a config file. */
  readonly site: string;
  readonly seed: number;
  readonly hours: number;
  readonly faults: readonly string[];
  readonly rate: number;
  readonly controller: 'lastvakt' | 'naive';
}

/** Meters of a config file tell once a second, as most do. */
const fileMeterMs = 1_000;

/** Throws a `ConfigError` when the site is a file with faults. */
export function simulateSeed(job: SeedJob, onTrace?: (line: string) => void): Promise<TwinResult> {
  const { site, seed, hours, faults, rate, controller } = job;
  const { loaded, meterMs } = loadSite(site);
  return runTwin({
    place: twinPlace(site, loaded, meterMs),
    joints: controller === 'naive' ? naiveJoints() : twinJoints(twinOptions(loaded)),
    seed,
    forMs: hours * 3_600_000,
    faults: allFaults.filter(({ name }) => faults.includes(name)),
    faultRate: rate,
    ...(onTrace !== undefined && { onTrace }),
  });
}

export const isSite = (name: string): boolean => Object.hasOwn(shapes, name) || existsSync(name);

function loadSite(name: string): { readonly loaded: LoadedConfig; readonly meterMs: number } {
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  return shape === undefined
    ? { loaded: loadConfig(name, process.env), meterMs: fileMeterMs }
    : { loaded: parseConfig(JSON.stringify(shape.config), name, {}), meterMs: shape.meterMs };
}
