import type { Dialect } from '../dialect.ts';
import { errorNames201 } from '../errors.ts';
import { messagesOf } from '../messages.ts';
import { caller, measurandLists } from '../v201/calls.ts';
import { effects } from '../v201/effects.ts';
import { proceduresOf } from '../v201/schemas.ts';
import { centralActions } from './centralActions.ts';
import { withDynamicProfiles } from './dynamic.ts';
import { handlers } from './handlers.ts';
import { withPriority } from './priority.ts';
import { schemas } from './schemas.ts';

/** Cars that may feed back are told from others by what flows out. */
const feedingBack =
  'Current.Import,Current.Export,Power.Active.Import,Power.Active.Export,Energy.Active.Import.Register,Current.Offered,SoC';

const calls = caller(proceduresOf(schemas), [feedingBack, ...measurandLists]);

/** OCPP 2.1: all of 2.0.1, and more. */
export const dialect21: Dialect = {
  subprotocol: 'ocpp2.1',
  errorNames: errorNames201,
  answersUnreadable: true,
  hasSend: true,
  handlers,
  actions: schemas.actions,
  messages: messagesOf(schemas, centralActions, effects),
  ...calls,
  command: withPriority(withDynamicProfiles(calls.command)),
};
