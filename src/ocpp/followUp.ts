import type { ReportBody, Work } from '../domain/stationReport.ts';
import type { StationMessage } from './messages.ts';
import { type MessageLine, preparedMessage } from './preparedMessage.ts';

/** A message that a call of the station leads to, and what it is part of. */
export interface FollowUp {
  readonly message: StationMessage;
  readonly work: Work;
}

/** Sends it once the answer is on its way. What the station made of it is how far the work is. */
export async function sendFollowUp(line: MessageLine, { message, work }: FollowUp): Promise<ReportBody> {
  const told = { kind: 'progress', of: work, requestId: undefined } as const;
  const prepared = preparedMessage(line, message);
  // A chain of certificates longer than the version has room for, above all.
  if (prepared.kind !== 'ready') {
    const detail = prepared.kind === 'invalid' ? prepared.reason : prepared.kind;
    return { ...told, status: 'not sent', detail };
  }
  const outcome = await prepared.send();
  switch (outcome.kind) {
    case 'result':
      return { ...told, status: statusOf(outcome.payload), detail: undefined };
    case 'refused':
      return { ...told, status: outcome.code, detail: outcome.description };
    case 'in doubt':
    case 'unsent':
      return { ...told, status: outcome.kind, detail: outcome.why };
    default:
      return outcome satisfies never;
  }
}

const statusOf = (answer: object): string => ('status' in answer ? String(answer.status) : 'Accepted');
