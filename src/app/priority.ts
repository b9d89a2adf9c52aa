import type { EvseRecord } from '../control/evseRecord.ts';
import { missingRoom } from '../control/priority.ts';
import { askForPriority } from '../control/priorityGrant.ts';
import type { StationId } from '../domain/ids.ts';
import { rehearsedTicks } from './rehearsal.ts';
import type { Messenger, SentAnswer } from './stationCommands.ts';

interface Priority {
  readonly stationId: StationId;
  readonly transactionId: string;
}

/**
 * Has a station give a transaction priority by the profile that is programmed there [OCPP 2.1 K21.FR.10]. What that
 * allows nobody tells, so the EVSE counts with its maximum, on disk, before the station is asked: where every circuit has
 * room for that.
 */
export async function givePriority(
  running: Messenger,
  { stationId, transactionId }: Priority,
  ask: () => Promise<SentAnswer>,
): Promise<SentAnswer> {
  const { state, ledger, inputs, sessions, ports } = running;
  const record = state.withTransaction(stationId, transactionId);
  if (record === undefined) return keptBack(`no transaction "${transactionId}" runs there`);
  const { evse, driverPriority } = record;
  if (driverPriority !== undefined)
    return keptBack(
      'the allocation gives priority at its site: raise it with PATCH /api/v1/sessions/{session}',
    );
  if (ledger.isOverridden(evse.id)) return ask();
  const lack = lackOfRoom(running, record);
  if (lack !== undefined) return { ...keptBack(lack), isForNow: true };

  const tell = (isActive: boolean): void => {
    const atMs = ports.clock.nowMs();
    inputs.applyStationEvent({ kind: 'priority changed', stationId, atMs, transactionId, isActive });
  };
  const keep = (hasPriority: boolean): Promise<void> => {
    const at = { atMs: ports.clock.nowMs(), clock: 'right', aheadMs: 0 } as const;
    return sessions.take([{ stationId, transactionId, evseNumber: evse.number, at, hasPriority }]);
  };
  return askForPriority({ record, ledger, tell, keep, ask, isRefused });
}

function lackOfRoom(running: Messenger, { evse }: EvseRecord): string | undefined {
  const site = running.loaded.sites.find(({ evses }) => evses.some(({ id }) => id === evse.id));
  if (site !== undefined && running.state.stopOf(site.id) !== undefined)
    return `site "${site.id}" is stopped: release it first`;
  const { plans } = rehearsedTicks(running)(() => {});
  const plan = plans.find(({ topology }) => topology.evses.some((at) => at.evse.id === evse.id));
  const missing = plan && missingRoom(plan, evse.id, evse.maxAmps);
  return (
    missing &&
    `"${missing.node}" lacks ${Math.ceil(missing.amps * 10) / 10} A for the ${evse.maxAmps} A that ${evse.id} would count with: ` +
      'lower what others have there first, or raise the priority with PATCH /api/v1/sessions/{session}'
  );
}

const keptBack = (reason: string) => ({ outcome: 'kept back', reason }) as const;

/** Whether it is certain that nothing changed at the station. */
function isRefused(answer: SentAnswer): boolean {
  if (answer.outcome === 'answered')
    return !('status' in answer.answer && answer.answer.status === 'Accepted');
  return answer.outcome !== 'timed-out';
}
