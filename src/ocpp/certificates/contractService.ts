import type { Clock } from '../../control/ports.ts';
import type { StationId } from '../../domain/ids.ts';
import type { Logger } from '../../log.ts';

export interface ContractServiceOptions {
  /** The name of the message is appended. */
  readonly url: string;
  readonly token: string | undefined;
}

/** A station waits for its answer meanwhile, and with it what it tells next. */
const timeoutMs = 10_000;
/** An installed contract has 17,000 characters at most [OCPP 2.1 Get15118EVCertificateResponse]. */
const answerMaxBytes = 64 * 1024;

/**
 * Asks the service that has to do with contracts of cars (Plug & Charge): `POST <url>/<message>` with the station and its
 * message. What it answers goes to the station if it fits. Never rejects.
 */
export const contractService =
  ({ url, token }: ContractServiceOptions, { clock, log }: { readonly clock: Clock; readonly log: Logger }) =>
  async (stationId: StationId, action: string, request: unknown): Promise<unknown> => {
    const given = new AbortController();
    const cancel = clock.after(timeoutMs, () => given.abort(new Error(`no answer within ${timeoutMs} ms`)));
    try {
      const response = await fetch(`${url.replace(/\/$/, '')}/${action}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ stationId, request }),
        redirect: 'manual',
        signal: given.signal,
      });
      if (response.ok) return await limitedJson(response);
      await response.body?.cancel();
      log.warn({ stationId, action, status: response.status }, 'contract service refused');
    } catch (error) {
      log.warn({ stationId, action, err: error }, 'contract service gave no answer');
    } finally {
      cancel();
    }
    return undefined;
  };

async function limitedJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > answerMaxBytes) throw new Error(`the answer has more than ${answerMaxBytes} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
