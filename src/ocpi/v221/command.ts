import { commandResultOf, reserveNowOf, startSessionOf } from '../objects/command.ts';
import { dialect } from './dialect.ts';
import { token } from './token.ts';

export const startSession = startSessionOf(token);

export const reserveNow = reserveNowOf(token);

export const commandResult = commandResultOf(dialect);
