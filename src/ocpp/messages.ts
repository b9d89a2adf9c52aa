import type { StationEffect } from '../domain/stationEffect.ts';
import type { Procedure, PublishedSchemas } from './schemas.ts';

/** A message of the specification as it is on the wire, on its way to a station. */
export interface StationMessage {
  readonly action: string;
  readonly payload: unknown;
}

/** What of one version we may send, by action. */
export interface Messages {
  readonly actions: readonly string[];
  /** undefined for what a station does not understand in this version, or is not ours to send. */
  procedure(action: string): Procedure<object, object> | undefined;
  /** What a valid message would do to the limits of the station. */
  effects(message: { readonly action: string; readonly payload: object }): readonly StationEffect[];
}

/**
 * The messages with these actions.
 *
 * Their schemas are compiled when they are first asked for: most are never sent, and all of them together would delay
 * every start by more than a second. The first message of a kind costs tens of milliseconds once.
 */
export function messagesOf(
  schemas: PublishedSchemas,
  actions: readonly string[],
  effects: Messages['effects'],
): Messages {
  const compiled = new Map<string, Procedure<object, object>>();
  return {
    actions,
    procedure(action) {
      if (!actions.includes(action)) return undefined;
      const procedure = compiled.get(action) ?? schemas.procedure<object, object>(action);
      compiled.set(action, procedure);
      return procedure;
    },
    effects,
  };
}
