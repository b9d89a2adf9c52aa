import { type Codec, type Decoded, decoder, object, optional, required, untold } from './codec.ts';
import { instant, integer, text } from './values.ts';

/** What a party says of a request [OCPI 2.2.1 status codes]. 19xx, 29xx, 39xx and 49xx are for parties to agree on. */
export const statusCodes = {
  success: 1000,
  clientError: 2000,
  invalidParameters: 2001,
  notEnoughInformation: 2002,
  unknownLocation: 2003,
  unknownToken: 2004,
  serverError: 3000,
  unusableApi: 3001,
  unsupportedVersion: 3002,
  noMatchingEndpoints: 3003,
  hubError: 4000,
  unknownReceiver: 4001,
  hubTimeout: 4002,
  hubConnectionProblem: 4003,
} as const;

export const isSuccess = (statusCode: number): boolean => statusCode >= 1000 && statusCode < 2000;

/** What every answer comes in. */
export interface Envelope<Data> {
  /** Absent where a party has nothing to say, and in most refusals. */
  readonly data?: Data;
  readonly statusCode: number;
  readonly statusMessage?: string;
  readonly timestampMs: number;
}

const head = {
  statusCode: required('status_code', integer(0)),
  statusMessage: optional('status_message', text(255)),
  timestampMs: required('timestamp', instant),
};

export const envelope = <Data>(data: Codec<Data>): Codec<Envelope<Data>> =>
  object<Envelope<Data>>({ data: optional('data', data), ...head });

/** Reads answers. What a party sends beside a refusal is not looked at: nobody says what it is. */
export function answerDecoder<Data>(data: Codec<Data>): (body: unknown) => Decoded<Envelope<Data>> {
  const readHead = decoder(object<Envelope<never>>({ data: untold<never | undefined>(undefined), ...head }));
  const readWhole = decoder(envelope(data));
  return (body) => {
    const decoded = readHead(body);
    const isAnswer = decoded.status === 'read' && isSuccess(decoded.value.statusCode);
    return isAnswer ? readWhole(body) : decoded;
  };
}
