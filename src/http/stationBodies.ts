import type { PartedReport } from '../control/stationNotes.ts';
import type { CommandRecord } from '../domain/commandRecord.ts';
import type { Fault } from '../domain/fault.ts';
import type { StationId } from '../domain/ids.ts';
import type { LoggedMessage } from '../domain/loggedMessage.ts';
import type { Reservation } from '../domain/reservation.ts';
import { instant } from './siteBody.ts';
import type { StationNow } from './stationPorts.ts';
import type {
  CommandBody,
  FaultBody,
  LoggedMessageBody,
  ReservationBody,
  StationBody,
  StationSummaryBody,
} from './stationSchemas.ts';

export const faultBody = (told: Fault): FaultBody => ({
  id: told.id,
  evseNumber: told.evseNumber,
  source: told.source,
  code: told.code,
  vendorCode: told.vendorCode ?? null,
  detail: told.detail ?? null,
  severity: told.severity,
  beganAt: instant(told.beganAtMs),
  endedAt: told.endedAtMs === undefined ? null : instant(told.endedAtMs),
});

export const summaryBody = (id: StationId, now: StationNow): StationSummaryBody => ({
  id,
  isOnline: now.isOnline,
  protocol: now.protocol ?? null,
  vendor: now.hardware?.vendor ?? null,
  model: now.hardware?.model ?? null,
  serialNumber: now.hardware?.serialNumber ?? null,
  firmware: now.hardware?.firmware ?? null,
  lastSeenAt: now.lastSeenAtMs === undefined ? null : instant(now.lastSeenAtMs),
  faultCount: now.faults.length,
  evses: now.evses.map((evse) => ({ ...evse })),
});

export const stationBody = (id: StationId, now: StationNow): StationBody => ({
  ...summaryBody(id, now),
  faults: now.faults.map(faultBody),
  readings: now.readings.map(({ takenAtMs, ...reading }) => ({ ...reading, at: instant(takenAtMs) })),
  work: now.work.map(({ of, requestId = null, status, detail = null, atMs }) => ({
    of,
    requestId,
    status,
    detail,
    at: instant(atMs),
  })),
});

export const commandBody = (record: CommandRecord): CommandBody => ({
  sequence: record.sequence,
  at: instant(record.atMs),
  actor: record.actor,
  command: record.command,
  request: record.request,
  outcome: record.outcome ?? null,
  answer: record.answer ?? null,
  answeredAt: record.answeredAtMs === undefined ? null : instant(record.answeredAtMs),
});

export const reservationBody = (held: Reservation): ReservationBody => ({
  id: held.id,
  evseNumber: held.evseNumber ?? null,
  tokenId: held.tokenId,
  groupTokenId: held.groupTokenId ?? null,
  expiresAt: instant(held.expiresAtMs),
  madeBy: held.madeBy,
  madeAt: instant(held.madeAtMs),
  state: held.state,
  endedAt: held.endedAtMs === undefined ? null : instant(held.endedAtMs),
});

export const reportBody = ({ of, requestId, isComplete, isCut, atMs, items }: PartedReport) => ({
  of,
  requestId,
  isComplete,
  isCut,
  at: instant(atMs),
  items: [...items],
});

export const loggedMessageBody = ({ atMs, payload, ...message }: LoggedMessage): LoggedMessageBody => ({
  ...message,
  at: instant(atMs),
  messageId: message.messageId ?? null,
  action: message.action ?? null,
  latencyMs: message.latencyMs ?? null,
  error: message.error ?? null,
  payload: payload ?? null,
});
