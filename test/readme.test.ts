import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../src/config/config.ts';
import { configSchema } from '../src/config/schema.ts';
import { configTable } from './configTable.ts';

const textOf = (document: string): string => readFileSync(new URL(`../${document}`, import.meta.url), 'utf8');

describe('docs/configuration.md', () => {
  it('lists every setting of the config with its default', () => {
    expect(textOf('docs/configuration.md')).toContain(configTable(configSchema));
  });
});

describe('the README', () => {
  it('shows a config that is accepted once its passwords are filled in', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(textOf('README.md')) ?? [];
    const text = yaml
      .replaceAll(/^ {3}/gm, '')
      .replace('"…"', `"scrypt:1024:${'0'.repeat(22)}:${'0'.repeat(43)}"`);
    expect(parseConfig(text, 'the README', {}).sites.map(({ name }) => name)).toEqual(['Garage Lund']);
  });
});

/** Where a document points to within the project, without what names a place in it. */
const pointedTo = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)]
    .map(([, link = '', image = '']) => (link || image).replace(/#.*$/, ''))
    .filter((path) => path !== '' && !/^[a-z]+:/.test(path));

const guides = readdirSync(new URL('../docs', import.meta.url))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);

describe.each(['README.md', ...guides])('%s', (document) => {
  it('points to nothing that is not there', () => {
    const place = new URL(`../${document}`, import.meta.url);
    const paths = pointedTo(textOf(document));
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(new URL(path, place)))).toEqual([]);
  });
});
