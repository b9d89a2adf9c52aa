import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const id = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 128, description }));
const instant = (description: string) => Type.Optional(Type.String({ maxLength: 40, description }));
const amount = (description: string) => Type.Optional(Type.Number({ description }));
/** What a grid operator without a protocol of its own sends, over HTTP and over MQTT alike. */
export const gridMessage = Type.Object(
  {
    externalId: id('Your own name of the limit. Left away: there is one limit for each target.'),
    version: Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'Rises with each change; an older one is ignored. Left away: newer than all before.',
      }),
    ),
    target: id('What you call the place: an externalId of the config. Needed where there are several.'),
    watts: amount('Sum over the phases. Give one of watts, amps, phaseAmps, level, or "isActive": false.'),
    amps: amount('On each phase.'),
    phaseAmps: Type.Optional(
      Type.Object(
        { L1: amount('A'), L2: amount('A'), L3: amount('A') },
        { ...closed, description: 'On these phases.' },
      ),
    ),
    level: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 31,
        description: 'Step of a relay: an index into levelsWatts of the config.',
      }),
    ),
    isActive: Type.Optional(
      Type.Boolean({ description: 'False: the limit ends now, whatever else is given.' }),
    ),
    from: instant('In force from this instant, ISO 8601 with zone. Left away: from now.'),
    until: instant('In force up to, not including, this instant, ISO 8601 with zone.'),
    durationS: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 3.2e7,
        description: 'In the place of until, counted from its beginning.',
      }),
    ),
    standing: Type.Optional(
      Type.Boolean({
        description: 'True: until it is ended. Needed without an end where you need not be heard.',
      }),
    ),
    direction: Type.Optional(
      Type.Enum(['import', 'export'], {
        description: 'Cars only take: export is kept as evidence. Left away: import.',
      }),
    ),
    boundary: Type.Optional(
      Type.Enum(['connection', 'controllable'], {
        description: 'With the building, or the cars alone. Left away: as in the config.',
      }),
    ),
    kind: Type.Optional(
      Type.Enum(['cap', 'baseline', 'reservation', 'target'], {
        description: 'Left away: cap. baseline is the contract, reservation adds to it.',
      }),
    ),
    role: Type.Optional(
      Type.Enum(['event', 'default', 'failsafe'], {
        description: 'Left away: event. failsafe holds while you are silent.',
      }),
    ),
    averaging: Type.Optional(
      Type.Object(
        {
          windowS: Type.Number({ minimum: 1, maximum: 3_600 }),
          isAligned: Type.Boolean({ description: 'To the clock (UTC), or from its beginning' }),
        },
        { ...closed, description: 'A limit on the mean. Left away: it holds at every moment.' },
      ),
    ),
    priority: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1e6, description: '0 is the highest. Left away: 100.' }),
    ),
    complyWithinS: Type.Optional(
      Type.Number({ minimum: 0, maximum: 86_400, description: 'Left away: 0, at once.' }),
    ),
    sentAt: instant('When you sent it: refused when our clocks differ by more than 30 s.'),
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'For whoever asks later.' }),
    ),
  },
  closed,
);
export type GridMessage = Static<typeof gridMessage>;
