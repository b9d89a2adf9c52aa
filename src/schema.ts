import { Ajv, type ErrorObject } from 'ajv';
import addFormatsModule from 'ajv-formats';
import type { Static, TSchema } from 'typebox';

// The package is CommonJS with a default export.
const addFormats = addFormatsModule.default;

/** A validator that tells what is wrong. `check` narrows; `faults` is for the value just refused. */
export interface Validator<T> {
  check(value: unknown): value is T;
  /** `where what`, one line a fault, for people. Empty after a value that passed. */
  faults(): readonly Fault[];
}

export interface Fault {
  /** JSON Pointer of the value at fault, `/` for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Ajv tidies the code it writes, which takes two fifths of the time of a start; V8 runs it as fast without. */
export const quickCode = { optimize: false } as const;

const make = (allErrors: boolean): Ajv => {
  const ajv = new Ajv({
    allErrors,
    strict: true,
    allowUnionTypes: true,
    useDefaults: allErrors,
    code: quickCode,
  });
  addFormats(ajv);
  return ajv;
};

// Input from outside stops at the first fault, so that a hostile message stays cheap.
const firstFault = make(false);
const allFaults = make(true);

/** A validator for one of our own schemas: the first fault ends the check, nothing is changed. */
export const compile = <S extends TSchema>(schema: S): Validator<Static<S>> => validator(firstFault, schema);

/** For the config alone: collects every fault and fills in the defaults of the schema. */
export const compileConfig = <S extends TSchema>(schema: S): Validator<Static<S>> =>
  validator(allFaults, schema);

function validator<S extends TSchema>(ajv: Ajv, schema: S): Validator<Static<S>> {
  const validate = onceNeeded(() => ajv.compile<Static<S>>(schema));
  return {
    check: (value): value is Static<S> => validate()(value),
    faults: () => violations(validate().errors),
  };
}

/** What is made when it is needed, or all at once. */
export interface LateMaking {
  /** What `make` makes, once: when it is needed, or before that by `makeAll`. */
  onceNeeded<T>(make: () => T): () => T;
  /** Makes all there is, and from then on each as it comes. */
  makeAll(): void;
}

export function lateMaking(): LateMaking {
  // Undefined once everything is made as it comes.
  let waiting: Set<() => unknown> | undefined = new Set();
  return {
    onceNeeded(make) {
      let made: { readonly value: ReturnType<typeof make> } | undefined;
      const get = () => {
        made ??= { value: make() };
        waiting?.delete(get);
        return made.value;
      };
      if (waiting === undefined) get();
      else waiting.add(get);
      return get;
    },
    makeAll() {
      const all = waiting ?? [];
      waiting = undefined;
      for (const get of all) get();
    },
  };
}

/** Most processes need few of hundreds of schemas. A service compiles all of them first, so that it does not stall on the first message of a kind. */
export const { onceNeeded, makeAll: compileAll } = lateMaking();

/** Ajv's errors as faults a person can act on: which value, what it must be. */
export function violations(errors: readonly ErrorObject[] | null | undefined): readonly Fault[] {
  return (errors ?? []).map((error) => {
    const path = error.instancePath === '' ? '/' : error.instancePath;
    switch (error.keyword) {
      case 'additionalProperties':
        return { path, message: `has the unknown key "${error.params['additionalProperty']}"` };
      case 'required':
        return { path, message: `lacks the key "${error.params['missingProperty']}"` };
      case 'enum':
        return { path, message: `must be one of ${JSON.stringify(error.params['allowedValues'])}` };
      case 'const':
        return { path, message: `must be ${JSON.stringify(error.params['allowedValue'])}` };
      default:
        return { path, message: error.message ?? `fails "${error.keyword}"` };
    }
  });
}
