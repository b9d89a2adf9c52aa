import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Visit } from '../domain/peopleChange.ts';
import type { Actor, Right } from './auth.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the actor must be allowed to do. Every route says it; `self` is for whoever it is, `open` needs no key. */
    readonly right?: Right | 'self' | 'open';
    /** False for what says nothing but that somebody is alive. */
    readonly isRecorded?: boolean;
  }
  interface FastifyRequest {
    /** Who asks: set before the handler of any route that is not `open`, and only there. */
    actor: Actor;
    /** Where the actor is signed in; undefined for a key. */
    visit: Visit | undefined;
    /** Whether the actor is still who it was, for answers that take long. */
    isGood(): boolean;
  }
}

/** Gives handlers the types of their route's TypeBox schemas. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  readonly serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxProvider
>;

/** The routes of one resource. */
export type Plugin = (api: Api) => Promise<void>;
