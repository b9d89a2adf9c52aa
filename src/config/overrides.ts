import type { TSchema } from 'typebox';
import { parse } from 'yaml';
import type { Fault } from '../schema.ts';
import { configSchema } from './schema.ts';

const prefix = 'LASTVAKT_';
/** Variables of the same prefix that are not settings. */
const otherVariables = /^LASTVAKT_(TEST_|SHARED$|KEY$)/;

interface Setting {
  readonly path: readonly string[];
  /** Its value is text as it stands, whatever it looks like: a password may be digits alone. */
  readonly isText: boolean;
}

/** `LASTVAKT_CONTROL_TICK_MS` names `control.tickMs`: every setting outside of lists has such a name. */
const settings: ReadonlyMap<string, Setting> = new Map(
  leaves(configSchema, []).map((setting) => [prefix + setting.path.map(upperSnake).join('_'), setting]),
);

function leaves(schema: TSchema, path: readonly string[]): readonly Setting[] {
  if (!('properties' in schema) || schema.properties === undefined) {
    return 'items' in schema ? [] : [{ path, isText: 'type' in schema && schema.type === 'string' }];
  }
  const properties = schema.properties as Readonly<Record<string, TSchema>>;
  return Object.entries(properties).flatMap(([key, child]) => leaves(child, [...path, key]));
}

function upperSnake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** The config with the settings that the environment overrides. A misspelt override is a fault, not a surprise. */
export function overrides(
  config: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  faults: Fault[],
): unknown {
  let overridden = config;
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || otherVariables.test(name) || text === undefined) continue;
    const setting = settings.get(name);
    if (setting === undefined) faults.push({ path: name, message: 'names no setting of the config' });
    else overridden = withValue(overridden, setting.path, setting.isText ? text : scalar(text));
  }
  return overridden;
}

/** A number or truth value as YAML has it; text that is none, which the schema refuses in its own words. */
function scalar(text: string): unknown {
  try {
    return parse(text) ?? '';
  } catch {
    return text;
  }
}

function withValue(config: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const held = typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  return { ...held, [key]: withValue(held[key], rest, value) };
}
