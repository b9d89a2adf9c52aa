import { signal } from '@preact/signals';
import { words } from './language.ts';
import { refusalText } from './refusals.ts';

/** An answer of the API that is not what was asked for. */
export interface Problem {
  readonly status: number;
  /** What is wrong and what to do, in the language in use where the server says which refusal it is, else in its words. */
  readonly detail: string;
  /** The key of the request at fault. */
  readonly field: string | undefined;
}

export type Answer<T> =
  | { readonly ok: true; readonly body: T; readonly headers: Headers }
  | { readonly ok: false; readonly problem: Problem };

/** An API key, for as long as this window is open. */
export const key = signal(sessionStorage.getItem('lastvakt.key') ?? '');

export function useKey(value: string): void {
  key.value = value;
  sessionStorage.setItem('lastvakt.key', value);
}

/** Of somebody who is signed in: proves that a change comes from this page, and not from another with the same cookie. */
export const csrfToken = signal<string | null>(null);

export const authorization = (): Record<string, string> =>
  key.value === '' ? {} : { authorization: `Bearer ${key.value}` };

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Asks the API. Never rejects: no connection is a problem like others, with status 0. */
export function ask<T>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer<T>> {
  // The server's answers are typed by its own schemas, which it is built and tested against.
  return asked(method, path, { body, signal }, async (response) => jsonOf(await response.text()) as T);
}

/** Asks the API for a file. */
export const askFile = (path: string): Promise<Answer<Blob>> =>
  asked('GET', path, {}, (response) => response.blob());

interface Sent {
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

async function asked<T>(
  method: Method,
  path: string,
  { body, signal }: Sent,
  read: (response: Response) => Promise<T>,
): Promise<Answer<T>> {
  try {
    const response = await fetch(`./api/v1${path}`, {
      method,
      headers: {
        ...authorization(),
        ...(method !== 'GET' && csrfToken.value !== null && { 'x-csrf-token': csrfToken.value }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
    if (response.ok) return { ok: true, body: await read(response), headers: response.headers };
    return { ok: false, problem: problemOf(response.status, jsonOf(await response.text())) };
  } catch {
    return { ok: false, problem: { status: 0, detail: words.value.noAnswer, field: undefined } };
  }
}

const jsonOf = (text: string): unknown => (text === '' ? null : JSON.parse(text));

function problemOf(status: number, told: unknown): Problem {
  const { detail, field } = Object(told);
  return {
    status,
    detail: refusalText(told) ?? (typeof detail === 'string' ? detail : `HTTP ${status}`),
    field: typeof field === 'string' ? field : undefined,
  };
}
