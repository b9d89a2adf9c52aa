import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  LineInterpolation,
  LineStyleBuilder,
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type GridPos,
  MappingType,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as NumberBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StatesBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { type Language, legendOf, type Question, queryText } from './question.ts';
import type { PanelSpec } from './spec.ts';

/** The data source that the person in front of the dashboard has chosen. */
export const chosenSource = (language: Language) => ({
  type: language === 'influxql' ? 'influxdb' : 'prometheus',
  uid: '$' + '{source}',
});

/** Below it no database has more points than one an interval. */
const intervalMin = '10s';
/** Points further apart than this are not joined: nothing was written in between. */
const gapMs = 300_000;

const colours = {
  well: 'green',
  look: 'orange',
  trouble: 'red',
  limit: 'dark-red',
  idle: 'gray',
  active: 'blue',
};

/** The same word has the same colour on every dashboard. */
const wordColours: Readonly<Record<string, string>> = {
  normal: colours.well,
  charging: colours.well,
  'own maximum': colours.well,
  limited: colours.active,
  unlimited: colours.well,
  assumed: colours.look,
  failsafe: colours.trouble,
  stopped: colours.trouble,
  faulted: colours.trouble,
  offline: colours.trouble,
  'not obeying': colours.trouble,
  'not answering': colours.trouble,
  'circuit full': colours.active,
  'area full': colours.active,
  paused: colours.look,
};

export function panel(
  spec: PanelSpec,
  place: { readonly id: number; readonly gridPos: GridPos },
  language: Language,
): Builder<Panel> {
  switch (spec.kind) {
    case 'lines':
      return common(lines(spec), spec, place, language);
    case 'states':
      return common(new StatesBuilder().mappings([wordsOf(spec)]).mergeValues(true), spec, place, language);
    case 'number':
      return common(number(spec), spec, place, language);
    default:
      return spec.kind satisfies never;
  }
}

type AnyBuilder = LinesBuilder | StatesBuilder | NumberBuilder;

function common(
  builder: AnyBuilder,
  spec: PanelSpec,
  { id, gridPos }: { readonly id: number; readonly gridPos: GridPos },
  language: Language,
): Builder<Panel> {
  return builder
    .id(id)
    .title(spec.title)
    .description(spec.description)
    .gridPos(gridPos)
    .datasource(chosenSource(language))
    .interval(intervalMin)
    .unit(spec.unit)
    .thresholds(thresholds(spec))
    .targets(spec.questions.map((question, index) => target(question, refId(index), language)));
}

function lines({ limit, alarm }: PanelSpec): LinesBuilder {
  const builder = new LinesBuilder()
    .lineWidth(1)
    .fillOpacity(10)
    .insertNulls(gapMs)
    .legend(new VizLegendOptionsBuilder().showLegend(true).calcs(['min', 'max', 'mean']));
  if (alarm !== undefined) builder.axisSoftMin(0);
  if (limit === undefined) return builder;
  return builder.overrideByRegexp(`^${limit}`, [
    { id: 'color', value: { mode: 'fixed', fixedColor: colours.limit } },
    { id: 'custom.lineInterpolation', value: LineInterpolation.StepAfter },
    { id: 'custom.lineStyle', value: new LineStyleBuilder().fill('dash').dash([8, 4]).build() },
    { id: 'custom.fillOpacity', value: 0 },
  ]);
}

const number = ({ over = 'lastNotNull' }: PanelSpec): NumberBuilder =>
  new NumberBuilder()
    .colorMode(BigValueColorMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs([over]));

const wordsOf = ({ words = {} }: PanelSpec): ValueMapping => ({
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    Object.entries(words).map(([text, code]) => [
      String(code),
      { text, color: wordColours[text] ?? colours.idle, index: code },
    ]),
  ),
});

function thresholds({ alarm }: PanelSpec): ThresholdsConfigBuilder {
  const [below, above] = alarm?.isLow ? [colours.trouble, colours.well] : [colours.well, colours.trouble];
  const first = { value: null, color: below };
  const steps = alarm === undefined ? [first] : [first, { value: alarm.at, color: above }];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

export const refId = (index: number): string => String.fromCharCode(65 + index);

export const target = (question: Question, id: string, language: Language): Builder<Dataquery> => ({
  build: () => ({ ...dataquery(question, id, language), _implementsDataqueryVariant() {} }),
});

/** What Grafana sends to its data source. The kit has no builder for InfluxQL, so both are written out. */
export const dataquery = (question: Question, id: string, language: Language) =>
  language === 'influxql'
    ? {
        refId: id,
        datasource: chosenSource(language),
        rawQuery: true,
        resultFormat: 'time_series',
        query: queryText(question, language),
        alias: legendOf(question, language),
      }
    : {
        refId: id,
        datasource: chosenSource(language),
        editorMode: 'code',
        range: true,
        expr: queryText(question, language),
        legendFormat: legendOf(question, language),
      };
