import Type, { type Static } from 'typebox';
import { closed } from './closed.ts';
import { nullable } from './schemas.ts';

export const wiring = Type.Array(Type.Enum(['L1', 'L2', 'L3']), {
  minItems: 1,
  maxItems: 3,
  uniqueItems: true,
  description: "The circuit's phase behind each of the EVSE's own",
});

export const evseWiring = Type.Object(
  {
    evse: Type.String(),
    configured: wiring,
    measured: nullable(wiring),
    confidence: Type.Number({ description: '0 to 1: of the whole; 0 before any step could tell' }),
    conductors: Type.Array(Type.Number(), { description: 'The same for each of its own phases' }),
    steps: Type.Integer({ description: 'That could tell anything, since the service started' }),
    isSure: Type.Boolean(),
  },
  { ...closed, description: 'How an EVSE is wired, as the steps of its draw showed on the meter' },
);
export type EvseWiringBody = Static<typeof evseWiring>;
