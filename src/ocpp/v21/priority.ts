import type { Dialect, Handled, StationScope } from '../dialect.ts';
import { statusReply } from '../reply.ts';
import type { StatusResponse, UsePriorityChargingRequest } from '../v201/messages.ts';
import type { NotifyPriorityChargingRequest } from './messages.ts';
import { schemas } from './schemas.ts';

const usePriority = schemas.procedure<UsePriorityChargingRequest, StatusResponse>('UsePriorityCharging');

/**
 * A driver switched priority charging on or off at the station [OCPP 2.1 K22]. We install no profile for it: one that
 * somebody else did prevails over our setpoints. A station does not tell it again, so it is kept before it is answered.
 */
export function priorityChanged(
  { transactionId, activated }: NotifyPriorityChargingRequest,
  station: StationScope,
): Handled<object> {
  station.log.info({ transactionId, activated }, 'station changed its priority charging');
  const at = { atMs: station.nowMs(), clock: 'right', aheadMs: 0 } as const;
  const evseNumber = station.memory.evseOf(transactionId);
  return {
    response: {},
    news: [{ kind: 'priority changed', transactionId, isActive: activated }],
    facts: [{ transactionId, evseNumber, at, hasPriority: activated, isSignOfLife: true }],
  };
}

/** The commands of every version, and the end of priority charging [OCPP 2.1 K21]. */
export const withPriority =
  (others: Dialect['command']): Dialect['command'] =>
  async (calls, command, nowMs) => {
    if (command.kind !== 'end priority') return others(calls, command, nowMs);
    const { transactionId } = command;
    const request = () => ({ transactionId, activate: false });
    return statusReply(await calls.call(usePriority, request, { urgency: 'request' }));
  };
