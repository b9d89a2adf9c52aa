import { Type } from 'typebox';
import { section } from './parts.ts';

export const sessionsConfig = section(
  {
    keepDays: Type.Integer({
      default: 1_100,
      minimum: 31,
      maximum: 10_000,
      description: 'how long finished sessions are kept, with their signed meter values',
    }),
  },
  'the history of sessions',
);

export const tokensConfig = section(
  {
    concurrent: Type.Enum(['accept', 'reject'], {
      default: 'accept',
      description: 'whether a token that charges may begin a second session',
    }),
    cacheS: Type.Integer({
      default: 86_400,
      minimum: 0,
      maximum: 31_536_000,
      description: 'how long a station may rely on a token that was accepted without asking again',
    }),
    localLists: Type.Boolean({
      default: false,
      description: 'whether stations hold the tokens that are good there, for when they do not reach us',
    }),
  },
  "drivers' tokens; who may charge besides is `unknownTokens` of a site, or of ocpp",
);
