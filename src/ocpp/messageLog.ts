import type { Clock } from '../control/ports.ts';
import type { LoggedMessage } from '../domain/loggedMessage.ts';
import { withoutPrivate } from '../domain/secrets.ts';
import { type Frame, parseFrame } from './frames.ts';
import { MessageRecords } from './messageRecords.ts';

export interface MessageLogLimits {
  /** What the messages of all stations may take. 0 keeps none. */
  readonly maxLogBytes: number;
  /** What those of one station may take while there are few. */
  readonly maxStationLogBytes: number;
}

/** What the share of each station is cut to when another one comes and all of them would be too much. */
const shareStep = 0.75;

/**
 * The newest messages between each station and us.
 *
 * Every station has the same share, so that a talkative one takes nothing from the others. All shares together are within
 * the bound at any time, so nothing has to be counted over all of them.
 */
export class MessageLog {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  readonly #stations: StationMessages[] = [];
  #shareBytes: number;

  constructor({ maxLogBytes, maxStationLogBytes }: MessageLogLimits, clock: Clock) {
    this.#maxBytes = maxLogBytes;
    this.#clock = clock;
    this.#shareBytes = Math.min(maxLogBytes, maxStationLogBytes);
  }

  /** For a station that was not there before. */
  station(): StationMessages {
    const messages = new StationMessages(this.#clock, this.#shareBytes);
    this.#stations.push(messages);
    this.#fitShares();
    return messages;
  }

  #fitShares(): void {
    if (this.#shareBytes * this.#stations.length <= this.#maxBytes) return;
    while (this.#shareBytes * this.#stations.length > this.#maxBytes)
      this.#shareBytes = Math.floor(this.#shareBytes * shareStep);
    for (const each of this.#stations) each.fitInto(this.#shareBytes);
  }
}

/** The newest messages of one station. One is read, and what is private taken out, when somebody asks. */
export class StationMessages {
  readonly #clock: Clock;
  readonly #records: MessageRecords;
  /** Of the next. From the wall clock on, because a station does not come to a message a millisecond. */
  #sequence: number;

  constructor(clock: Clock, shareBytes: number) {
    this.#clock = clock;
    this.#records = new MessageRecords(shareBytes);
    this.#sequence = clock.nowMs();
  }

  note(isSent: boolean, message: Buffer): void {
    const now = { atMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() };
    if (this.#records.add({ isSent, message, ...now })) this.#sequence += 1;
  }

  /** Keeps what of the newest has room. */
  fitInto(shareBytes: number): void {
    this.#records.fitInto(shareBytes);
  }

  /** The oldest first. */
  read(): readonly LoggedMessage[] {
    const all = this.#records.all();
    const calls = new Map<string, { readonly action: string; readonly monotonicMs: number }>();
    return all.map(({ isSent, atMs, monotonicMs, message, length }, index) => {
      const text = message.toString();
      const isCut = message.length < length;
      const frame = isCut ? frameOfHead(text) : parseFrame(text);
      const { kind, messageId } = frame;
      const isCall = kind === 'call' || kind === 'send';
      if (isCall) calls.set(`${isSent} ${messageId}`, { action: frame.action, monotonicMs });
      const answered = isCall ? undefined : calls.get(`${!isSent} ${messageId}`);
      return {
        ...{ sequence: this.#sequence - all.length + index, atMs, isSent, kind, messageId, length, isCut },
        action: isCall ? frame.action : answered?.action,
        latencyMs: answered && Math.round(monotonicMs - answered.monotonicMs),
        error: errorOf(frame),
        payload: isCut || !('payload' in frame) ? undefined : withoutPrivate(frame.payload),
      };
    });
  }
}

/** What the head of a message tells without the rest. */
function frameOfHead(text: string): Frame {
  const [, type = '', messageId = '', action] =
    /^\s*\[\s*(\d)\s*,\s*"([^"\\]{1,36})"(?:\s*,\s*"([^"\\]*)")?/.exec(text) ?? [];
  return parseFrame(JSON.stringify([Number(type), messageId, action, null]));
}

function errorOf(frame: Frame): LoggedMessage['error'] {
  switch (frame.kind) {
    case 'error':
    case 'result error':
      return { code: frame.code, description: frame.description };
    case 'malformed':
      return { code: frame.code, description: frame.why };
    case 'call':
    case 'send':
    case 'result':
      return undefined;
    default:
      return frame satisfies never;
  }
}
