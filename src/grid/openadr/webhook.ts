import { createHash, timingSafeEqual } from 'node:crypto';

/** A call of the VTN at our callback address, as any HTTP server has it. */
export interface WebhookRequest {
  readonly method: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
  /** Parsed JSON. */
  readonly body: unknown;
}

export interface WebhookAnswer {
  readonly status: 200 | 204 | 400 | 401 | 405 | 503;
  /** Plain text. */
  readonly text: string;
}

const echoForm = /^[A-Za-z0-9_.~+/=-]{1,512}$/;

/**
 * The answer to a call: the challenge of Switch repeated, or a notice taken in.
 *
 * The challenge comes before the VTN keeps our token, so it is answered to anybody; what is repeated is one word of
 * harmless characters, as plain text. Everything else must show the token of the subscription.
 */
export async function answerWebhook(
  request: WebhookRequest,
  bearerToken: string,
  take: (body: unknown) => Promise<'taken' | 'unreadable' | 'later'>,
): Promise<WebhookAnswer> {
  const { method, query, authorization, body } = request;
  if (method === 'GET') {
    const { echo } = query;
    return typeof echo === 'string' && echoForm.test(echo)
      ? { status: 200, text: echo }
      : { status: 400, text: 'echo is missing, or has characters that are not repeated' };
  }
  if (method !== 'POST') return { status: 405, text: 'only GET and POST are answered here' };
  if (!isSame(authorization ?? '', `Bearer ${bearerToken}`))
    return { status: 401, text: 'the token is wrong' };
  switch (await take(body)) {
    case 'taken':
      return { status: 204, text: '' };
    case 'unreadable':
      return { status: 400, text: 'this is no notification of OpenADR 3' };
    case 'later':
      return { status: 503, text: 'not now: try again' };
  }
}

/** Digests have one length, so the comparison takes one time. */
const isSame = (given: string, wanted: string): boolean =>
  timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(wanted).digest());
