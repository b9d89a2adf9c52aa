import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Codec, decoder } from '../../src/ocpi/codec.ts';
import { sharedFolder } from '../servers.ts';

const root = `${sharedFolder}/data/ocpi/spec-examples`;

/** Whether the specification's examples are there. They are not part of the project: their licence forbids edits. */
export const hasExamples = existsSync(root);

/** How the examples of some files are read. */
export type ExampleKind = readonly [files: RegExp, translate: (wire: unknown) => unknown];

/** A mistake in an example of the specification. */
export interface Erratum {
  readonly files: RegExp;
  readonly why: string;
  /** What we make of it: what comes out instead of what went in, or the reason for which it is refused. */
  readonly expected: { readonly meant: (wire: object) => unknown } | { readonly refused: RegExp };
}

/** Reads and writes again. Throws for what is refused. */
export function translation<Value>(codec: Codec<Value>): (wire: unknown) => unknown {
  const read = decoder(codec);
  return (wire) => {
    const decoded = read(wire);
    if (decoded.status === 'refused') throw new Error(JSON.stringify(decoded.faults));
    return codec.write(decoded.value);
  };
}

export const exampleFiles = (folder: string): readonly string[] =>
  hasExamples ? readdirSync(`${root}/${folder}`).toSorted() : [];

export const example = (folder: string, file: string): unknown =>
  JSON.parse(readFileSync(`${root}/${folder}/${file}`, 'utf8'));
