import type { Dialect } from '../dialect.ts';
import { errorNames201 } from '../errors.ts';
import { messagesOf } from '../messages.ts';
import { caller } from './calls.ts';
import { centralActions } from './centralActions.ts';
import { effects } from './effects.ts';
import { handlersOf } from './handlers.ts';
import { proceduresOf, schemas } from './schemas.ts';

/** OCPP 2.0.1. */
export const dialect201: Dialect = {
  subprotocol: 'ocpp2.0.1',
  errorNames: errorNames201,
  answersUnreadable: true,
  hasSend: false,
  handlers: new Map(handlersOf(schemas)),
  actions: schemas.actions,
  messages: messagesOf(schemas, centralActions, effects),
  ...caller(proceduresOf(schemas)),
};
