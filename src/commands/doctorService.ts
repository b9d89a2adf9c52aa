import { Type } from 'typebox';
import type { LoadedConfig } from '../config/config.ts';
import type { Config } from '../config/schema.ts';
import { withBelow } from '../domain/withBelow.ts';
import type { HealthReason } from '../http/ports.ts';
import type { CircuitBody, EvseBody } from '../http/schemas.ts';
import { compile } from '../schema.ts';
import type { DoctorOptions } from './doctor.ts';
import type { Finding } from './doctorReport.ts';

const timeoutMs = 5_000;
const skewMaxMs = 2_000;

const isHealth = compile(Type.Object({ reasons: Type.Array(Type.String()) }));
// It is our own service that answers: what is below the circuit is as its OpenAPI document says.
const areSites = compile(
  Type.Array(Type.Object({ id: Type.String(), circuit: Type.Unsafe<CircuitBody>({ type: 'object' }) })),
);

const todos: Readonly<Record<HealthReason, string>> = {
  'tick overdue': 'restart it; if it happens again the machine is too slow or too busy',
  'limits not loaded': 'see the database above',
  starting: 'wait a minute: it learns what stations and meters do before it raises anything',
  'failsafe in force':
    'see why in the log and at GET /api/v1/grid/connections: a grid operator may be silent',
  'broker unreachable': 'see the broker above',
  'database unreachable': 'see the database above; what is written meanwhile is kept up to a bound',
  'time series unreachable': 'see the time series above; control does not need it',
};

/** What the running service says of itself and, to who has a key, of meters and stations. */
export async function serviceFindings(
  { config }: LoadedConfig,
  { url = ownUrl(config), key }: DoctorOptions,
): Promise<readonly Finding[]> {
  const ready = await asked(`${url}/readyz`, {});
  if (ready.status === 'away') {
    const what = `nobody answers at ${url} (${ready.why})`;
    return [
      {
        about: 'service',
        verdict: 'look',
        what,
        todo: 'start it (lastvakt serve), or say --url where it is',
      },
    ];
  }
  const reasons = isHealth.check(ready.body) ? ready.body.reasons : [];
  const isReady = ready.httpStatus === 200;
  const state: Finding = isReady
    ? { about: 'service', verdict: 'well', what: `${url} is ready` }
    : { about: 'service', verdict: 'wrong', what: `${url} is not ready`, todo: 'see its log' };
  const why = reasons.map((reason): Finding => {
    const todo = Object.hasOwn(todos, reason) ? todos[reason as HealthReason] : undefined;
    return {
      about: 'service',
      verdict: isReady ? 'look' : 'wrong',
      what: reason,
      ...(todo !== undefined && { todo }),
    };
  });
  return [state, ...why, ...(await stationFindings(url, key))];
}

async function stationFindings(url: string, key: string | undefined): Promise<readonly Finding[]> {
  const about = 'stations';
  const todo = 'set LASTVAKT_KEY to an API key of the role viewer or more (lastvakt key create)';
  const sites = await asked(
    `${url}/api/v1/sites`,
    key === undefined ? {} : { authorization: `Bearer ${key}` },
  );
  if (sites.status === 'away') return [{ about, verdict: 'wrong', what: sites.why }];
  if (sites.httpStatus === 401 || sites.httpStatus === 403) {
    const what =
      key === undefined
        ? 'were not asked for: the service wants a key'
        : 'the key is not known, or may not read sites';
    return [{ about, verdict: key === undefined ? 'look' : 'wrong', what, todo }];
  }
  if (!areSites.check(sites.body))
    return [{ about, verdict: 'wrong', what: `the answer of ${url} is not understood` }];
  const circuits = sites.body.flatMap(({ circuit }) => withBelow(circuit));
  const evses = circuits.flatMap((circuit) => circuit.evses);
  const verdicts = circuits.flatMap(({ id, meterVerdict }): Finding[] =>
    meterVerdict === null
      ? []
      : [{ about: 'meters', verdict: 'wrong', what: `${id}: ${meterVerdict.kind}`, todo: meterVerdict.why }],
  );
  const found = evses.flatMap(evseFindings);
  const online = new Set(evses.filter(({ state }) => state !== 'offline').map(({ station }) => station)).size;
  const all = new Set(evses.map(({ station }) => station)).size;
  return [...verdicts, { about, verdict: 'well', what: `${online} of ${all} are connected` }, ...found];
}

function evseFindings({ id, station, state, clockSkewMs, reason }: EvseBody): readonly Finding[] {
  const about = 'stations';
  const found: Finding[] = [];
  const note = (verdict: Finding['verdict'], what: string, todo: string): void =>
    void found.push({ about, verdict, what: `${id} (${station}) ${what}`, todo });
  if (state === 'offline') {
    note(
      'wrong',
      'is not connected',
      'see that it has power and network, and its address, id and password of this service',
    );
  }
  if (state === 'faulted') note('wrong', 'reports a fault', 'see its faults in the log and on its display');
  if (reason.kind === 'not obeying')
    note(
      'wrong',
      'draws more than it was told',
      'restart it; if it goes on, see its firmware and its own settings',
    );
  if (clockSkewMs !== null && Math.abs(clockSkewMs) > skewMaxMs)
    note(
      'look',
      `has a clock that is ${(clockSkewMs / 1000).toFixed(1)} s ahead`,
      'let it keep time by this service or by NTP',
    );
  return found;
}

/** From this machine: an address that stands for all of them is asked as the loopback. */
function ownUrl({ http: { host, port, tls } }: Config): string {
  const name =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${port}`;
}

type Asked =
  | { readonly status: 'answered'; readonly httpStatus: number; readonly body: unknown }
  | { readonly status: 'away'; readonly why: string };

async function asked(url: string, headers: Readonly<Record<string, string>>): Promise<Asked> {
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    const body: unknown = await answer.json().catch(() => undefined);
    return { status: 'answered', httpStatus: answer.status, body };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { status: 'away', why: cause instanceof Error ? cause.message : String(cause) };
  }
}
