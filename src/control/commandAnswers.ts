import type { StationId } from '../domain/ids.ts';
import { outlivesSession } from '../domain/traits.ts';
import { learnFromAcceptance, learnFromRefusal } from './deviceLearning.ts';
import { refusedAgain } from './escalation.ts';
import type { EvseBook } from './evseBook.ts';
import { changeSetpoint, type EvseRecord } from './evseRecord.ts';
import type { CommandAnswer, StationCommand } from './ports.ts';
import type { Station } from './stationRecord.ts';
import { notePersistent } from './wear.ts';

/** A station answered a command, or whoever carries it says what became of it. */
export function applyAnswer(book: EvseBook, answer: CommandAnswer): void {
  const { ledger, clock, log } = book.ports;
  const nowMs = clock.monotonicMs();
  const command = ledger.inFlight(answer.evseId);
  const beforeAmps = ledger.lease(answer.evseId)?.setpointAmps;
  if (command === undefined || !ledger.answered({ ...answer, atMs: nowMs })) return;
  const record = book.evse(answer.evseId);
  if (answer.outcome === 'rejected' || answer.outcome === 'timed-out')
    commandFailed(book, record, command, answer);
  if (answer.outcome !== 'accepted') return;
  if (command.kind === 'end priority') book.ports.onDrop();
  if (!isSetpoint(command)) return;
  const station = taught(book, record, command.stationId);
  if (station !== undefined) learnFromAcceptance(station, command, answer.atMs, book.ports);
  if (command.kind === 'standing') {
    record.standingRetryAtMs = undefined;
    book.ports.onStanding(record.evse.id, command.amps);
    return;
  }
  if (record.refusal !== undefined) log.info({ evseId: record.evse.id }, 'station takes commands again');
  record.refusal = undefined;
  if (outlivesSession(record.traits.rung)) notePersistent(record, nowMs);
  const afterAmps = ledger.lease(record.evse.id)?.setpointAmps;
  if (afterAmps !== undefined) changeSetpoint(record, { beforeAmps, afterAmps }, book.moments());
}

/** Commands that nobody told the fate of count as unanswered. */
export function failOverdueCommands(book: EvseBook): void {
  const { ledger, clock } = book.ports;
  for (const { stationId, evseId, epoch, sequence } of ledger.overdue(clock.monotonicMs())) {
    const failed = { outcome: 'timed-out', reason: 'nobody answered for it', atMs: clock.nowMs() } as const;
    applyAnswer(book, { stationId, evseId, epoch, sequence, ...failed });
  }
}

/** Whether it tells an EVSE its current, for now or for good. */
const isSetpoint = (
  command: StationCommand,
): command is Extract<StationCommand, { kind: 'lease' | 'standing' }> =>
  command.kind === 'lease' || command.kind === 'standing';

/** Another operator refuses for reasons of its own, which tell nothing about its stations. */
const taught = (book: EvseBook, { evse }: EvseRecord, id: StationId): Station | undefined =>
  evse.partner === undefined ? book.station(id) : undefined;

/** Some know nothing of what they hold, and say so each time. */
const clearRetryMs = 15 * 60_000;

function commandFailed(
  book: EvseBook,
  record: EvseRecord,
  command: StationCommand,
  answer: CommandAnswer,
): void {
  const { clock, log } = book.ports;
  const { kind } = command;
  const { stationId, evseId, outcome, reason } = answer;
  if (kind === 'end priority') record.priorityRetryAtMs = clock.monotonicMs() + book.options.retryMs;
  if (kind === 'clear') record.clearRetryAtMs = clock.monotonicMs() + clearRetryMs;
  if (!isSetpoint(command)) {
    log.warn({ stationId, evseId, kind, outcome, reason }, 'station failed a command');
    return;
  }
  const isKnown = (kind === 'lease' ? record.refusal : record.standingRetryAtMs) !== undefined;
  if (!isKnown) log.warn({ stationId, evseId, kind, outcome, reason }, 'station failed a command');
  const station = taught(book, record, stationId);
  const next = station && learnFromRefusal(station, command, answer, book.ports);
  // What is written another way goes out with the next tick. Until it is taken the EVSE counts as it is.
  const nowMs = clock.monotonicMs();
  const retryAtMs = nowMs + (next === 'now' ? 0 : book.options.retryMs);
  if (kind === 'standing') {
    record.standingRetryAtMs = retryAtMs;
    return;
  }
  record.refusal = refusedAgain(record.refusal, nowMs, retryAtMs);
  book.ports.onDrop();
}
