import type { ErrorCode } from './errors.ts';

/** One message of the RPC framework of OCPP-J, as read from the wire. [OCPP 2.0.1 Part 4, 4.2] */
export type Frame =
  | { readonly kind: 'call'; readonly messageId: string; readonly action: string; readonly payload: unknown }
  | { readonly kind: 'result'; readonly messageId: string; readonly payload: unknown }
  | {
      readonly kind: 'error';
      readonly messageId: string;
      readonly code: string;
      readonly description: string;
    }
  /** A call without an answer. [OCPP 2.1] */
  | { readonly kind: 'send'; readonly messageId: string; readonly action: string; readonly payload: unknown }
  /** The station could not read our result. [OCPP 2.1] */
  | {
      readonly kind: 'result error';
      readonly messageId: string;
      readonly code: string;
      readonly description: string;
    }
  /** Not a message at all. `messageId` where it could be read. */
  | {
      readonly kind: 'malformed';
      readonly messageId: string | undefined;
      readonly code: ErrorCode;
      readonly why: string;
    };

/** [OCPP 2.0.1 Part 4, 4.1.4] */
const messageIdLengthMax = 36;
/** Stands for an id that could not be read. [OCPP 2.0.1 Part 4, 4.2.3] */
const unreadableMessageId = '-1';
/** [OCPP 2.0.1 Part 4, 4.2.3] */
const descriptionLengthMax = 255;

const messageType = { call: 2, result: 3, error: 4, resultError: 5, send: 6 } as const;

/** Reads one frame. Never throws: what is no frame comes back as `malformed` with the reason. */
export function parseFrame(text: string): Frame {
  const value = parseJson(text);
  if (value === undefined) return malformed(undefined, 'is not JSON');
  if (!Array.isArray(value)) return malformed(undefined, 'is not a JSON array');

  const [type, messageId, third, fourth]: unknown[] = value;
  if (typeof messageId !== 'string' || messageId === '' || messageId.length > messageIdLengthMax) {
    return malformed(undefined, `has no message id of 1 to ${messageIdLengthMax} characters`);
  }
  switch (type) {
    case messageType.call:
    case messageType.send:
      if (typeof third !== 'string') return malformed(messageId, 'has no action');
      return {
        kind: type === messageType.call ? 'call' : 'send',
        messageId,
        action: third,
        payload: orEmpty(fourth),
      };
    case messageType.result:
      return { kind: 'result', messageId, payload: orEmpty(third) };
    case messageType.error:
      return { kind: 'error', messageId, code: textOf(third), description: textOf(fourth) };
    case messageType.resultError:
      return { kind: 'result error', messageId, code: textOf(third), description: textOf(fourth) };
    default:
      return unknownType(messageId);
  }
}

/** A message of a type that this version does not have. */
export const unknownType = (messageId: string): Malformed => ({
  ...malformed(messageId, 'has an unknown message type'),
  code: 'MessageTypeNotSupported',
});

export const writeCall = (messageId: string, action: string, payload: unknown): string =>
  JSON.stringify([messageType.call, messageId, action, payload]);

export const writeResult = (messageId: string, payload: unknown): string =>
  JSON.stringify([messageType.result, messageId, payload]);

export const writeError = (messageId: string | undefined, code: string, description: string): string =>
  errorFrame(messageType.error, messageId ?? unreadableMessageId, code, description);

/** Tells the station that its result could not be read. [OCPP 2.1] */
export const writeResultError = (messageId: string, code: string, description: string): string =>
  errorFrame(messageType.resultError, messageId, code, description);

const errorFrame = (type: number, messageId: string, code: string, description: string): string =>
  JSON.stringify([type, messageId, code, description.slice(0, descriptionLengthMax), {}]);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Malformed = Extract<Frame, { kind: 'malformed' }>;

const malformed = (messageId: string | undefined, why: string): Malformed => ({
  kind: 'malformed',
  messageId,
  code: 'RpcFrameworkError',
  why,
});

/** An empty payload may be written as null. [OCPP 2.0.1 Part 4, 4.1.5] */
const orEmpty = (payload: unknown): unknown => payload ?? {};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
