import Type, { type Static } from 'typebox';
import type { DraftMeter, SiteDraft } from '../../domain/siteDraft.ts';
import { closed } from '../closed.ts';
import { nullable } from '../schemas.ts';

const perPhase = Type.Array(nullable(Type.Number()), {
  description: 'L1, L2, L3; null where it is not told',
});

export type DraftBody = SiteDraft;
export type DraftMeterBody = DraftMeter;

/** What the page must know before anything was typed. */
export const setupFacts = Type.Object(
  {
    file: Type.String({ description: 'Where the config will be written' }),
    addresses: Type.Array(Type.String(), { description: 'Of this machine, as stations may reach it' }),
  },
  closed,
);
export type SetupFactsBody = Static<typeof setupFacts>;

export const heardMeter = Type.Object(
  {
    isConnected: Type.Boolean({ description: 'To the broker' }),
    fault: nullable(Type.String({ description: 'Why there is no connection, as far as is known' })),
    topics: Type.Array(Type.String(), { description: 'What is listened to' }),
    ageS: nullable(
      Type.Number({ description: 'Since the last message that could be used; null before the first' }),
    ),
    refused: nullable(
      Type.String({ description: 'Why the last message that could not be used was refused' }),
    ),
    amps: perPhase,
    watts: perPhase,
  },
  { ...closed, description: 'What a meter says now; import is positive' },
);
export type HeardMeterBody = Static<typeof heardMeter>;

export const draftVerdict = Type.Object(
  {
    faults: Type.Array(
      Type.Object(
        {
          field: Type.String({
            description: 'As circuits/0/breakerAmps; empty where no single value is at fault',
          }),
          message: Type.String(),
          code: Type.Optional(Type.String({ description: 'Which fault it is; it never changes' })),
          values: Type.Optional(Type.Record(Type.String(), Type.String())),
        },
        closed,
      ),
    ),
    report: nullable(
      Type.String({ description: 'The circuit tree with its failsafe budget, as lastvakt check prints it' }),
    ),
    failsafeAmps: nullable(Type.Number()),
  },
  closed,
);
export type DraftVerdictBody = Static<typeof draftVerdict>;

export const written = Type.Object(
  {
    file: Type.String(),
    stations: Type.Array(
      Type.Object({ id: Type.String(), url: Type.String(), password: Type.String() }, closed),
      { description: 'What to enter at each station; the passwords are shown this once' },
    ),
  },
  closed,
);
export type WrittenBody = Static<typeof written>;
