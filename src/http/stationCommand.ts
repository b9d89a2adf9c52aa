import Type, { type Static, type TSchema } from 'typebox';
import { instantMs } from '../domain/instant.ts';
import type { Right } from './auth.ts';
import { ProblemError } from './problem.ts';

export const evseNumber = Type.Integer({ minimum: 1, maximum: 1000, description: 'From 1' });
export const token = Type.String({ minLength: 1, maxLength: 36 });

/** A command: who may send it, what it takes, and what the station is asked for. */
interface Command<Body extends TSchema, Request> {
  readonly right: Right;
  readonly body: Body;
  request(body: Static<Body>): Request;
}

export const command = <Body extends TSchema, Request extends { readonly kind: string }>(
  right: Right,
  body: Body,
  request: (body: Static<Body>) => Request,
): Command<Body, Request> => ({ right, body, request });

/** An instant of a body. Throws a problem that names the field. */
export function instantOf(text: string, field: string): number {
  const ms = instantMs(text);
  if (ms !== undefined) return ms;
  const detail = `${field} is not an instant: give ISO 8601 with a zone, such as 2026-01-31T18:00:00Z`;
  throw new ProblemError('invalid-request', { field, detail });
}

/** The name in the URL for what is asked: `clear charging profile` is `clear-charging-profile`. */
export const kind = <const Kind extends string>(name: Kind): { readonly kind: Kind } => ({ kind: name });
