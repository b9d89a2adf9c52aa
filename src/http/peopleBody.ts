import Type, { type Static } from 'typebox';
import { passwordMax, passwordMin, roles } from '../domain/person.ts';
import { closed } from './closed.ts';
import { nullable } from './schemas.ts';

const kept = { setAt: Type.String(), setBy: Type.String() };

export const me = Type.Object(
  {
    name: Type.String(),
    role: Type.Enum(roles),
    sites: Type.Array(Type.String(), { description: "Where it is good; an admin's is good everywhere" }),
    rights: Type.Array(Type.String(), { description: 'What it may do there' }),
    features: Type.Array(Type.Enum(['retail', 'bookings']), {
      description: 'What this service is set up for',
    }),
    csrfToken: nullable(
      Type.String({ description: 'To send as X-CSRF-Token with every change; null for a key' }),
    ),
    endsAt: nullable(
      Type.String({ description: 'When the login ends unless it is used again; null for a key' }),
    ),
  },
  closed,
);
export type MeBody = Static<typeof me>;

export const personName = Type.String({
  minLength: 1,
  maxLength: 48,
  description: 'Letters, digits, "_", "." and "-"',
});
export const role = Type.Enum(roles);
export const sites = Type.Array(Type.String({ minLength: 1, maxLength: 48 }), {
  maxItems: 1_000,
  description: 'Ids, one at least; an admin has none and is good everywhere',
});
export const newPassword = Type.String({
  minLength: 1,
  maxLength: passwordMax,
  description: `${passwordMin} characters at least`,
});

export const user = Type.Object(
  { name: Type.String(), role, sites: Type.Array(Type.String()), isBlocked: Type.Boolean(), ...kept },
  { ...closed, description: 'Somebody with a password' },
);
export type UserBody = Static<typeof user>;

export const key = Type.Object(
  {
    name: Type.String(),
    role,
    sites: Type.Array(Type.String()),
    expiresAt: nullable(Type.String()),
    ...kept,
  },
  { ...closed, description: 'A key for programs. Those of the config are not among them' },
);
export type KeyBody = Static<typeof key>;

export const keyWithSecret = Type.Object(
  { ...key.properties, secret: Type.String({ description: 'The key itself, shown this once' }) },
  closed,
);
export type KeyWithSecretBody = Static<typeof keyWithSecret>;
