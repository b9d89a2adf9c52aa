import type { StationId } from './ids.ts';

/** Who asked a station for what, and what became of it. Secrets are left out. */
export interface CommandRecord {
  /** Rises with time. */
  readonly sequence: number;
  readonly stationId: StationId;
  readonly atMs: number;
  readonly actor: string;
  readonly command: string;
  readonly request: unknown;
  /** undefined as long as nobody knows: it waits for its answer, or we died meanwhile. */
  readonly outcome: CommandOutcome | undefined;
  /** The station's answer, or why there is none. */
  readonly answer: unknown;
  readonly answeredAtMs: number | undefined;
}

/**
 * `answered`: what a message of the specification was answered tells its answer. `failed`: the answer was an error of the
 * protocol. `kept back`: it was not sent, because of what it would do.
 */
export type CommandOutcome =
  | 'answered'
  | 'accepted'
  | 'rejected'
  | 'failed'
  | 'timed-out'
  | 'unsent'
  | 'kept back';

export type CommandAsked = Pick<CommandRecord, 'stationId' | 'atMs' | 'actor' | 'command' | 'request'>;

export interface CommandEnd {
  readonly outcome: CommandOutcome;
  readonly answer: unknown;
  readonly answeredAtMs: number;
}
