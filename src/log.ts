import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** The one list of what never reaches a log. */
const secrets = [
  'password',
  'token',
  'tokenId',
  'idTag',
  'idToken',
  'authorization',
  'req.headers.authorization',
  '*.password',
  '*.token',
  '*.tokenId',
  '*.idTag',
  '*.idToken',
  '*.authorization',
];

/** The root logger: JSON lines on standard error, so that standard output stays free for a command's result. */
export function createLogger(level: string): Logger {
  return pino(
    { level, redact: { paths: secrets, censor: '[redacted]' }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
