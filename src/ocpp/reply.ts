import type { CallOutcome } from './callQueue.ts';
import type { ReplyData, StationReply } from './requests.ts';

/** What the answers of all versions have in common. */
interface StatusAnswer {
  readonly status: string;
  /** 2.x only. */
  readonly statusInfo?: { readonly reasonCode: string; readonly additionalInfo?: string };
}

/** What stations say when they do it, now or as soon as they can. No version has one of these for a refusal. */
const acceptedStatuses = ['Accepted', 'AcceptedCanceled', 'RebootRequired', 'Scheduled', 'Unlocked'];

/** The reply to a call whose answer says in `status` whether it was granted; an answer without one grants it. */
export function statusReply<Answer extends object>(
  outcome: CallOutcome<Answer>,
  dataOf: (answer: Answer) => ReplyData | undefined = () => undefined,
): StationReply {
  if (outcome.kind !== 'result') return failedReply(outcome);
  const { status, statusInfo } = statusOf(outcome.payload);
  const reason = [status, statusInfo?.reasonCode, statusInfo?.additionalInfo].filter(Boolean).join(' ');
  if (status !== undefined && !acceptedStatuses.includes(status)) return { outcome: 'rejected', reason };
  return { outcome: 'accepted', reason, data: dataOf(outcome.payload) };
}

/** Every answer was checked against its schema, and `status` is the same in all of them. */
const statusOf = (answer: object): Partial<StatusAnswer> =>
  'status' in answer ? (answer as StatusAnswer) : {};

/**
 * The reply to a call that got no proper answer.
 *
 * A refusal proves that nothing changed. An error of the station's own does not: it may have come after a profile
 * was installed, so it counts like no answer.
 */
function failedReply(outcome: Exclude<CallOutcome<unknown>, { kind: 'result' }>): StationReply {
  switch (outcome.kind) {
    case 'refused': {
      const isCertain = !['InternalError', 'GenericError'].includes(outcome.code);
      const reason = `${outcome.code} ${outcome.description}`.trim();
      return { outcome: isCertain ? 'rejected' : 'timed-out', reason };
    }
    case 'in doubt':
      return { outcome: 'timed-out', reason: outcome.why };
    case 'unsent':
      return unsentReply(outcome.why);
    default:
      return outcome satisfies never;
  }
}

/** The reply where no message could be sent. */
export const unsentReply = (reason: string): StationReply => ({ outcome: 'unsent', reason });
