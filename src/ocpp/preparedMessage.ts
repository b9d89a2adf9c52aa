import type { StationEffect } from '../domain/stationEffect.ts';
import type { CallOutcome, CallQueue, CallTerms } from './callQueue.ts';
import type { Dialect } from './dialect.ts';
import { dialects } from './dialects.ts';
import type { StationMessage } from './messages.ts';
import type { StationReply, StationRequest } from './requests.ts';

/** A message that was checked against the version its station speaks, or why there is nothing to send. */
export type Preparation =
  | {
      readonly kind: 'ready';
      readonly protocol: string;
      readonly effects: readonly StationEffect[];
      /** Never rejects: what failed is in the outcome. */
      send(): Promise<CallOutcome<object>>;
    }
  | { readonly kind: 'not connected' }
  | {
      readonly kind: 'not in version';
      readonly protocol: string;
      /** The versions that have it; none: it is no message that a station is sent. */
      readonly protocols: readonly string[];
    }
  /** `path` is a JSON Pointer into the payload. */
  | { readonly kind: 'invalid'; readonly path: string; readonly reason: string };

/** Every message that a station of some version may be sent, with the versions that have it. */
export const messageCatalogue = (): ReadonlyMap<string, readonly string[]> => {
  const actions = [...dialects.values()].flatMap(({ messages }) => messages.actions);
  return new Map([...new Set(actions)].sort().map((action) => [action, protocolsWith(action)]));
};

const protocolsWith = (action: string): readonly string[] =>
  [...dialects.values()]
    .filter(({ messages }) => messages.actions.includes(action))
    .map(({ subprotocol }) => subprotocol)
    .sort();

/** What a station of some version is reached by. */
export interface MessageLine {
  readonly dialect: Dialect;
  readonly calls: CallQueue;
  /** Hears of each message before it goes out; what it returns hears what became of it. */
  readonly follow?: (message: StationMessage) => (outcome: CallOutcome<object>) => void;
}

export function preparedMessage(
  { dialect, calls, follow }: MessageLine,
  message: StationMessage,
  urgency: CallTerms['urgency'] = 'request',
): Preparation {
  const { subprotocol: protocol, messages } = dialect;
  const { action, payload } = message;
  const procedure = messages.procedure(action);
  if (procedure === undefined) return { kind: 'not in version', protocol, protocols: protocolsWith(action) };
  if (!procedure.request.check(payload)) {
    const { path, description } = procedure.request.violation();
    return { kind: 'invalid', path, reason: description };
  }
  return {
    kind: 'ready',
    protocol,
    effects: messages.effects({ action, payload }),
    send: async () => {
      const told = follow?.(message);
      const outcome = await calls.call(procedure, () => payload, { urgency });
      told?.(outcome);
      return outcome;
    },
  };
}

/** A request that was put into the words of its station's version, or why it cannot be. */
export type RequestPreparation =
  | {
      readonly kind: 'ready';
      readonly effects: readonly StationEffect[];
      /** Never rejects: what failed is in the reply. */
      send(): Promise<StationReply>;
    }
  | { readonly kind: 'unsent'; readonly reason: string };

export function preparedRequest(
  line: MessageLine,
  request: StationRequest,
  urgency: CallTerms['urgency'] = 'request',
): RequestPreparation {
  const { dialect } = line;
  const translated = dialect.requestMessage(request);
  if ('why' in translated) return { kind: 'unsent', reason: translated.why };
  const prepared = preparedMessage(line, translated, urgency);
  switch (prepared.kind) {
    case 'ready': {
      const send = async () => dialect.reply(request, await prepared.send());
      return { kind: 'ready', effects: effectsOf(request, prepared.effects), send };
    }
    case 'invalid':
      return { kind: 'unsent', reason: `the request is not valid: ${prepared.reason}` };
    case 'not in version':
      return { kind: 'unsent', reason: `${prepared.protocol} has no ${translated.action}` };
    case 'not connected':
      return { kind: 'unsent', reason: prepared.kind };
    default:
      return prepared satisfies never;
  }
}

/** The profile that comes along with a start of ours is ours, and a password that we set is known to us. */
const effectsOf = (request: StationRequest, effects: readonly StationEffect[]): readonly StationEffect[] =>
  request.kind === 'remote start' || request.kind === 'set password' ? [] : effects;
