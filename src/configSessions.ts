import { Type } from 'typebox';
import { section } from './configParts.ts';

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
