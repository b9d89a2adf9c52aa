import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  bases,
  causes,
  connectionPhases,
  evseStates,
  origins,
  reasons,
  siteStates,
} from '../../src/timeseries/codes.ts';
import { pointsOf } from '../../src/timeseries/points.ts';
import { servicePoints, targetPoint } from '../../src/timeseries/servicePoints.ts';
import { givenView } from './givenView.ts';

const readme = readFileSync(new URL('../../grafana/README.md', import.meta.url), 'utf8');

/** Tags and fields of every measurement, where everything is known. */
function written(): Readonly<Record<string, { readonly tags: Set<string>; readonly fields: Set<string> }>> {
  const found: Record<string, { readonly tags: Set<string>; readonly fields: Set<string> }> = {};
  const service = {
    ...{ atMs: 0, uptimeS: 1, memoryBytes: 1, processorS: 1, isBrokerConnected: true, stationsConnected: 1 },
    ...{ storeWaiting: 0, storeLost: 0, pointsWaiting: 0, pointsLost: 0 },
    certificates: [{ name: 'http', remainingS: 1 }],
  };
  const target = { atMs: 0, connectionId: 'dso', node: 'grid', phase: 'limited' } as const;
  const asked = targetPoint({ ...target, requestedWatts: 1, deliveredWatts: 2, carWatts: 1 });
  for (const point of [...pointsOf(givenView()), ...servicePoints(service), asked]) {
    const line = (point.toLineProtocol() ?? '').replaceAll(/\\./g, '_');
    const [, series = '', fields = ''] = /^(\S+) (\S+) \d+$/.exec(line) ?? [];
    const [measurement = '', ...tags] = series.split(',');
    found[measurement] ??= { tags: new Set(), fields: new Set() };
    for (const tag of tags) found[measurement].tags.add(tag.split('=')[0] ?? '');
    for (const field of fields.split(',')) found[measurement].fields.add(field.split('=')[0] ?? '');
  }
  return found;
}

/** The same as the README tells it: a chapter for each measurement, its tags in the first paragraph, a row a field. */
function documented(): ReturnType<typeof written> {
  const chapters = readme
    .slice(readme.indexOf('## What is written'), readme.indexOf('## Codes'))
    .split('\n### ');
  return Object.fromEntries(
    chapters.slice(1).map((chapter) => {
      const name = /^\w+/.exec(chapter)?.[0] ?? '';
      const [, told = ''] = /Tags: ([\s\S]*?)\.\n/.exec(chapter) ?? [];
      const tags = [...told.replaceAll(/\([^)]*\)/g, '').matchAll(/`(\w+)`/g)].map(([, tag = '']) => tag);
      const fields = [...chapter.matchAll(/^\| `(\w+)` \|/gm)].map(([, field = '']) => field);
      return [name, { tags: new Set(tags), fields: new Set(fields) }];
    }),
  );
}

describe('the names of time series', () => {
  it('are told in grafana/README.md, every measurement with its tags and fields and no other', () => {
    expect(documented()).toEqual(written());
  });

  it.each([
    ['`cause` of `tick`', causes],
    ['`state` of `tick`', siteStates],
    ['`basis`', bases],
    ['`limited_by`', origins],
    ['`state` of `evse`', evseStates],
    ['`reason`', reasons],
    ['`phase` of `grid_target`', connectionPhases],
  ])('have the codes that are told there: %s', (name, codes) => {
    const words = Object.entries(codes).map(([word, code]) => `${code} ${word}`);
    expect(readme).toContain(`| ${name} | ${words.join(', ')} |`);
  });
});
