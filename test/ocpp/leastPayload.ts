import { createRequire } from 'node:module';

/** As much of JSON Schema as the published messages use. */
interface Schema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const require = createRequire(import.meta.url);
const files: Readonly<Record<string, string>> = {
  'ocpp1.6': 'ocpp1_6',
  'ocpp2.0.1': 'ocpp2_0_1',
  'ocpp2.1': 'ocpp2_1',
};

/** The published schemas of a version, by `$id`. */
export function publishedOf(protocol: string): ReadonlyMap<string, Schema> {
  const schemas: readonly Schema[] = require(`ocpp-rpc/lib/schemas/${files[protocol]}.json`);
  return new Map(schemas.map((schema) => [String(schema.$id).replace('urn:', ''), schema]));
}

/** The names that 1.6 and 2.0.1, and 2.1, give a message and its answer. */
export const namesOf = (action: string, direction: 'request' | 'response'): readonly string[] =>
  direction === 'request'
    ? [`${action}.req`, `${action}Request`, action]
    : [`${action}.conf`, `${action}Response`];

/** The least that a schema lets pass: what it requires, each with the first value that fits. */
export function leastPayload(schema: Schema, root: Schema = schema): unknown {
  if (schema.$ref !== undefined) {
    const named = root.definitions?.[schema.$ref.replace('#/definitions/', '')];
    if (named === undefined) throw new Error(`${schema.$ref} is defined`);
    return leastPayload(named, root);
  }
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, leastPayload(schema.properties?.[name] ?? {}, root)]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => leastPayload(schema.items ?? {}, root));
    case 'string':
      return leastText(schema);
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    default:
      return {};
  }
}

function leastText({ format, minLength = 1 }: Schema): string {
  if (format === 'date-time') return '2026-01-01T00:00:00Z';
  return format === 'uri' ? 'http://example.test' : 'x'.repeat(minLength);
}
