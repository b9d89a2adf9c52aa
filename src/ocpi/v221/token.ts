import { authorizationInfoOf, tokenOf } from '../objects/token.ts';
import { dialect } from './dialect.ts';

export const token = tokenOf(dialect);

export const authorizationInfo = authorizationInfoOf(token);
