import Type, { type Static } from 'typebox';
import type { Token } from '../domain/roaming/token.ts';
import { closed } from './closed.ts';
import type { TokenGiven } from './retailPorts.ts';
import { nullable } from './schemas.ts';
import { instant } from './siteBody.ts';

// What the API takes and tells of the tokens that a retailer issues.

const ciText = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[\\x20-\\x7E]+$', description });

const tokenTypes = ['AD_HOC_USER', 'APP_USER', 'OTHER', 'RFID'] as const;
const whitelists = ['ALWAYS', 'ALLOWED', 'ALLOWED_OFFLINE', 'NEVER'] as const;
const profileTypes = ['CHEAP', 'FAST', 'GREEN', 'REGULAR'] as const;

const supplierName = Type.String({ minLength: 1, maxLength: 64, description: 'Who sells the electricity' });

export const issuedTokenRequest = Type.Object(
  {
    uid: ciText(36, 'As the card tells it, or what the app sends; upper and lower case are the same'),
    type: Type.Optional(Type.Enum([...tokenTypes], { default: 'RFID' })),
    contractId: ciText(
      36,
      'Of the driver, such as an eMA id; it stays on the electricity contract it began with',
    ),
    visualNumber: Type.Optional(Type.String({ maxLength: 64, description: 'Printed on the card' })),
    issuer: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Left away: our name' })),
    groupId: Type.Optional(ciText(36, "Members of a group may end each other's sessions")),
    isValid: Type.Optional(Type.Boolean({ default: true, description: 'false ends it at all operators' })),
    whitelist: Type.Optional(
      Type.Enum([...whitelists], {
        default: 'ALLOWED',
        description: 'Whether operators let it in without asking us: always, may, when we are silent, never',
      }),
    ),
    language: Type.Optional(Type.String({ pattern: '^[a-z]{2}$', description: 'ISO 639-1' })),
    defaultProfileType: Type.Optional(Type.Enum([...profileTypes])),
    energyContract: Type.Optional(
      Type.Object(
        {
          supplierName,
          contractId: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 64,
              description: 'Whose electricity bill takes the charges',
            }),
          ),
        },
        closed,
      ),
    ),
  },
  closed,
);

export const issuedToken = Type.Object(
  {
    uid: Type.String(),
    type: Type.String(),
    contractId: Type.String(),
    visualNumber: nullable(Type.String()),
    issuer: Type.String(),
    groupId: nullable(Type.String()),
    isValid: Type.Boolean(),
    whitelist: Type.String(),
    language: nullable(Type.String()),
    defaultProfileType: nullable(Type.String()),
    energyContract: nullable(
      Type.Object({ supplierName: Type.String(), contractId: nullable(Type.String()) }, closed),
    ),
    lastUpdated: Type.String(),
  },
  { ...closed, description: 'A token of one of our drivers' },
);

/** What the request means; `issuer` is who stands on it where it says nothing. */
export function tokenGiven(body: Static<typeof issuedTokenRequest>, issuer: string): TokenGiven {
  const { type = 'RFID', isValid = true, whitelist = 'ALLOWED', energyContract, ...rest } = body;
  return {
    ...{ issuer, ...rest, type, isValid, whitelist },
    ...(energyContract !== undefined && { energyContract }),
  };
}

export const issuedTokenBody = (token: Token): Static<typeof issuedToken> => ({
  ...{ uid: token.uid, type: token.type, contractId: token.contractId },
  ...{ visualNumber: token.visualNumber ?? null, issuer: token.issuer, groupId: token.groupId ?? null },
  ...{ isValid: token.isValid, whitelist: token.whitelist, language: token.language ?? null },
  defaultProfileType: token.defaultProfileType ?? null,
  energyContract:
    token.energyContract === undefined
      ? null
      : {
          supplierName: token.energyContract.supplierName,
          contractId: token.energyContract.contractId ?? null,
        },
  lastUpdated: instant(token.lastUpdatedMs),
});
