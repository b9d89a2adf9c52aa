import { Type } from 'typebox';
import { type Fraction, fraction, shortText } from '../domain/pricing/fraction.ts';
import { type Codec, UntellableError } from './codec.ts';

/** Text for people or programs, at most so long. */
export const text = (lengthMax: number, pattern?: string): Codec<string> => ({
  schema: Type.String({ maxLength: lengthMax, ...(pattern === undefined ? {} : { pattern }) }),
  read: String,
  write: (value) => value,
});

/** Printable ASCII whose case means nothing [OCPI 2.2.1 types, CiString]. It is kept as it came. */
export const ciString = (lengthMax: number): Codec<string> => text(lengthMax, '^[\\x20-\\x7E]*$');

/** Of exactly so many characters. */
export const code = (length: number): Codec<string> => ({
  schema: Type.String({ minLength: length, maxLength: length }),
  read: String,
  write: (value) => value,
});

/** Not checked further: one broken link to an image must not hide a location. */
export const url: Codec<string> = text(255);

export const flag: Codec<boolean> = {
  schema: Type.Boolean(),
  read: (wire) => wire === true,
  write: (value) => value,
};

export const integer = (minimum?: number, maximum?: number): Codec<number> => ({
  schema: Type.Integer({
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  }),
  read: Number,
  write: (value) => value,
});

/** A measure of something, not below zero; no money and no volume, which are exact. */
export const measure: Codec<number> = {
  schema: Type.Number({ minimum: 0 }),
  read: Number,
  write: (value) => value,
};

/** A number of OCPI: four decimals [OCPI 2.2.1 types, number]. More are read as they are and written rounded. */
export const decimal = (minimum?: number): Codec<Fraction> => ({
  schema: Type.Number(minimum === undefined ? {} : { minimum }),
  read: (wire) => fraction(Number(wire)),
  write: (value) => Number(shortText(value)),
});

/**
 * An instant in UTC, in milliseconds since the epoch. Without `Z` it is UTC too; with an offset it is refused, as the
 * specification wants it [OCPI 2.2.1 types, DateTime].
 */
export const instant: Codec<number> = {
  schema: Type.String({
    maxLength: 25,
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d(\\.\\d+)?Z?$',
    // Knows the calendar, and that the zone may be missing.
    format: 'iso-date-time',
  }),
  read: (wire) => Date.parse(String(wire).replace(/Z?$/, 'Z')),
  write: (atMs) => new Date(atMs).toISOString().replace('.000Z', 'Z'),
};

/** One of these words and no other, in every version. */
export const oneOf = <Word extends string>(words: readonly [Word, ...Word[]]): Codec<Word> => ({
  schema: Type.Enum([...words]),
  read: (wire) => words.find((word) => word === wire) ?? words[0],
  write: (value) => value,
});

/** One of these words; the domain may hold others, from versions that have more. */
export const oneOfKnown = (words: readonly string[]): Codec<string> => ({
  schema: Type.Enum([...words]),
  read: String,
  write: (value) => {
    if (!words.includes(value)) throw new UntellableError(value);
    return value;
  },
  tells: (value) => words.includes(value),
});

/** An OpenEnum: any word, known or not [OCPI 2.3.0 types, OpenEnum]. */
export const anyWord: Codec<string> = text(255);
