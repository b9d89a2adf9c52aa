import { withConnection, withHardware } from '../domain/deviceRecord.ts';
import { drawOnCircuit } from '../domain/draw.ts';
import { newPace, withTold } from '../domain/paceOfMeasuring.ts';
import { noPauses } from '../domain/pause.ts';
import { afterChange, afterMeasurement, sessionFrom } from '../domain/sessionChange.ts';
import type { StationEvent, StationHardware } from '../domain/stationEvent.ts';
import { applyChargingNews } from './chargingNews.ts';
import { setDevice } from './deviceLearning.ts';
import type { EvseBook } from './evseBook.ts';
import { doubtPhases, type EvseRecord, forgetCar, notePhases, takeMeasurement } from './evseRecord.ts';
import { noteBack, noteBegin, noteEnd, noteLeft } from './interruption.ts';
import { notePartnerEnergy } from './partnerEnergy.ts';
import { endPause, learnFromPause } from './pauseLesson.ts';
import { noteTimestamp, type Station } from './stationRecord.ts';

/** A station told something: it is put in its place, and wakes the loop when it asks for less. */
export function applyStationEvent(book: EvseBook, event: StationEvent): void {
  const { ports } = book;
  const station = book.station(event.stationId);
  if (station === undefined) return;
  station.record = { ...station.record, lastSeenAtMs: event.atMs };
  switch (event.kind) {
    case 'connected':
      station.isOnline = true;
      station.record = { ...station.record, protocol: event.protocol };
      setDevice(station, withConnection(station.device, event.protocol));
      for (const record of station.evses) {
        const nowMs = ports.clock.monotonicMs();
        record.pace = newPace(nowMs);
        ports.ledger.doubt(record.evse.id);
        ports.ledger.cameBack(record.evse.id, nowMs);
        noteBack(book, record);
      }
      introduced(book, station);
      break;
    case 'disconnected':
      station.isOnline = false;
      for (const record of station.evses) {
        doubtPhases(record);
        ports.ledger.wentOffline(record.evse.id, ports.clock.monotonicMs());
      }
      ports.onStation(station.record);
      ports.onDrop();
      break;
    case 'booted':
      station.record = { ...station.record, hardware: event.hardware };
      applyHardware(book, station, event.hardware);
      for (const { evse } of station.evses) ports.ledger.rebooted(evse.id);
      introduced(book, station);
      break;
    case 'evse status':
      applyStatus(book, event);
      break;
    case 'start limited':
      for (const { evse } of station.evses)
        if (evse.number === event.evseNumber) ports.ledger.startLimited(evse.id, event.amps);
      break;
    case 'session started':
      startSession(book, event);
      break;
    case 'session changed': {
      const record = book.withTransaction(event.stationId, event.transactionId);
      if (record?.session === undefined) break;
      // Its car wants current, whatever it did before.
      if (event.state === 'charging' && record.session.state !== 'charging') record.idleSinceMs = undefined;
      book.setSession(record, afterChange(record.session, event));
      break;
    }
    case 'session ended':
      endSession(book, event);
      break;
    case 'measured':
      applyMeasurement(book, event);
      break;
    case 'bounded by its own CSMS':
      for (const record of station.evses)
        if (record.evse.number === event.evseNumber) record.upstreamAmps = event.amps;
      book.ports.onDrop();
      break;
    case 'bounded by a partner': {
      const record = book.withTransaction(event.stationId, event.transactionId);
      if (record !== undefined) record.partnerAmps = event.amps;
      book.ports.onDrop();
      break;
    }
    default:
      applyChargingNews(book, station, event);
  }
}

/** Another firmware makes it another device, for the process that comes too. */
function applyHardware({ ports }: EvseBook, station: Station, hardware: StationHardware): void {
  const isOther = hardware.firmware !== station.device.hardware?.firmware;
  setDevice(station, withHardware(station.device, hardware));
  if (!isOther) return;
  station.pauses = noPauses;
  ports.onDevice?.(station.record.id, station.device);
}

/** What we set may be lost: the loop asserts it again, at once. */
function introduced(book: EvseBook, { record, evses }: Station): void {
  for (const evse of evses) {
    doubtPhases(evse);
    // It may have restarted, and its car with it.
    evse.pause = undefined;
    evse.refusal = undefined;
    evse.standingRetryAtMs = undefined;
    evse.priorityRetryAtMs = undefined;
  }
  book.ports.onStation(record);
  book.ports.onDrop();
}

function applyStatus(book: EvseBook, event: Extract<StationEvent, { kind: 'evse status' }>): void {
  for (const record of book.evsesOf(event.stationId)) {
    if (event.evseNumber !== 0 && event.evseNumber !== record.evse.number) continue;
    // The station as a whole says nothing about each plug unless it is out of order.
    if (event.evseNumber === 0 && event.status !== 'faulted' && event.status !== 'unavailable') continue;
    record.status = event.status;
    record.fault = event.fault;
    // Whatever an earlier process set for a session there is over.
    if (event.status === 'available' && record.session === undefined) {
      book.ports.ledger.sessionEnded(record.evse.id);
      noteLeft(book, record);
    }
  }
}

function startSession(book: EvseBook, event: Extract<StationEvent, { kind: 'session started' }>): void {
  const record = book.evsesOf(event.stationId).find(({ evse }) => evse.number === event.evseNumber);
  if (record === undefined) {
    const { stationId, evseNumber } = event;
    book.ports.log.warn({ stationId, evseNumber }, 'session at an EVSE that is not in the config');
    return;
  }
  if (record.session?.transactionId === event.transactionId) return;
  if (record.session !== undefined) {
    finish(book, record, { endedAtMs: event.startedAtMs, reason: 'superseded' });
  }
  if (record.status === 'unknown') record.status = 'occupied';
  forgetCar(record, { ...book.moments(), mostAmps: book.mostAmps(record) });
  const session = book.setSession(record, sessionFrom(event, record.evse.id));
  noteBegin(book, record, session);
  book.ports.log.info({ sessionId: session.id, evseId: record.evse.id }, 'session started');
  book.ports.onDrop();
}

function endSession(book: EvseBook, event: Extract<StationEvent, { kind: 'session ended' }>): void {
  const record = book.withTransaction(event.stationId, event.transactionId);
  if (record === undefined) return;
  finish(book, record, event);
}

function finish(
  book: EvseBook,
  record: EvseRecord,
  end: { readonly endedAtMs: number; readonly reason: string; readonly energyWh?: number | undefined },
): void {
  const { session, evse } = record;
  if (session === undefined) return;
  const station = book.station(evse.station);
  if (station !== undefined) learnFromPause(book, station, record);
  const mostAmps = book.mostAmps(record);
  const energyWh = end.energyWh ?? session.energyWh;
  book.setSession(record, {
    ...session,
    state: 'finished',
    endedAtMs: end.endedAtMs,
    endReason: end.reason,
    energyWh,
  });
  record.session = undefined;
  noteEnd(book, record, session, end.reason);
  forgetCar(record, { ...book.moments(), mostAmps });
  book.ports.ledger.sessionEnded(evse.id);
  book.ports.log.info(
    { sessionId: session.id, evseId: evse.id, reason: end.reason, energyWh },
    'session ended',
  );
}

function applyMeasurement(book: EvseBook, event: Extract<StationEvent, { kind: 'measured' }>): void {
  const record = book.evsesOf(event.stationId).find(({ evse }) => evse.number === event.evseNumber);
  if (record === undefined) return;
  const nowMs = book.ports.clock.monotonicMs();
  if (record.session !== undefined) {
    const session = afterMeasurement(record.session, event);
    if (session !== record.session) book.setSession(record, session);
  }
  if (record.evse.partner !== undefined) notePartnerEnergy(book, record, event);
  const amps = drawOnCircuit(record.evse, event, record.supply);
  // What was queued while the station was offline, or waited while we stood still, tells neither draw nor time.
  if (amps === undefined || book.stillness.arrivedAtMs(nowMs) < nowMs) return;
  record.pace = withTold(record.pace, { takenAtMs: event.takenAtMs, arrivedAtMs: nowMs });
  notePhases(record, event, nowMs);
  const station = book.station(event.stationId);
  if (station !== undefined) noteTimestamp(station, event, book.ports);
  const { id } = record.evse;
  const { ledger } = book.ports;
  const wasObedient = record.obedience.escalation === undefined;
  takeMeasurement(record, amps, {
    setpointAmpsMin: ledger.setpointAmpsMin(id, nowMs),
    exposureAmps: ledger.exposureAmps(id, book.presence(id), nowMs),
    nowMs,
  });
  if (station !== undefined) endPause(book, station, record, nowMs);
  if (!wasObedient && record.obedience.escalation === undefined)
    book.ports.log.info({ evseId: id }, 'station obeys again');
}
