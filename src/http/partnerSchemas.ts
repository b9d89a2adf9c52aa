import Type, { type Static } from 'typebox';
import { closed } from './closed.ts';
import { nullable } from './schemas.ts';

// What the API tells about roaming partners.

export const partner = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum(['invited', 'registering', 'registered', 'left']),
    version: nullable(Type.String()),
    versionsUrl: nullable(Type.String()),
    parties: Type.Array(
      Type.Object(
        { role: Type.String(), countryCode: Type.String(), partyId: Type.String(), name: Type.String() },
        closed,
      ),
    ),
    behind: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          isAway: Type.Boolean({ description: 'The hub tells that it is not connected' }),
        },
        closed,
      ),
      { description: 'Of a hub: the parties behind it, each a partner of its own' },
    ),
    modules: Type.Array(Type.String(), { description: 'What it offers, such as "tokens SENDER"' }),
    addedAt: Type.String(),
    addedBy: Type.String(),
  },
  { ...closed, description: 'A platform that speaks OCPI with us' },
);

export type PartnerBody = Static<typeof partner>;

export const invitation = Type.Object(
  {
    token: Type.String({ description: 'The first token, shown this once: give it to the partner' }),
    versionsUrl: Type.String({ description: 'Ours: give it to the partner too' }),
    partner,
  },
  closed,
);
export type InvitationBody = Static<typeof invitation>;
