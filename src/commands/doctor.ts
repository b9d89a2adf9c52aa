import { certificateExpiries } from '../app/certificates.ts';
import type { LoadedConfig } from '../config/config.ts';
import { evsesBelow, failsafeBudget, nonLeasingStations, supplyOf } from '../config/failsafeBudget.ts';
import type { Clock } from '../control/ports.ts';
import { withBelow } from '../domain/withBelow.ts';
import type { Logger } from '../log.ts';
import { examineDatabase } from '../store/examine.ts';
import { StoreError } from '../store/storeError.ts';
import { reachTimeSeries } from '../timeseries/reach.ts';
import { brokerFindings } from './doctorMeters.ts';
import { clockFinding, type Finding } from './doctorReport.ts';
import { serviceFindings } from './doctorService.ts';

export interface DoctorPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
}

export interface DoctorOptions {
  /** Of the running service; undefined: where the config has it. */
  readonly url: string | undefined;
  /** API key, to ask the service for meters and stations. */
  readonly key: string | undefined;
}

/** Looks at everything the service rests on, changes nothing, and tells what is wrong and what to do. */
export async function doctor(
  loaded: LoadedConfig,
  options: DoctorOptions,
  ports: DoctorPorts,
): Promise<readonly Finding[]> {
  const away = await Promise.all([
    databaseFindings(loaded, ports),
    timeSeriesFindings(loaded, ports),
    brokerFindings(loaded, ports),
    serviceFindings(loaded, options),
  ]);
  const found = [
    configFinding(loaded),
    budgetFinding(loaded),
    ...certificateFindings(loaded, ports.clock.nowMs()),
    ...away.flat(),
  ];
  return found.some(({ about }) => about === 'clock') ? found : [...found, uncomparedClock];
}

const uncomparedClock: Finding = {
  ...{ about: 'clock', verdict: 'look', what: 'there is no other machine to compare it with' },
  todo: 'see that this machine keeps time by NTP: timedatectl shows whether it does',
};

function configFinding({ sites, areas, connections }: LoadedConfig): Finding {
  const evses = sites.flatMap((site) => site.evses);
  const stations = new Set(evses.map(({ station }) => station)).size;
  const parts = [
    `${sites.length} sites`,
    `${stations} stations`,
    `${evses.length} EVSEs`,
    ...(areas.length > 0 ? [`${areas.length} areas`] : []),
    ...(connections.length > 0 ? [`${connections.length} connections to grid operators`] : []),
  ];
  return { about: 'config', verdict: 'well', what: parts.join(', ') };
}

/** The phase with the least left: a config in which any has less than nothing is not loaded. */
function budgetFinding({ config }: LoadedConfig): Finding {
  const nonLeasing = nonLeasingStations(config);
  const phases = config.sites.flatMap((site) =>
    withBelow(site.circuit).flatMap((circuit) =>
      circuit.phases.map((phase) => {
        const below = evsesBelow(circuit);
        const { sumAmps } = failsafeBudget(circuit, { supply: supplyOf(site), below, phase, nonLeasing });
        const leftAmps = circuit.breakerAmps - circuit.assumedBackgroundAmps - sumAmps;
        return { name: `${circuit.id} ${phase}`, leftAmps, breakerAmps: circuit.breakerAmps };
      }),
    ),
  );
  const [tightest] = phases.sort((a, b) => a.leftAmps - b.leftAmps);
  const kept = nonLeasing.size === 0 ? '' : `; ${[...nonLeasing].join(', ')} count their maximum`;
  const what =
    tightest === undefined
      ? 'no circuit'
      : `fits everywhere; least is left on ${tightest.name}: ${tightest.leftAmps.toFixed(1)} of ${tightest.breakerAmps} A${kept}`;
  return { about: 'failsafe budget', verdict: 'well', what };
}

const dayMs = 86_400_000;
const renewDays = 30;

function certificateFindings({ config }: LoadedConfig, nowMs: number): readonly Finding[] {
  return certificateExpiries(config).map(({ name, file, expiresAtMs, why }): Finding => {
    const about = 'certificates';
    if (expiresAtMs === undefined)
      return { about, verdict: 'wrong', what: `${name}: ${why}`, todo: `put a certificate (PEM) at ${file}` };
    const days = Math.floor((expiresAtMs - nowMs) / dayMs);
    const todo = `replace ${file}`;
    if (days < 0) return { about, verdict: 'wrong', what: `${name} ended ${-days} days ago`, todo };
    const what = `${name} ends in ${days} days`;
    return days < renewDays ? { about, verdict: 'look', what, todo } : { about, verdict: 'well', what };
  });
}

const gib = 2 ** 30;

async function databaseFindings(
  { config }: LoadedConfig,
  { clock, log }: DoctorPorts,
): Promise<readonly Finding[]> {
  const about = 'database';
  try {
    const found = await examineDatabase(config.database.url, { log, nowMs: () => clock.nowMs() });
    if (found.kind === 'memory') {
      const what = 'is kept in memory: limits and sessions are lost at every restart';
      return [{ about, verdict: 'look', what, todo: 'name a file in database.url, except for a trial' }];
    }
    const state = found.state === 'missing' ? 'is made at the first start' : 'can be used';
    const findings: Finding[] = [{ about, verdict: 'well', what: `${found.kind} ${state}` }];
    const { freeBytes, clockAheadMs } = found;
    if (freeBytes !== undefined && freeBytes < gib) {
      const what = `${Math.floor(freeBytes / 2 ** 20)} MiB are free on its disk`;
      findings.push({
        about,
        verdict: 'look',
        what,
        todo: 'make room: 13 months of minutes take up to 70 MB a circuit',
      });
    }
    if (clockAheadMs !== undefined) findings.push(clockFinding('the database', clockAheadMs));
    return findings;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { what, todo } = told(error.message);
    return [{ about, verdict: 'wrong', what, ...(todo !== undefined && { todo }) }];
  }
}

/** Errors of the store say what is wrong and, after the last colon, what to do. */
function told(message: string): { readonly what: string; readonly todo: string | undefined } {
  const [, what = message, todo] = /^(.*): (.*)$/s.exec(message) ?? [];
  return { what, todo };
}

async function timeSeriesFindings(
  { config }: LoadedConfig,
  { clock }: DoctorPorts,
): Promise<readonly Finding[]> {
  const about = 'time series';
  const { influx } = config;
  if (influx === undefined)
    return [{ about, verdict: 'well', what: 'not configured: the database keeps the minutes' }];
  const reached = await reachTimeSeries(influx, () => clock.nowMs());
  switch (reached.status) {
    case 'answers': {
      const found: Finding = { about, verdict: 'well', what: `${influx.url} takes points` };
      return reached.clockAheadMs === undefined
        ? [found]
        : [found, clockFinding('the time-series database', reached.clockAheadMs)];
    }
    case 'refuses': {
      const what = `${influx.url} refuses: ${reached.why}`;
      return [{ about, verdict: 'wrong', what, todo: refusalTodo(reached.httpStatus) }];
    }
    case 'away': {
      const what = `${influx.url} cannot be reached: ${reached.why}`;
      const todo = 'start it or correct influx.url; then restore the minutes with lastvakt backfill';
      return [{ about, verdict: 'wrong', what, todo }];
    }
    default:
      return reached satisfies never;
  }
}

const refusalTodo = (httpStatus: number): string =>
  httpStatus === 401 || httpStatus === 403
    ? 'correct influx.token: it must be allowed to write to the bucket'
    : 'create the bucket or database, or correct influx.org and influx.bucket; InfluxDB before 1.8 cannot be used';
