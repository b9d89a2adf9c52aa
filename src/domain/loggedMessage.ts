/** One message of OCPP as it went between a station and us, without what is nobody's to read in a log. */
export interface LoggedMessage {
  /** Rises with every message of the station, over restarts of the service too. */
  readonly sequence: number;
  readonly atMs: number;
  /** To the station, by us. */
  readonly isSent: boolean;
  readonly kind: 'call' | 'send' | 'result' | 'error' | 'result error' | 'malformed';
  /** undefined where it could not be read. */
  readonly messageId: string | undefined;
  /** Of an answer: that of the call it answers, while that is kept. */
  readonly action: string | undefined;
  /** Of an answer: since the call. */
  readonly latencyMs: number | undefined;
  /** What an error says, or why this is no message. */
  readonly error: { readonly code: string; readonly description: string } | undefined;
  /** undefined where there is none, or it was too large to keep. */
  readonly payload: unknown;
  readonly isCut: boolean;
  /** Of the whole, in bytes. */
  readonly length: number;
}
