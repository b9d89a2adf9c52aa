import type { Clock } from '../../control/ports.ts';

type VtnErrorCode =
  | 'timed out'
  | 'unreachable'
  | 'too large'
  | 'not JSON'
  | 'refused'
  | 'unreadable'
  | 'clock is off';

/** The VTN failed us. `status` is its HTTP status where it answered; `retryAfterMs` where it said when to come back. */
export class VtnError extends Error {
  readonly code: VtnErrorCode;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: VtnErrorCode,
    message: string,
    details: { readonly status?: number; readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'VtnError';
    this.code = code;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Parsed JSON; undefined where there was no body. */
  readonly body: unknown;
  /** As it came, for evidence. */
  readonly text: string;
  /** How far the other clock was ahead of ours, by its Date header; undefined without one. */
  readonly skewMs: number | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface HttpBounds {
  readonly timeoutMs: number;
  readonly bodyMaxBytes: number;
}

/**
 * One request, bounded in time and in size. It throws a VtnError when there is no answer that can be read; an answer of
 * any status is returned. Redirections are not followed: they could carry our token to somebody else.
 */
export async function exchange(request: HttpRequest, clock: Clock, bounds: HttpBounds): Promise<HttpAnswer> {
  const aborter = new AbortController();
  const cancelTimeout = clock.after(bounds.timeoutMs, () => aborter.abort());
  const sentAtMs = clock.nowMs();
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { accept: 'application/json', ...request.headers },
      redirect: 'manual',
      signal: aborter.signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const skewMs = skewOf(response.headers.get('date'), sentAtMs, clock.nowMs());
    const text = await boundedText(response, bounds.bodyMaxBytes);
    return {
      status: response.status,
      text,
      body: response.ok ? jsonOf(text, request.url) : undefined,
      skewMs,
      retryAfterMs: retryAfterOf(response.headers.get('retry-after')),
    };
  } catch (error) {
    if (error instanceof VtnError) throw error;
    if (aborter.signal.aborted) {
      throw new VtnError('timed out', `no answer from ${request.url} within ${bounds.timeoutMs} ms`);
    }
    throw new VtnError('unreachable', `${request.url} cannot be reached`, { cause: error });
  } finally {
    cancelTimeout();
  }
}

async function boundedText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (bytes > maxBytes) throw new VtnError('too large', `the answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string, url: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new VtnError('not JSON', `${url} answered something that is not JSON`, { cause: error });
  }
}

/** The header has whole seconds and was written somewhere between question and answer: what lies between counts as right. */
function skewOf(date: string | null, sentAtMs: number, arrivedAtMs: number): number | undefined {
  if (date === null) return undefined;
  const ms = Date.parse(date);
  if (Number.isNaN(ms)) return undefined;
  if (ms > arrivedAtMs) return ms - arrivedAtMs;
  return Math.min(0, ms + 999 - sentAtMs);
}

function retryAfterOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
