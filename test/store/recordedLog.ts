import { pino } from 'pino';
import type { Logger } from '../../src/log.ts';

/** A logger that keeps what was logged, to be asked for the messages. */
export function recordedLog(): { readonly log: Logger; messages(): readonly string[] } {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  return { log, messages: () => lines.map((line) => JSON.parse(line).msg) };
}
