import type { LoadedConfig } from '../config/config.ts';
import type { Clock } from '../control/ports.ts';
import { SessionBook } from '../control/sessionBook.ts';
import { chargingPeriods } from '../domain/chargingPeriods.ts';
import type { EvseId, SessionId, StationId } from '../domain/ids.ts';
import type { SessionRecord } from '../domain/sessionRecord.ts';
import type { Evse } from '../domain/site.ts';
import type { SessionDetail } from '../http/ports.ts';
import type { Logger } from '../log.ts';
import type { ResumedTransaction } from '../ocpp/stationMemory.ts';
import type { Store } from '../store/openStore.ts';
import type { AppPorts, Running } from './app.ts';

/** The history of sessions, with those that ran when the last process ended. */
export async function openSessionBook(
  { sites }: LoadedConfig,
  { clock, log }: Pick<AppPorts, 'clock' | 'log'>,
  store: Store,
): Promise<SessionBook> {
  const evses = new Map<string, EvseId>(
    sites.flatMap((site) => site.evses.map(({ id, station, number }) => [`${station} ${number}`, id])),
  );
  const ports = {
    clock,
    log,
    evseOf: (stationId: StationId, evseNumber: number) => evses.get(`${stationId} ${evseNumber}`),
    find: (id: SessionId) => store.findSession(id),
    save: (record: SessionRecord) => store.saveSession(record),
    saveSigned: store.saveSigned,
  };
  return new SessionBook(ports, await store.openSessions());
}

/** What ran at each station when the last process ended, for whoever reads its messages. */
export function resumedTransactions(
  { sites }: LoadedConfig,
  book: SessionBook,
): (stationId: StationId) => readonly ResumedTransaction[] {
  const evses = new Map(sites.flatMap((site) => site.evses.map((evse) => [evse.id, evse])));
  const byStation = new Map<StationId, ResumedTransaction[]>();
  for (const { session, story } of book.open()) {
    const evse: Evse | undefined = evses.get(session.evseId);
    if (evse === undefined || evse.station !== session.stationId || session.state === 'finished') continue;
    const { transactionId, tokenId, startedAtMs, state, energyWh } = session;
    const lastRegisterWh = story.points.findLast(({ registerWh }) => registerWh !== undefined)?.registerWh;
    const resumed = {
      ...{ transactionId, tokenId, startedAtMs, state, energyWh, lastRegisterWh },
      evseNumber: evse.number,
      startRegisterWh: undefined,
      wasSeenStarting: story.begin !== undefined,
      isRefused: story.isRefused,
    };
    byStation.set(evse.station, [...(byStation.get(evse.station) ?? []), resumed]);
  }
  return (stationId) => byStation.get(stationId) ?? [];
}

/** Everything that is known of one session; undefined where there is none. */
export async function sessionDetail(
  { sessions, store, ports: { clock } }: Pick<Running, 'sessions' | 'store' | 'ports'>,
  id: SessionId,
): Promise<SessionDetail | undefined> {
  const record = sessions.current(id) ?? (await store.findSession(id));
  if (record === undefined) return undefined;
  const { session, story, marks, meterStartWh, meterStopWh } = record;
  const { startedAtMs } = session;
  const untilMs = Math.max(startedAtMs, session.endedAtMs ?? clock.nowMs());
  const periods = chargingPeriods(story.points, { startedAtMs, untilMs });
  const signed = await store.signedValues(id);
  return { session, marks, meterStartWh, meterStopWh, periods, signed };
}

const dayMs = 86_400_000;
const firstPruneMs = 60_000;
/** Removed in one go, so that nobody waits for it. */
const pruneCountMax = 500;

/** Removes finished sessions that are older than they are to be kept, a few at a time. */
export function startSessionPruning(
  { config }: LoadedConfig,
  { store, clock, log }: { readonly store: Store; readonly clock: Clock; readonly log: Logger },
): { stop(): void } {
  let cancel = () => {};
  const prune = async (): Promise<number> => {
    const beforeMs = clock.nowMs() - config.sessions.keepDays * dayMs;
    const removed = await store.pruneSessions(beforeMs, pruneCountMax);
    const roamingRemoved = await store.pruneRoamingObjects(beforeMs, pruneCountMax);
    if (removed + roamingRemoved > 0)
      log.info({ removed, roamingRemoved }, 'sessions that are too old were removed');
    return Math.max(removed, roamingRemoved);
  };
  const next = (delayMs: number): void => {
    cancel = clock.after(delayMs, () => {
      prune().then(
        (removed) => next(removed === pruneCountMax ? firstPruneMs : dayMs),
        (error: unknown) => {
          log.warn({ err: error }, 'sessions that are too old could not be removed, tomorrow again');
          next(dayMs);
        },
      );
    });
  };
  next(firstPruneMs);
  return { stop: () => cancel() };
}
