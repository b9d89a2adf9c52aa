import { type TSchema, Type } from 'typebox';
import { compile, type Fault } from '../schema.ts';

/**
 * One shape on the wire beside what it means: the schema says what is accepted, `read` and `write` translate. A table
 * of fields makes all three, so that they cannot drift apart.
 */
export interface Codec<Value> {
  readonly schema: TSchema;
  /** Of a wire value that the schema has accepted. */
  readonly read: (wire: unknown) => Value;
  /** Throws an UntellableError for what this version has no word for. */
  readonly write: (value: Value) => unknown;
  /** Whether this version has a word for it; always where missing. */
  readonly tells?: (value: Value) => boolean;
}

/** A value that a version of OCPI cannot express, such as a connector that is newer than the version. */
export class UntellableError extends Error {
  readonly code = 'ocpi-untellable';
  readonly value: string;

  constructor(value: string) {
    super(`this version of OCPI has no word for "${value}"`);
    this.name = 'UntellableError';
    this.value = value;
  }
}

export type Decoded<Value> =
  | { readonly status: 'read'; readonly value: Value }
  | { readonly status: 'refused'; readonly faults: readonly Fault[] };

/** Reads bodies of one kind. Unknown fields are ignored, and an optional field may be `null` instead of absent. */
export function decoder<Value>(codec: Codec<Value>): (body: unknown) => Decoded<Value> {
  const validator = compile(codec.schema);
  return (body) => {
    const wire = withoutNulls(body, 0);
    if (wire === tooDeep)
      return { status: 'refused', faults: [{ path: '/', message: `is nested deeper than ${depthMax}` }] };
    if (!validator.check(wire)) return { status: 'refused', faults: validator.faults() };
    return { status: 'read', value: codec.read(wire) };
  };
}

/** The deepest object of OCPI is about ten deep. */
const depthMax = 20;
const tooDeep = Symbol('too deep');

function withoutNulls(value: unknown, depth: number): unknown {
  if (depth > depthMax) return tooDeep;
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutNulls(item, depth + 1));
    return items.includes(tooDeep) ? tooDeep : items;
  }
  if (!isRecord(value)) return value;
  const kept = Object.entries(value)
    .filter(([, field]) => field !== null)
    .map(([name, field]) => [name, withoutNulls(field, depth + 1)] as const);
  return kept.some(([, field]) => field === tooDeep) ? tooDeep : Object.fromEntries(kept);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// --- objects ---------------------------------------------------------------------------------------

/** A field on the wire. `Value` contains undefined where it may be absent from the domain's object. */
export interface Field<Value> {
  readonly name: string;
  readonly schema: TSchema;
  readonly isRequired: boolean;
  readonly read: (wire: unknown) => Value;
  readonly write: (value: Value) => unknown;
}

export type Fields<Value> = { readonly [Key in keyof Value]-?: Field<Value[Key]> };

export interface ObjectCodec<Value> extends Codec<Value> {
  readonly fields: Fields<Value>;
}

export const required = <Value>(name: string, codec: Codec<Value>): Field<Value> => ({
  name,
  schema: codec.schema,
  isRequired: true,
  read: codec.read,
  write: codec.write,
});

/** Absent on the wire, absent in the domain. */
export const optional = <Value>(name: string, codec: Codec<Value>): Field<Value | undefined> => ({
  name,
  schema: codec.schema,
  isRequired: false,
  read: (wire) => (wire === undefined ? undefined : codec.read(wire)),
  write: (value) => (value === undefined || codec.tells?.(value) === false ? undefined : codec.write(value)),
});

/** Absent on the wire where the list is empty. */
export const list = <Item>(name: string, codec: Codec<Item>): Field<readonly Item[]> => {
  const items = listOf(codec);
  return {
    name,
    schema: items.schema,
    isRequired: false,
    read: (wire) => (wire === undefined ? [] : items.read(wire)),
    write: (value) => {
      const told = items.write(value);
      return Array.isArray(told) && told.length === 0 ? undefined : told;
    },
  };
};

/** Means `value` where it is absent. Always written. */
export const assumed = <Value>(name: string, codec: Codec<Value>, value: Value): Field<Value> => ({
  name,
  schema: codec.schema,
  isRequired: false,
  read: (wire) => (wire === undefined ? value : codec.read(wire)),
  write: codec.write,
});

/** Has no field in this version: `value` when read, nothing when written. */
export const untold = <Value>(value: Value): Field<Value> => ({
  name: '',
  schema: Type.Unknown(),
  isRequired: false,
  read: () => value,
  write: () => undefined,
});

export const object = <Value extends object>(fields: Fields<Value>): ObjectCodec<Value> => ({
  fields,
  ...codecOf<Value, Value>(fields, 'whole'),
});

/** The same object with any of its fields, as PATCH has it. A list that is absent stays absent. */
export const partial = <Value extends object>({ fields }: ObjectCodec<Value>): Codec<Partial<Value>> =>
  codecOf<Value, Partial<Value>>(fields, 'part');

function codecOf<Value extends object, Told extends Partial<Value>>(
  fields: Fields<Value>,
  extent: 'whole' | 'part',
): Codec<Told> {
  const entries = entriesOf(fields);
  const properties = entries
    .filter(([, { name }]) => name !== '')
    .map(([, { name, schema, isRequired }]) => {
      const isNeeded = isRequired && extent === 'whole';
      return [name, isNeeded ? schema : Type.Optional(schema)] as const;
    });
  return {
    schema: Type.Object(Object.fromEntries(properties)),
    read: (wire) => {
      const told = isRecord(wire) ? wire : {};
      const values = entries
        .filter(([, { name }]) => extent === 'whole' || Object.hasOwn(told, name))
        .map(([key, field]) => [key, field.read(told[field.name])] as const);
      // The compiler cannot follow the fields of a mapped type through a list of entries.
      return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Told;
    },
    write: (value) => {
      const told = entries
        .filter(([key]) => value[key] !== undefined)
        .map(([key, field]) => [field.name, field.write(value[key])] as const);
      return Object.fromEntries(told.filter(([, wire]) => wire !== undefined));
    },
  };
}

// Object.entries forgets the keys.
const entriesOf = <Value extends object>(fields: Fields<Value>) =>
  Object.entries(fields) as unknown as readonly (readonly [keyof Value, Field<unknown>])[];

// --- values ----------------------------------------------------------------------------------------

/** More than any list of OCPI has to hold: as many charging periods as are priced. */
export const itemsMax = 100_000;

export const listOf = <Item>(codec: Codec<Item>, atLeast = 0): Codec<readonly Item[]> => ({
  schema: Type.Array(codec.schema, { maxItems: itemsMax, ...(atLeast > 0 ? { minItems: atLeast } : {}) }),
  read: (wire) => (Array.isArray(wire) ? wire.map((item) => codec.read(item)) : []),
  write: (items) => items.filter((item) => codec.tells?.(item) ?? true).map((item) => codec.write(item)),
});

/** What `codec` reads, seen as something else. */
export const mapped = <Wire, Value>(
  codec: Codec<Wire>,
  read: (wire: Wire) => Value,
  write: (value: Value) => Wire,
): Codec<Value> => ({
  schema: codec.schema,
  read: (wire) => read(codec.read(wire)),
  write: (value) => codec.write(write(value)),
});
