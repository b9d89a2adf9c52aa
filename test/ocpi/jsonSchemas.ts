import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { sharedFolder } from '../servers.ts';

const ajv = new Ajv({ strict: false, multipleOfPrecision: 6 });
addFormatsModule.default(ajv);

/** What JSON Schemas of OCPI 2.2.1 that nobody here wrote find in a message, as `where what`. */
export function schemaFaults(schema: string, wire: unknown): readonly string[] {
  const file = `${sharedFolder}/data/ocpi/json-schema/ocpi.2_2_1.${schema}.json`;
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
  validate(wire);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
