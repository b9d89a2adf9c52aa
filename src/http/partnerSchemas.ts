import Type, { type Static } from 'typebox';
import { nullable } from './schemas.ts';

// What the API tells about roaming partners.

const closed = { additionalProperties: false } as const;

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
