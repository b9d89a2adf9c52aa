import type { StationEvent } from '../../domain/stationEvent.ts';
import type { Reply } from '../stationLink.ts';
import { type Notice, type Station, type StationStatus, transactionName } from '../stationState.ts';

/** What is older than this was queued while the station was offline: its current is long gone. */
const liveMs = 30_000;

export interface NewsInput {
  readonly station: Station;
  readonly notice: Notice;
  /** The server's name of a transaction that the station asks for. */
  nameFor(key: string): string;
  /** Transactions that this process of the service has heard of. */
  readonly known: Set<string>;
  /** What really flows, for one noted by the station: more where its car takes more than it may. */
  readonly drawFactor: number;
}

/** What a station told, before it is said who and when. */
export type News = StationEvent extends infer Event
  ? Event extends StationEvent
    ? Omit<Event, 'stationId' | 'atMs'>
    : never
  : never;

/** What a notice tells the site state, and what the server answers: the protocol's work without its words. */
export function newsOf(input: NewsInput): { readonly news: readonly News[]; readonly reply: Reply } {
  const { notice, station } = input;
  switch (notice.kind) {
    case 'boot':
      return {
        news: [{ kind: 'booted', hardware: hardwareOf(station) }],
        reply: { kind: 'booted', isAccepted: true, intervalS: station.settings.heartbeatIntervalS },
      };
    case 'heartbeat':
      return { news: [], reply: { kind: 'done' } };
    case 'authorise':
      return { news: [], reply: { kind: 'authorised', isAccepted: true } };
    case 'status': {
      const status = notice.status === 'available' ? ('available' as const) : ('occupied' as const);
      const { evseNumber } = notice;
      return {
        news: [{ kind: 'evse status', evseNumber, status, fault: undefined }],
        reply: { kind: 'done' },
      };
    }
    case 'started':
      return startedNews(input, notice);
    case 'changed':
    case 'metered':
    case 'ended':
      return { news: runningNews(input, notice), reply: { kind: 'done' } };
    default:
      return notice satisfies never;
  }
}

const hardwareOf = ({ model }: Station) => ({
  vendor: model.vendor,
  model: model.model,
  serialNumber: undefined,
  firmware: undefined,
});

function startedNews(
  { station, known, nameFor }: NewsInput,
  notice: Extract<Notice, { kind: 'started' }>,
): { readonly news: readonly News[]; readonly reply: Reply } {
  const { key, token, startedAtMs } = notice.transaction;
  const { namesTransactions } = station.model.firmware;
  const transactionId = namesTransactions ? key : nameFor(key);
  known.add(transactionId);
  const { evseNumber } = notice;
  return {
    news: [{ kind: 'session started', evseNumber, transactionId, tokenId: token, startedAtMs }],
    reply: {
      kind: 'started',
      transactionName: namesTransactions ? undefined : transactionId,
      isAccepted: true,
    },
  };
}

/** A transaction that this process never saw starting is adopted at its first sign of life. */
function runningNews(
  { station, known, drawFactor }: NewsInput,
  notice: Extract<Notice, { kind: 'changed' | 'metered' | 'ended' }>,
): readonly News[] {
  const { evseNumber, transaction, sample, status } = notice;
  const transactionId = transactionName(station, transaction.key);
  if (transactionId === undefined) return [];
  const news: News[] = [];
  if (!known.has(transactionId) && notice.kind !== 'ended') {
    known.add(transactionId);
    const { startedAtMs } = transaction;
    news.push({ kind: 'session started', evseNumber, transactionId, tokenId: undefined, startedAtMs });
  }
  const energyWh = sample.meterWh - transaction.startWh;
  if (notice.kind === 'ended') {
    news.push({
      kind: 'session ended',
      transactionId,
      reason: notice.reason,
      endedAtMs: notice.atMs,
      energyWh,
    });
    return news;
  }
  if (notice.kind === 'changed') {
    news.push({ kind: 'session changed', transactionId, evseNumber, state: sessionStates[status] });
    return news;
  }
  const isLive = Math.abs(station.nowMs - notice.atMs) <= liveMs;
  news.push({
    kind: 'measured',
    evseNumber,
    transactionId,
    takenAtMs: notice.atMs,
    amps: isLive ? sample.amps.map((amps) => amps * drawFactor) : undefined,
    isPerPhase: true,
    powerWatts: undefined,
    energyWh,
    offeredAmps: isLive ? sample.offeredAmps : undefined,
    stateOfChargePercent: undefined,
  });
  return news;
}

const sessionStates = {
  available: 'authorised',
  preparing: 'authorised',
  charging: 'charging',
  'suspended by station': 'suspended-by-us',
  'suspended by car': 'suspended-by-ev',
  finishing: 'authorised',
} as const satisfies Record<StationStatus, string>;
