interface Answer {
  readonly results: readonly { readonly series?: readonly Series[]; readonly error?: string }[];
}

export interface Series {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** Asks an InfluxDB in InfluxQL; instants come back in milliseconds. Throws what it does not understand. */
export async function seriesOf(
  influxUrl: string,
  database: string,
  query: string,
): Promise<readonly Series[]> {
  const url = new URL('/query', influxUrl);
  url.search = new URLSearchParams({ db: database, q: query, epoch: 'ms' }).toString();
  const answer = (await (await fetch(url, { method: 'POST' })).json()) as Answer & {
    readonly error?: string;
  };
  const error = answer.error ?? answer.results[0]?.error;
  if (error !== undefined) throw new Error(`${error}: ${query}`);
  return answer.results[0]?.series ?? [];
}

/** The rows of the first series, each an object by column name. */
export async function rowsOf(
  influxUrl: string,
  database: string,
  query: string,
): Promise<readonly Record<string, unknown>[]> {
  const [series] = await seriesOf(influxUrl, database, query);
  return (series?.values ?? []).map((values) =>
    Object.fromEntries(series?.columns.map((column, index) => [column, values[index]]) ?? []),
  );
}
