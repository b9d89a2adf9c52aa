import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboard, dashboardSpecs, languages } from '../../grafana/src/dashboards.ts';
import { builtFiles } from '../../grafana/src/files.ts';

const folder = new URL('../../grafana/', import.meta.url).pathname;
const built = builtFiles();
const boards = languages.flatMap((language) =>
  dashboardSpecs.map((spec) => ({
    name: `${spec.name} in ${language}`,
    board: JSON.parse(JSON.stringify(dashboard(spec, language))) as Board,
  })),
);

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly refresh: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly description: string;
    readonly type: string;
    readonly gridPos: Place;
    readonly datasource: { readonly uid: string };
    readonly fieldConfig: { readonly defaults: { readonly unit: string } };
    readonly targets: readonly {
      readonly refId: string;
      readonly alias?: string;
      readonly legendFormat?: string;
    }[];
  }[];
}

describe('the dashboards', () => {
  it.each([...built.keys()])('are committed as they are built: %s', (path) => {
    expect(readFileSync(join(folder, path), 'utf8'), 'run npm run grafana').toBe(built.get(path));
  });

  it('are those that are built and no others', () => {
    const committed = languages.flatMap((language) =>
      readdirSync(join(folder, 'dashboards', language)).map((file) => `dashboards/${language}/${file}`),
    );
    expect(committed.sort()).toEqual(
      [...built.keys()].filter((path) => path.startsWith('dashboards/')).sort(),
    );
  });

  it('have ids of their own, which links survive', () => {
    const ids = boards.map(({ board }) => board.uid);
    expect(new Set(ids).size).toBe(ids.length);
    // Grafana refuses longer ones.
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]{1,40}$/);
  });
});

const units = new Set(['none', 'amp', 'watt', 'watth', 'ms', 's', 'bytes', 'percentunit']);

describe.each(boards)('the dashboard $name', ({ board }) => {
  it('says of itself and of every panel what is to be seen', () => {
    expect(board.description).toMatch(/\.$/);
    for (const { description } of board.panels) expect(description).toMatch(/^.{20,200}\.$/);
    const titles = board.panels.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('has a unit on every panel', () => {
    for (const { fieldConfig } of board.panels) expect(units).toContain(fieldConfig.defaults.unit);
  });

  it('names every line', () => {
    const targets = board.panels.flatMap((panel) => panel.targets);
    expect(targets.length).toBeGreaterThan(0);
    for (const { alias, legendFormat } of targets) expect(alias ?? legendFormat).toMatch(/\S/);
  });

  it('has panels and queries with ids of their own', () => {
    const ids = board.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { targets } of board.panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it('has panels side by side, none over another and none beyond the edge', () => {
    const places = board.panels.map(({ gridPos }) => gridPos);
    for (const [index, place] of places.entries()) {
      expect(place.x + place.w).toBeLessThanOrEqual(24);
      expect(places.slice(index + 1).filter((other) => overlap(place, other))).toEqual([]);
    }
  });

  it('asks the data source that was chosen, and not more often than every 5 s', () => {
    for (const { datasource } of board.panels) expect(datasource.uid).toBe('$' + '{source}');
    expect(Number.parseInt(board.refresh, 10)).toBeGreaterThanOrEqual(5);
  });
});

const overlap = (a: Place, b: Place): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe.each(languages)('the provisioning for %s', (language) => {
  const read = (path: string) => parse(readFileSync(join(folder, 'provisioning', language, path), 'utf8'));

  it('gives the data source the name that the alert rules ask', () => {
    const [file = ''] = readdirSync(join(folder, 'provisioning', language, 'datasources'));
    const [source] = read(`datasources/${file}`).datasources;
    const rules: readonly { readonly data: readonly { readonly datasourceUid: string }[] }[] =
      read('alerting/lastvakt.yaml').groups[0].rules;
    expect(source.type).toBe(language === 'influxql' ? 'influxdb' : 'prometheus');
    expect(rules).toHaveLength(6);
    for (const { data } of rules) {
      expect(data.map(({ datasourceUid }) => datasourceUid)).toEqual([source.uid, '__expr__', '__expr__']);
    }
  });

  it('reads the dashboards from where the compose file puts them', () => {
    const [provider] = read('dashboards/lastvakt.yaml').providers;
    const compose = readFileSync(join(folder, '../compose.yaml'), 'utf8');
    expect(compose).toContain(`:${provider.options.path}:ro`);
  });
});
