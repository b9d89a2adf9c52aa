import type { Decoded } from '../codec.ts';
import { statusCodes } from '../envelope.ts';

/** What a module answers, before it is put into an envelope. */
export interface Reply {
  readonly httpStatus: number;
  readonly statusCode: number;
  readonly message?: string;
  /** As it goes onto the wire. */
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const done = (data?: unknown, httpStatus = 200): Reply => ({
  httpStatus,
  statusCode: statusCodes.success,
  ...(data !== undefined && { data }),
});

/**
 * Ends a request with a refusal. What is authenticated, readable and about something that exists is refused with HTTP 200
 * and a status code alone [OCPI 2.2.1 transport and format].
 */
export class OcpiRefusal extends Error {
  readonly code = 'ocpi-refused';
  readonly reply: Reply;

  constructor(reply: Omit<Reply, 'message' | 'data'>, message: string) {
    super(message);
    this.name = 'OcpiRefusal';
    this.reply = { ...reply, message: message.slice(0, 255) };
  }
}

export const invalid = (message: string): OcpiRefusal =>
  new OcpiRefusal({ httpStatus: 200, statusCode: statusCodes.invalidParameters }, message);

export const notFound = (message: string): OcpiRefusal =>
  new OcpiRefusal({ httpStatus: 404, statusCode: statusCodes.clientError }, message);

export const notAllowed = (message: string): OcpiRefusal =>
  new OcpiRefusal({ httpStatus: 405, statusCode: statusCodes.clientError }, message);

export const unauthorised = (): OcpiRefusal =>
  new OcpiRefusal(
    { httpStatus: 401, statusCode: statusCodes.clientError },
    'the token is missing or not known, or not good for this',
  );

/** The value, or the refusal of a body that is not what the version describes. */
export function understood<Value>(decoded: Decoded<Value>): Value {
  if (decoded.status === 'read') return decoded.value;
  const [fault] = decoded.faults;
  throw invalid(`${fault?.path} ${fault?.message}`);
}
