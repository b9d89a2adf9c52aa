/** The two languages that every dashboard comes in: InfluxQL for InfluxDB 1.8 to 3, PromQL for VictoriaMetrics. */
export type Language = 'influxql' | 'promql';

/** What is asked of a time-series database, whichever it is. The names are those of grafana/README.md. */
export interface Question {
  readonly measurement: string;
  /** Several are added up. */
  readonly fields: readonly string[];
  /** How the points of one interval become one value; `rate` is the increase a second of what only rises. */
  readonly how: 'mean' | 'highest' | 'lowest' | 'last' | 'rate';
  /** Only where the tag is what the dashboard's variable of the same name says. */
  readonly where?: readonly string[];
  /** Only where tags have these values. */
  readonly only?: Readonly<Record<string, string>>;
  /** A line for each value of these tags. */
  readonly by?: readonly string[];
  /** The sum of those lines in the place of them. */
  readonly isTotal?: boolean;
  /** Words before the tags in the legend. */
  readonly legend?: string;
}

export const queryText = (question: Question, language: Language): string =>
  language === 'influxql' ? influxQl(question) : promQl(question);

/** The name of a line, from its tags. */
export function legendOf({ legend, by = [], isTotal }: Question, language: Language): string {
  const tags = isTotal ? [] : by.map((tag) => (language === 'influxql' ? `$tag_${tag}` : `{{${tag}}}`));
  return [legend, ...tags].filter((part) => part !== undefined).join(' ');
}

const influxFunctions = { mean: 'mean', highest: 'max', lowest: 'min', last: 'last' } as const;

function influxQl({
  measurement,
  fields,
  how,
  where = [],
  only = {},
  by = [],
  isTotal = false,
}: Question): string {
  const value = fields
    .map((field) =>
      how === 'rate' ? `non_negative_derivative(max("${field}"), 1s)` : `${influxFunctions[how]}("${field}")`,
    )
    .join(' + ');
  const conditions = [
    ...where.map((tag) => `"${tag}" =~ /^$${tag}$/`),
    ...Object.entries(only).map(([tag, text]) => `"${tag}" = '${text}'`),
    '$timeFilter',
  ].join(' AND ');
  const groups = ['time($__interval)', ...by.map((tag) => `"${tag}"`)].join(', ');
  const each = `SELECT ${value}${isTotal ? ' AS "each"' : ''} FROM "${measurement}" WHERE ${conditions} GROUP BY ${groups} fill(none)`;
  return isTotal
    ? `SELECT sum("each") FROM (${each}) WHERE $timeFilter GROUP BY time($__interval) fill(none)`
    : each;
}

const promFunctions = {
  mean: 'avg_over_time',
  highest: 'max_over_time',
  lowest: 'min_over_time',
  last: 'last_over_time',
  rate: 'rate',
} as const;

function promQl({ measurement, fields, how, where = [], only = {}, isTotal = false }: Question): string {
  const labels = [
    ...where.map((tag) => `${tag}=~"$${tag}"`),
    ...Object.entries(only).map(([tag, text]) => `${tag}="${text}"`),
  ].join(',');
  const selector = labels === '' ? '' : `{${labels}}`;
  const value = fields
    .map((field) => `${promFunctions[how]}(${measurement}_${field}${selector}[$__interval])`)
    .join(' + ');
  return isTotal ? `sum(${value})` : value;
}

/** The values of a tag, for a variable: those of `measurement` where the variables before it are as chosen. */
export function tagValues(
  tag: string,
  {
    measurement,
    field,
    where = [],
  }: { readonly measurement: string; readonly field: string; readonly where?: readonly string[] },
  language: Language,
): string {
  if (language === 'influxql') {
    const chosen = where.map((each) => ` WHERE "${each}" =~ /^$${each}$/`).join('');
    return `SHOW TAG VALUES FROM "${measurement}" WITH KEY = "${tag}"${chosen}`;
  }
  const chosen = where.map((each) => `${each}=~"$${each}"`).join(',');
  return `label_values(${measurement}_${field}{${chosen}}, ${tag})`;
}
