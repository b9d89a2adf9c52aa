import Type, { type Static } from 'typebox';
import { named, type ReasonBody } from './schemas.ts';

/** What a limit would do. */
export const preview = Type.Object(
  {
    evses: Type.Array(
      Type.Object(
        {
          evse: Type.String(),
          site: Type.String(),
          nowAmps: Type.Number({ description: 'What the plan gives its car now' }),
          thenAmps: Type.Number({ description: 'And with the limit; 0: it pauses' }),
          reason: named<ReasonBody>('Reason'),
        },
        { additionalProperties: false },
      ),
      { description: 'Every EVSE with a car' },
    ),
    over: Type.Array(
      Type.Object(
        { site: Type.String(), circuit: Type.String(), byAmps: Type.Number() },
        { additionalProperties: false },
      ),
      { description: 'Circuits where the background alone is above the limit: there it cannot be kept' },
    ),
  },
  { additionalProperties: false },
);
export type PreviewBody = Static<typeof preview>;
