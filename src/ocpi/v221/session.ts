import type { RoamingSession } from '../../domain/roaming/session.ts';
import { object } from '../codec.ts';
import { sessionFields } from '../objects/session.ts';
import { dialect } from './dialect.ts';

export const session = object<RoamingSession>(sessionFields(dialect));
