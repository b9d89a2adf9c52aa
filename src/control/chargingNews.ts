import type { ChargingNews } from '../domain/chargingNews.ts';
import type { ChargingProfile } from '../domain/chargingProfile.ts';
import { allowedAt } from '../domain/compositeSchedule.ts';
import { withLesson, withTold } from '../domain/deviceRecord.ts';
import type { StationId } from '../domain/ids.ts';
import { setDevice, setLearnt } from './deviceLearning.ts';
import type { EvseBook } from './evseBook.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { Station } from './stationRecord.ts';

/** What one source imposes on an EVSE from outside, in what it told. */
export interface ExternalLimit {
  readonly source: string;
  /** 0: on its station as a whole. */
  readonly evseNumber: number;
  readonly profiles: readonly ChargingProfile[];
}

/** More sources than this at one EVSE are not told apart: the newest count. */
const sourcesMax = 8;

/** Puts into the state what a station told about how it charges. */
export function applyChargingNews(
  book: EvseBook,
  station: Station,
  news: ChargingNews & { readonly stationId: StationId; readonly atMs: number },
): void {
  const { ports } = book;
  const { stationId } = news;
  switch (news.kind) {
    case 'traits told':
      setDevice(station, withTold(station.device, news.traits));
      return;
    case 'external limits':
      for (const record of at(station, news.evseNumber)) noteExternal(record, news);
      return;
    case 'charging needs':
      for (const record of at(station, news.evseNumber)) noteNeeds(book, record, news);
      return;
    case 'priority changed': {
      const record = book.withTransaction(stationId, news.transactionId);
      if (record !== undefined) notePriority(book, record, news.isActive);
      return;
    }
    case 'schedule doubted':
      for (const { evse } of at(station, news.evseNumber)) ports.ledger.doubt(evse.id);
      ports.onDrop();
      return;
    case 'schedule differs': {
      if (news.from === 'start' || station.device.config.periodsMax !== undefined) return;
      const why = 'its own calculation never falls to a second period';
      const { firmware } = station.device.hardware ?? {};
      const lesson = { change: { periodsMax: 1 }, why, atMs: news.atMs, firmware };
      setLearnt(station, withLesson(station.device, lesson), lesson, ports);
      return;
    }
    default:
      news satisfies never;
  }
}

const at = ({ evses }: Station, evseNumber: number): readonly EvseRecord[] =>
  evses.filter(({ evse }) => evseNumber === 0 || evse.number === evseNumber);

function noteExternal(record: EvseRecord, { source, evseNumber, profiles }: ExternalLimit): void {
  const others = record.external.filter((each) => each.source !== source || each.evseNumber !== evseNumber);
  const all = profiles.length === 0 ? others : [...others, { source, evseNumber, profiles }];
  record.external = all.slice(-sourcesMax);
}

/**
 * It counts in full while it lasts. What the driver asked for with it is his class in the allocation from then on, where his
 * site grants that: then the profile has done its part, and its end is no word about the wish.
 */
function notePriority(book: EvseBook, record: EvseRecord, hasPriority: boolean): void {
  const { ledger, clock, onDrop } = book.ports;
  const { evse, session, driverPriority } = record;
  if (session === undefined) return;
  if (hasPriority) ledger.overridden(evse.id);
  else ledger.overrideEnded(evse.id, clock.monotonicMs());
  record.priorityRetryAtMs = undefined;
  record.crampedSinceMs = undefined;
  record.priorityChanges += 1;
  const isGranted = hasPriority && driverPriority !== undefined;
  const priority = isGranted ? Math.max(session.priority ?? evse.priority, driverPriority) : session.priority;
  book.setSession(record, { ...session, hasPriority, priority });
  onDrop();
}

/** What a person wished goes before what the car says. */
function noteNeeds(
  book: EvseBook,
  record: EvseRecord,
  { energyWh, departureAtMs }: Extract<ChargingNews, { kind: 'charging needs' }>,
): void {
  const { session, carNeeds } = record;
  if (session === undefined) return;
  const wantedEnergyWh = energyWh === undefined ? undefined : session.energyWh + energyWh;
  const isOfCar = <T>(now: T | undefined, told: T | undefined): boolean => now === undefined || now === told;
  book.setSession(record, {
    ...session,
    ...(isOfCar(session.wantedEnergyWh, carNeeds?.wantedEnergyWh) && { wantedEnergyWh }),
    ...(isOfCar(session.departureAtMs, carNeeds?.departureAtMs) && { departureAtMs }),
  });
  record.carNeeds = { wantedEnergyWh, departureAtMs };
  // The car waits for a schedule, and gets its setpoint at once.
  book.ports.ledger.doubt(record.evse.id);
  book.ports.onDrop();
}

/**
 * The most that others let through at an EVSE now: only ever a bound, whatever it says. `Infinity` where nobody else
 * bounds it. What bounds its station as a whole bounds each of its EVSEs, and the station sees to the sum.
 */
export function externalAmps({ evse, supply, external, session }: EvseRecord, nowMs: number): number {
  const query = {
    fromMs: nowMs,
    durationS: 1,
    unit: 'A',
    phaseVolts: supply.phaseVolts,
    relativeStartMs: session?.startedAtMs ?? nowMs,
    timeZone: 'UTC',
    offlineSinceMs: undefined,
    evses: [
      {
        number: evse.number,
        conductorCount: evse.wiring.length,
        transactionId: session?.transactionId,
        hasPriority: false,
        stateOfChargePercent: undefined,
      },
    ],
  } as const;
  const limits = external.map(({ profiles }) => allowedAt(profiles, query, nowMs).limit);
  return Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
}
