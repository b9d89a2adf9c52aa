import { signal } from '@preact/signals';

/** An answer of the API that is not what was asked for. */
export interface Problem {
  readonly status: number;
  /** What is wrong and what to do, in the server's words. */
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
export async function ask<T>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
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
    const text = await response.text();
    const told: unknown = text === '' ? null : JSON.parse(text);
    // The server's answers are typed by its own schemas, which it is built and tested against.
    if (response.ok) return { ok: true, body: told as T, headers: response.headers };
    return { ok: false, problem: problemOf(response.status, told) };
  } catch (error) {
    return { ok: false, problem: { status: 0, detail: String(error), field: undefined } };
  }
}

function problemOf(status: number, told: unknown): Problem {
  const { detail, field } = (told ?? {}) as { readonly detail?: unknown; readonly field?: unknown };
  return {
    status,
    detail: typeof detail === 'string' ? detail : `HTTP ${status}`,
    field: typeof field === 'string' ? field : undefined,
  };
}
