import { describe, expect, it } from 'vitest';
import { tariff as tariff221 } from '../../src/ocpi/v221/tariff.ts';
import { tariff as tariff230 } from '../../src/ocpi/v230/tariff.ts';
import {
  type Erratum,
  type ExampleKind,
  example,
  exampleFiles,
  hasExamples,
  translation,
} from './specExamples.ts';

const kinds221: readonly ExampleKind[] = [[/^tariff/, translation(tariff221)]];
const kinds230: readonly ExampleKind[] = [[/^tariff/, translation(tariff230)]];

const errata: readonly Erratum[] = [
  {
    files: /^tariff_put_example/,
    why: 'has no last_updated, which is required',
    expected: { refused: /lacks the key \\"last_updated\\"/ },
  },
];

describe.skipIf(!hasExamples).each([
  ['2.2.1-examples', kinds221],
  ['2.3.0-examples', kinds230],
] as const)("the specification's example, %s", (folder, kinds) => {
  const known = exampleFiles(folder).flatMap((file) => {
    const kind = kinds.find(([files]) => files.test(file));
    return kind === undefined ? [] : [{ file, translate: kind[1], wire: example(folder, file) }];
  });
  const erratumOf = (file: string): Erratum | undefined => errata.find(({ files }) => files.test(file));

  it.each(known.filter(({ file }) => erratumOf(file) === undefined))(
    'comes out as it went in: $file',
    ({ wire, translate }) => {
      expect(translate(wire)).toEqual(wire);
    },
  );

  it.each(
    known.flatMap((each) => {
      const erratum = erratumOf(each.file);
      return erratum === undefined ? [] : [{ ...each, ...erratum }];
    }),
  )('is known to be wrong: $file $why', ({ wire, translate, expected }) => {
    if ('refused' in expected) expect(() => translate(wire)).toThrow(expected.refused);
    else expect(translate(wire)).toEqual(expected.meant(Object(wire)));
  });
});
