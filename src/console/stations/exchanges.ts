import type { LoggedMessageBody } from '../../http/stationSchemas.ts';

/** A call with its answer, or a message that stands alone: one without an answer, or an answer whose call is gone. */
export interface Exchange {
  readonly first: LoggedMessageBody;
  readonly answer: LoggedMessageBody | undefined;
}

/** As the server has them, the newest first, into calls and their answers. */
export function exchangesIn(messages: readonly LoggedMessageBody[]): readonly Exchange[] {
  const answers = new Map<string, LoggedMessageBody>();
  const exchanges: Exchange[] = [];
  for (const message of messages) {
    const { kind, isSent, messageId, action } = message;
    const isAnswer = kind === 'result' || kind === 'error';
    if (isAnswer && action !== null) {
      answers.set(`${isSent} ${messageId}`, message);
      continue;
    }
    const key = `${!isSent} ${messageId}`;
    exchanges.push({ first: message, answer: kind === 'call' ? answers.get(key) : undefined });
    // Ids of some stations begin anew when they boot.
    answers.delete(key);
  }
  return exchanges;
}

/** Every word of `sought` is in it somewhere: in an action, an id, a value. */
export function fits({ first, answer }: Exchange, sought: string): boolean {
  const text = JSON.stringify([first, answer]).toLowerCase();
  return sought
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What stations say all day long: signs of life, and meter values, which are events of a transaction in 2.x. */
export const isRoutine = ({ first: { action, payload } }: Exchange): boolean =>
  action === 'Heartbeat' ||
  action === 'MeterValues' ||
  (action === 'TransactionEvent' && JSON.stringify(payload).includes('"MeterValuePeriodic"'));

/** As JSON lines, the oldest first, each message as the server tells it. */
export const linesOf = (exchanges: readonly Exchange[]): string =>
  exchanges
    .flatMap(({ first, answer }) => (answer === undefined ? [first] : [first, answer]))
    .sort((one, other) => one.sequence - other.sequence)
    .map((message) => `${JSON.stringify(message)}\n`)
    .join('');
