import type { CallOutcome } from './callQueue.ts';
import type { ReplyData, StationReply } from './requests.ts';
import { commandResult, type StatusAnswer, wordOf } from './setpoint.ts';

/** The reply to a request whose answer says in `status` whether it was granted. */
export function statusReply<Answer extends StatusAnswer>(
  outcome: CallOutcome<Answer>,
  acceptedStatuses: readonly string[] = ['Accepted'],
  dataOf: (answer: Answer) => ReplyData | undefined = () => undefined,
): StationReply {
  if (outcome.kind !== 'result') return failedReply(outcome);
  const reason = wordOf(outcome.payload);
  if (!acceptedStatuses.includes(outcome.payload.status)) return { outcome: 'rejected', reason };
  return { outcome: 'accepted', reason, data: dataOf(outcome.payload) };
}

/** The reply where no answer came that could be read. */
export function failedReply(outcome: Exclude<CallOutcome<StatusAnswer>, { kind: 'result' }>): StationReply {
  const { outcome: failed, reason } = commandResult(outcome);
  return { outcome: failed === 'accepted' ? 'rejected' : failed, reason };
}

/** A request that this version, or this form of it, has no message for. */
export const unsentReply = (reason: string): StationReply => ({ outcome: 'unsent', reason });
