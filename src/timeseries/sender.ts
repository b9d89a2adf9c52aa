import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB, setLogger } from '@influxdata/influxdb-client';
import type { Logger } from '../log.ts';

export interface InfluxConfig {
  /** Base address of an InfluxDB 2 write API, which InfluxDB 1.8, 3 and VictoriaMetrics serve as well. */
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
}

export type Outcome =
  | { readonly status: 'written' }
  /** `failed` may work later, `refused` never will. */
  | { readonly status: 'failed' | 'refused'; readonly why: string };

/** Writes one batch of lines at a time, or does not: nothing is kept, nothing is tried again. Never rejects. */
export interface Sender {
  send(batch: string[]): Promise<Outcome>;
  /** Ends the request that hangs, if one does. */
  destroy(): void;
}

export function influxSender(
  { url, token, org, bucket }: InfluxConfig,
  { batchMax, requestTimeoutMs }: { readonly batchMax: number; readonly requestTimeoutMs: number },
  log: Logger,
): Sender {
  const agent = url.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true })
    : new HttpAgent({ keepAlive: true });
  // The client has one logger for the whole process, the console unless it is told otherwise.
  setLogger({
    error: (message, error) => log.debug({ err: error }, message),
    warn: (message, error) => log.debug({ err: error }, message),
  });
  const client = new InfluxDB({ url, token, timeout: requestTimeoutMs, transportOptions: { agent } });
  // One more than a batch, no timer, no retry: the client sends when it is told and only then.
  const api = client.getWriteApi(org, bucket, 'ms', {
    batchSize: batchMax + 1,
    flushInterval: 0,
    maxRetries: 0,
    writeFailed: (error) => Promise.reject(error),
  });
  return {
    async send(batch) {
      try {
        api.writeRecords(batch);
        await api.flush();
        return { status: 'written' };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { status: isRefusal(error) ? 'refused' : 'failed', why };
      }
    },
    destroy: () => agent.destroy(),
  };
}

/** A client error other than "timed out" and "too many requests" is about what we send, and will not pass. */
const isRefusal = (error: unknown): boolean =>
  error instanceof HttpError &&
  error.statusCode >= 400 &&
  error.statusCode < 500 &&
  ![408, 429].includes(error.statusCode);
