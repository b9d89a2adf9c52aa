import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  type GridPos,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { fleetBoard } from './fleetBoard.ts';
import { gridBoard } from './gridBoard.ts';
import { healthBoard } from './healthBoard.ts';
import { chosenSource, dataquery, panel } from './panels.ts';
import { type Language, tagValues } from './question.ts';
import { siteBoard } from './siteBoard.ts';
import type { DashboardSpec, PanelSpec, VariableSpec } from './spec.ts';

export const languages = ['influxql', 'promql'] as const satisfies readonly Language[];
export const dashboardSpecs: readonly DashboardSpec[] = [siteBoard, gridBoard, fleetBoard, healthBoard];

const columns = 24;
const panelHeight = 8;

export function dashboard(spec: DashboardSpec, language: Language): Dashboard {
  const builder = new DashboardBuilder(spec.title)
    .uid(`lastvakt-${spec.name}-${language}`)
    .description(spec.description)
    .tags(['lastvakt', language])
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-6h', to: 'now' })
    .refresh('10s')
    .variables([sourceVariable(language), ...spec.variables.map((each) => variable(each, language))])
    .annotations(spec.annotations.map((each) => annotation(each, language)));
  const places = placesOf(spec.panels);
  spec.panels.forEach((each, index) => {
    const gridPos = places[index];
    if (gridPos !== undefined) builder.withPanel(panel(each, { id: index + 1, gridPos }, language));
  });
  return builder.build();
}

const sourceVariable = (language: Language): DatasourceVariableBuilder =>
  new DatasourceVariableBuilder('source').label('Data source').type(chosenSource(language).type);

function variable(spec: VariableSpec, language: Language): QueryVariableBuilder {
  const builder = new QueryVariableBuilder(spec.tag)
    .label(spec.label)
    .datasource(chosenSource(language))
    .query(tagValues(spec.tag, spec, language))
    .refresh(VariableRefresh.OnDashboardLoad)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(spec.isMany)
    .includeAll(spec.isMany);
  return spec.isMany ? builder.current({ selected: true, text: 'All', value: '$__all' }) : builder;
}

function annotation(
  { name, question, text }: DashboardSpec['annotations'][number],
  language: Language,
): Builder<AnnotationQuery> {
  const query = dataquery(question, 'Annotation', language);
  const target = language === 'influxql' ? { ...query, fromAnnotations: true, textEditor: true } : query;
  return {
    build: () => ({
      name,
      datasource: chosenSource(language),
      enable: true,
      iconColor: 'dark-red',
      titleFormat: name,
      textFormat: text,
      tagKeys: 'site,circuit',
      target: { ...target, _implementsDataqueryVariant() {} },
    }),
  };
}

/** From left to right, and on to the next row where a panel does not fit. */
function placesOf(panels: readonly PanelSpec[]): readonly GridPos[] {
  let [x, y] = [0, 0];
  return panels.map(({ width }) => {
    if (x + width > columns) [x, y] = [0, y + panelHeight];
    const place = { x, y, w: width, h: panelHeight };
    x += width;
    return place;
  });
}
