import { STATUS_CODES } from 'node:http';
import type { FastifyError } from 'fastify';
import type { Refusal } from '../domain/limitRequest.ts';
import { type CodedRefusal, codedRefusal, type RefusalCode } from './refusalCodes.ts';

/** Every way a request can fail, with its HTTP status. The kind is the last part of the problem's `type`. */
const statusCodes = {
  'invalid-request': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  conflict: 409,
  'body-too-large': 413,
  'url-too-long': 414,
  'unsupported-media-type': 415,
  refused: 422,
  'too-many-attempts': 429,
  'headers-too-large': 431,
  'internal-error': 500,
  'partner-failed': 502,
  'station-failed': 502,
  'station-unreachable': 502,
  unavailable: 503,
  'station-timeout': 504,
} as const;

type ProblemKind = keyof typeof statusCodes;

interface ProblemText {
  /** What is wrong, and what to do. */
  readonly detail: string;
  /** The key of the request at fault. */
  readonly field?: string;
}

/** Ends a request with a problem. */
export class ProblemError extends Error {
  readonly kind: ProblemKind;
  readonly statusCode: number;
  readonly field: string | undefined;

  constructor(kind: ProblemKind, { detail, field }: ProblemText) {
    super(detail);
    this.name = 'ProblemError';
    this.kind = kind;
    this.statusCode = statusCodes[kind];
    this.field = field;
  }
}

/** A refusal of the domain as a problem. */
export const refusal = ({ field, why }: Refusal): ProblemError =>
  new ProblemError('refused', { field, detail: `${field} ${why}` });

/** The media type of `problemBody` [RFC 9457 section 3]. */
export const problemMediaType = 'application/problem+json';

interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly field?: string;
  readonly code?: RefusalCode;
  readonly values?: CodedRefusal['values'];
  readonly parts?: CodedRefusal['parts'];
}

export function problemBody({ kind, statusCode, message, field }: ProblemError): ProblemBody {
  const title = STATUS_CODES[statusCode] ?? kind;
  const body = { type: `urn:lastvakt:problem:${kind}`, title, status: statusCode, detail: message };
  return { ...body, ...(field !== undefined && { field }), ...codedRefusal(message, field) };
}

/** Fastify's own refusals, in our words. */
const frameworkProblems: Readonly<Record<string, { readonly kind: ProblemKind; readonly detail: string }>> = {
  FST_ERR_BAD_URL: { kind: 'invalid-request', detail: 'the URL is not properly percent-encoded' },
  FST_ERR_MAX_PARAM_LENGTH: { kind: 'url-too-long', detail: 'a part of the URL is longer than any id' },
  FST_ERR_CTP_BODY_TOO_LARGE: { kind: 'body-too-large', detail: 'the body is larger than this server reads' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    kind: 'unsupported-media-type',
    detail: 'the body must be sent as "Content-Type: application/json"',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { kind: 'invalid-request', detail: 'the body is empty: send a JSON object' },
  // Also for a body with a __proto__ or constructor key, which would reach into our own objects.
  FST_ERR_CTP_INVALID_JSON_BODY: {
    kind: 'invalid-request',
    detail: 'the body is not JSON that this server reads: check quotes and commas, and leave __proto__ away',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    kind: 'invalid-request',
    detail: 'the body is not as long as Content-Length says',
  },
  FST_ERR_HANDLER_TIMEOUT: {
    kind: 'unavailable',
    detail: 'no answer in time: ask again, and check the log if it stays',
  },
};

/** Any thrown value as a problem. What is no refusal of ours or Fastify's is our fault and tells nothing outside. */
export function asProblem(error: Partial<FastifyError>, requestId: string): ProblemError {
  if (error instanceof ProblemError) return error;
  const known = frameworkProblems[error.code ?? ''];
  if (known !== undefined) return new ProblemError(known.kind, known);
  return new ProblemError('internal-error', {
    detail: `the request failed inside the server: see its log for request ${requestId}`,
  });
}
