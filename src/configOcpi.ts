import { Type } from 'typebox';
import { closed } from './configParts.ts';

const party = Type.Object(
  {
    countryCode: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
    partyId: Type.String({ pattern: '^[A-Z0-9]{3}$', description: 'as it was given to you in that country' }),
    name: Type.String({ minLength: 1, maxLength: 100, description: 'of the company' }),
    website: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 255 })),
  },
  closed,
);

export const ocpiConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: '^https?://[^?#]+[^/?#]$',
        maxLength: 200,
        description:
          'under which partners reach `/ocpi` of our port; left away: the address listened on, for a trial',
      }),
    ),
    party: party,
    allowPrivatePartners: Type.Boolean({
      default: false,
      description:
        'partners on loopback or private networks, and over plain HTTP: for a trial, or in a tunnel',
    }),
  },
  { ...closed, description: 'roaming partners; without it nobody is answered under `/ocpi`' },
);
