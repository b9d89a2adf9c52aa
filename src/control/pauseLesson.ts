import { traitsOf, withLesson } from '../domain/deviceRecord.ts';
import { isStranded, noPauses } from '../domain/pause.ts';
import { isIdle } from '../domain/rest.ts';
import type { StationTraits } from '../domain/traits.ts';
import { setLearnt } from './deviceLearning.ts';
import type { EvseBook } from './evseBook.ts';
import { drawnAmps, type EvseRecord } from './evseRecord.ts';
import type { Station } from './stationRecord.ts';

/** Pauses in a row that have to end the same way: a car that is full or asleep may strand now and then. */
const rowMax = 3;
/** A station that told nothing for longer may have charged unseen. */
const silentMs = 120_000;

/**
 * What was measured just now may end a pause: a car that charges again speaks for its station.
 *
 * A station that was learnt to stay paused, or whose model is known to, is paused only where that cannot be avoided. It is
 * taken for one that resumes when it does so time after time, and its cars had stopped before.
 */
export function endPause(book: EvseBook, station: Station, record: EvseRecord, nowMs: number): void {
  const { pause, isOn, settledAtMs } = record;
  const drawAmps = drawnAmps(record, { nowMs, maxAgeMs: 0 });
  if (pause === undefined || drawAmps === undefined) return;
  if (isIdle(drawAmps)) {
    if (!isOn) record.pause = { ...pause, hasStopped: true };
    return;
  }
  // What flows just after a pause began is what its car has not let go of yet.
  if (!isOn && nowMs < settledAtMs) return;
  record.pause = undefined;
  if (!isOn) return;
  const { resumed } = station.pauses;
  station.pauses = { stranded: 0, resumed: pause.hasStopped ? resumed + 1 : resumed };
  if (!isTaught(station, record) || station.pauses.resumed < rowMax) return;
  if (traitsOf(station.device).resumes !== 'stays paused') return;
  teach(
    book,
    station,
    { resumes: 'well' },
    `${rowMax} pauses one after the other ended with a car that charged again`,
  );
}

/**
 * A session is over: did its car ever charge again after it was paused?
 *
 * A car that its station says takes nothing of what it is offered speaks against the car, and not against the station.
 */
export function learnFromPause(book: EvseBook, station: Station, record: EvseRecord): void {
  const { pause, session } = record;
  const nowMs = book.ports.clock.monotonicMs();
  if (pause === undefined || !isStranded(pause, nowMs)) return;
  if (drawnAmps(record, { nowMs, maxAgeMs: silentMs }) === undefined) return;
  if (session === undefined || session.state === 'suspended-by-ev' || !isTaught(station, record)) return;
  station.pauses = { stranded: station.pauses.stranded + 1, resumed: 0 };
  if (station.pauses.stranded < rowMax || traitsOf(station.device).resumes !== 'well') return;
  const why = `${rowMax} sessions one after the other never charged again after a pause`;
  teach(book, station, { resumes: 'stays paused' }, why);
}

/** What the config says stands, and another operator's station is paused by its operator. */
const isTaught = ({ device }: Station, { evse }: EvseRecord): boolean =>
  device.config.resumes === undefined && evse.partner === undefined;

/** It takes the place of what was learnt of it before. */
function teach(book: EvseBook, station: Station, change: Partial<StationTraits>, why: string): void {
  const { firmware } = station.device.hardware ?? {};
  const lesson = { change, why, atMs: book.ports.clock.nowMs(), firmware };
  station.pauses = noPauses;
  setLearnt(station, withLesson(station.device, lesson), lesson, book.ports);
}
