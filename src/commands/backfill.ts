import type { LoadedConfig } from '../config/config.ts';
import type { Clock } from '../control/ports.ts';
import { instantMs } from '../domain/instant.ts';
import type { Logger } from '../log.ts';
import { historyIn } from '../store/history.ts';
import { BackfillError, backfill } from '../timeseries/backfill.ts';

/** Writes the minutes that the database keeps of a time span into the time-series database, and says how many. */
export async function backfillCommand(
  { config, sites }: LoadedConfig,
  span: { readonly from: string; readonly until: string },
  ports: { readonly clock: Clock; readonly log: Logger },
): Promise<string> {
  const { influx, database } = config;
  if (influx === undefined) throw new BackfillError('the config has no influx: there is nowhere to write to');
  const [fromMs, untilMs] = [instantOf('from', span.from), instantOf('until', span.until)];
  if (fromMs >= untilMs) throw new BackfillError('--from must be before --until');
  const circuits = new Map<string, string>(
    sites.flatMap((site) => site.evses.map(({ id, circuit }) => [id, circuit] as const)),
  );
  const minutes = historyIn(database.url, { fromMs, untilMs }, ports.log);
  const written = await backfill(influx, minutes, { ...ports, circuitOf: (evse) => circuits.get(evse) });
  if (written.minutes === 0)
    throw new BackfillError('the database keeps no minutes of that time: see history.keepDays');
  return `wrote ${written.minutes} minutes of sites, circuits and EVSEs as ${written.points} points`;
}

function instantOf(name: string, text: string): number {
  const ms = instantMs(text);
  if (ms === undefined)
    throw new BackfillError(`--${name} "${text}" is not an instant: give ISO 8601 with a zone`);
  return ms;
}
