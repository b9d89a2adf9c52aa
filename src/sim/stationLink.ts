import { isSilent } from './quirks.ts';
import { settle } from './station.ts';
import {
  beginTransaction,
  endTransaction,
  findEvse,
  isKept,
  type Notice,
  nameTransaction,
  quirksOf,
  type Station,
  tell,
  withEvse,
} from './stationState.ts';

/** What the server answered to a notice, in no version's words. */
export type Reply =
  | { readonly kind: 'booted'; readonly isAccepted: boolean; readonly intervalS: number }
  | { readonly kind: 'authorised'; readonly isAccepted: boolean }
  | {
      readonly kind: 'started';
      /** Undefined where the station names its transactions itself. */
      readonly transactionName: string | undefined;
      readonly isAccepted: boolean;
    }
  /** Nothing that matters to the station, an error included: it goes on. */
  | { readonly kind: 'done' };

/** The socket is open. A station that was accepted before tells its states afresh and what it kept. */
export function connected(station: Station): Station {
  if (!station.isRegistered && !quirksOf(station).neverBoots) return { ...station, link: 'booting' };
  return tellStates({ ...station, link: 'online' });
}

/** The socket is gone. What waited for the server's word goes on without it. */
export function disconnected(station: Station): Station {
  const outbox = station.outbox.filter(isKept);
  if (station.link === 'restarting') return { ...station, outbox };
  const { forgetsOffline: forgotten = [] } = quirksOf(station);
  const profiles = station.profiles.filter(({ purpose }) => !forgotten.includes(purpose));
  const offline: Station = { ...station, link: 'offline', outbox, profiles };
  const started = offline.evses.reduce(
    (going, { number, pendingToken }) =>
      pendingToken === undefined ? going : beginTransaction(going, number, pendingToken, undefined),
    offline,
  );
  return settle(started);
}

/** What to send next; undefined when there is nothing or nobody to send it to. */
export function nextNotice(station: Station): Notice | undefined {
  if (isSilent(quirksOf(station), station.nowMs)) return undefined;
  switch (station.link) {
    case 'booting':
      return station.nowMs < station.waitsUntilMs
        ? undefined
        : { kind: 'boot', atMs: station.nowMs, reason: station.bootReason };
    case 'online':
      return station.outbox[0];
    case 'offline':
    case 'restarting':
      return undefined;
    default:
      return station.link satisfies never;
  }
}

/** The station after the server answered the notice that `nextNotice` gave. */
export function replied(station: Station, notice: Notice, reply: Reply): Station {
  const sent = station.outbox[0] === notice ? { ...station, outbox: station.outbox.slice(1) } : station;
  switch (reply.kind) {
    case 'booted':
      return booted(sent, reply.isAccepted, reply.intervalS);
    case 'authorised':
      return notice.kind === 'authorise' ? authorised(sent, notice.evseNumber, reply.isAccepted) : sent;
    case 'started':
      return notice.kind === 'started'
        ? started(sent, notice.evseNumber, notice.transaction.key, reply)
        : sent;
    case 'done':
      return notice.kind === 'boot' ? { ...sent, waitsUntilMs: sent.nowMs + bootRetryMs } : sent;
    default:
      return reply satisfies never;
  }
}

/** A boot that was answered with an error, or refused without saying for how long. */
const bootRetryMs = 10_000;

function booted(station: Station, isAccepted: boolean, intervalS: number): Station {
  if (!isAccepted) {
    const waitMs = intervalS > 0 ? intervalS * 1000 : bootRetryMs;
    return { ...station, waitsUntilMs: station.nowMs + waitMs };
  }
  const heartbeatIntervalS = intervalS > 0 ? intervalS : station.settings.heartbeatIntervalS;
  return tellStates({
    ...station,
    link: 'online',
    isRegistered: true,
    heartbeatAtMs: station.nowMs,
    settings: { ...station.settings, heartbeatIntervalS },
  });
}

function tellStates(station: Station): Station {
  return station.evses.reduce(
    (telling, { number, status }) =>
      tell(telling, {
        kind: 'status',
        atMs: station.nowMs,
        evseNumber: number,
        status,
        previous: undefined,
      }),
    station,
  );
}

function authorised(station: Station, evseNumber: number, isAccepted: boolean): Station {
  const token = findEvse(station, evseNumber)?.pendingToken;
  if (token === undefined) return station;
  const answered = withEvse(station, evseNumber, { pendingToken: undefined });
  return isAccepted ? settle(beginTransaction(answered, evseNumber, token, undefined)) : answered;
}

function started(
  station: Station,
  evseNumber: number,
  key: string,
  reply: Reply & { kind: 'started' },
): Station {
  const { transactionName, isAccepted } = reply;
  const named = transactionName === undefined ? station : nameTransaction(station, key, transactionName);
  const isRunning = findEvse(named, evseNumber)?.transaction?.key === key;
  return isAccepted || !isRunning ? named : settle(endTransaction(named, evseNumber, 'refused'));
}
