import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { leftOutCases, listedCases } from './smartChargingCases.ts';

const here = import.meta.dirname;

/** A file and those of this folder that it imports, as text. */
function sources(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const imported = [...text.matchAll(/from '(\.[^']+\.ts)'/g)].map(([, path = '']) =>
    join(dirname(file), path),
  );
  const own = imported.filter((path) => path.startsWith(here));
  return [text, ...own.flatMap((path) => sources(path, seen))];
}

/** The numbers that titles of tests begin with, in the files of one version. */
function shown(version: string): ReadonlySet<string> {
  const folder = join(here, version);
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  const texts = files.flatMap((name) => sources(join(folder, name)));
  const titles = texts.flatMap((text) => [...text.matchAll(/(?:it\(|\[)\s*'(TC_\w+):/g)]);
  return new Set(titles.map(([, number = '']) => number));
}

describe.each([...listedCases])(
  'the cases of the compliance tests for smart charging, %s',
  (version, listed) => {
    const tested = shown(version);

    it.each(listed)('%s has a test that begins with its number, or a reason why it has none', (number) => {
      expect([tested.has(number), leftOutCases.has(number)].filter(Boolean)).toHaveLength(1);
    });

    it('there is no test with a number that is not listed', () => {
      expect([...tested].filter((number) => !listed.includes(number))).toEqual([]);
    });
  },
);
