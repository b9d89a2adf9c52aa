import { createRequire } from 'node:module';
import { Ajv, type ErrorObject, type SchemaObject } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { onceNeeded, quickCode, violations } from '../schema.ts';
import type { ErrorCode } from './errors.ts';

// The package is CommonJS with a default export.
const addFormats = addFormatsModule.default;
const require = createRequire(import.meta.url);

/**
 * An instant as stations write it, in one look. To take each apart by the rules of the format, which know leap years and leap
 * seconds, was most of checking a meter value.
 */
const usualInstant =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

const byTheRules = new Ajv();
addFormats(byTheRules, ['date-time']);
const isInstant = byTheRules.compile<string>({ type: 'string', format: 'date-time' });

/** A published schema of one message, compiled. */
export interface MessageSchema<T> {
  check(payload: unknown): payload is T;
  /** What was wrong with the payload just refused. */
  violation(): Violation;
}

export interface Violation {
  readonly code: ErrorCode;
  /** Where and what. */
  readonly description: string;
  /** JSON Pointer of the value at fault, `/` for the whole. */
  readonly path: string;
}

/** A call we make: its name and the schemas of both directions. */
export interface Procedure<Request, Response> {
  readonly action: string;
  readonly request: MessageSchema<Request>;
  readonly response: MessageSchema<Response>;
}

/** The schemas of one OCPP version. */
export interface PublishedSchemas {
  /** Every action of the version, whoever may send it. */
  readonly actions: ReadonlySet<string>;
  request<T>(action: string): MessageSchema<T>;
  procedure<Request, Response>(action: string): Procedure<Request, Response>;
}

/**
 * The schemas of a version as the Open Charge Alliance published them, from the package `ocpp-rpc`.
 *
 * The version folders ask for them at module level, so that `compileAll` finds them: everything is ready before the first
 * station connects, as compiling one on its first use would stall every other station.
 */
export function publishedSchemas(file: 'ocpp1_6.json' | 'ocpp2_0_1.json' | 'ocpp2_1.json'): PublishedSchemas {
  const published: readonly SchemaObject[] = require(`ocpp-rpc/lib/schemas/${file}`);
  const byName = new Map(published.map((schema) => [messageName(schema), schema]));
  // Not strict: the publishers use keywords Ajv does not know. Without a precision 4.3 A would be refused, since
  // in binary floating point it is not a multiple of 0.1.
  const ajv = new Ajv({ strict: false, multipleOfPrecision: 6, code: quickCode });
  addFormats(ajv);
  ajv.addFormat('date-time', (text) => usualInstant.test(text) || isInstant(text));

  const compile = <T>(name: string): MessageSchema<T> => {
    const schema = byName.get(name);
    if (schema === undefined) throw new Error(`ocpp-rpc's ${file} has no schema of ${name}`);
    // All references are local, and Ajv's URI parser refuses the ids ("URN without nid").
    const { $id: _id, ...body } = schema;
    const validate = onceNeeded(() => ajv.compile<T>(body));
    return {
      check: (payload): payload is T => validate()(payload),
      violation: () => violation(validate().errors),
    };
  };
  return {
    actions: new Set([...byName.keys()].map((name) => name.replace(/\.(req|conf)$/, ''))),
    request: (action) => compile(`${action}.req`),
    procedure: (action) => ({
      action,
      request: compile(`${action}.req`),
      response: compile(`${action}.conf`),
    }),
  };
}

/** `Heartbeat.req` or `Heartbeat.conf`, of ids that read `urn:Heartbeat.req` or, in 2.1, `urn:HeartbeatRequest`. */
function messageName({ $id }: SchemaObject): string {
  const name = String($id).replace(/^urn:/, '');
  if (/\.(req|conf)$/.test(name)) return name;
  if (name.endsWith('Response')) return `${name.slice(0, -'Response'.length)}.conf`;
  // What is sent without an answer has no suffix.
  return `${name.replace(/Request$/, '')}.req`;
}

function violation(errors: readonly ErrorObject[] | null | undefined): Violation {
  const [error] = errors ?? [];
  const [fault] = violations(errors);
  const { path, message } = fault ?? { path: '/', message: 'does not fit the schema' };
  return { code: codeOf(error), description: `${path} ${message}`, path };
}

/** The code the specification has for a broken JSON Schema keyword. [OCPP 2.0.1 Part 4, 4.3] */
function codeOf(error: ErrorObject | undefined): ErrorCode {
  if (error === undefined || (error.instancePath === '' && error.keyword === 'type'))
    return 'FormatViolation';
  switch (error.keyword) {
    case 'additionalProperties':
      return 'FormatViolation';
    case 'required':
    case 'minItems':
    case 'maxItems':
      return 'OccurrenceConstraintViolation';
    case 'type':
      return 'TypeConstraintViolation';
    default:
      return 'PropertyConstraintViolation';
  }
}
