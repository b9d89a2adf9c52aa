import type { InfluxConfig } from './sender.ts';

/** Whether the time-series database would take points. */
export type Reached =
  | { readonly status: 'answers'; readonly clockAheadMs: number | undefined }
  /** It understood and said no: trying again cannot help. */
  | { readonly status: 'refuses'; readonly httpStatus: number; readonly why: string }
  | { readonly status: 'away'; readonly why: string };

const timeoutMs = 5_000;
const bodyMax = 300;
/** The header tells whole seconds, of the instant at which the answer was begun. */
const headerErrorMs = 500;

/** Offers a batch without a point, which is answered as one with points would be and changes nothing. */
export async function reachTimeSeries(config: InfluxConfig, nowMs: () => number): Promise<Reached> {
  const { url, token, org, bucket } = config;
  const address = new URL('api/v2/write', url.endsWith('/') ? url : `${url}/`);
  address.search = new URLSearchParams({ org, bucket, precision: 'ms' }).toString();
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: token === '' ? {} : { authorization: `Token ${token}` },
      body: '',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = (await answer.text()).slice(0, bodyMax);
    const { status: httpStatus } = answer;
    // InfluxDB 2 may call a batch without points a bad request, after it has looked at token and bucket.
    const isTaken = answer.ok || httpStatus === 400;
    if (!isTaken)
      return {
        status: httpStatus < 500 ? 'refuses' : 'away',
        httpStatus,
        why: `${httpStatus} ${text}`.trim(),
      };
    const date = Date.parse(answer.headers.get('date') ?? '');
    return {
      status: 'answers',
      clockAheadMs: Number.isFinite(date) ? date + headerErrorMs - nowMs() : undefined,
    };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { status: 'away', why: cause instanceof Error ? cause.message : String(cause) };
  }
}
