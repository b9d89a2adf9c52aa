import { type TObject, Type } from 'typebox';

// What several sections of the config are made of.

export const closed = { additionalProperties: false };
const idForm = '[A-Za-z0-9][A-Za-z0-9_.-]{0,47}';
export const id = Type.String({
  pattern: `^${idForm}$`,
  description: 'letters, digits, "_", "." and "-", at most 48',
});
/** Of a partner, or of a party behind a hub. */
export const partnerId = Type.String({
  pattern: `^${idForm}(~[A-Z]{2}-[A-Z0-9]{3})?$`,
  description:
    'the partner, as it was invited over `/api/v1/partners`; `hub~SE-GRG` for a party behind the hub `hub`',
});
export const sha256 = Type.String({
  pattern: '^[0-9a-f]{64}$',
  description: 'SHA-256 in lower-case hexadecimal',
});
export const host = (description: string) => Type.String({ default: '127.0.0.1', minLength: 1, description });
export const port = (byDefault: number) =>
  Type.Integer({
    default: byDefault,
    minimum: 0,
    maximum: 65_535,
    description: 'TCP port; 0 takes a free one',
  });
export const phase = Type.Enum(['L1', 'L2', 'L3']);

export const tls = Type.Object(
  {
    certFile: Type.String({ minLength: 1, description: 'PEM file' }),
    keyFile: Type.String({ minLength: 1, description: 'PEM file' }),
  },
  { ...closed, description: 'PEM files; without them the connection is not encrypted' },
);

export const section = <P extends Parameters<typeof Type.Object>[0]>(
  properties: P,
  description: string,
): TObject<P> => Type.Object(properties, { ...closed, default: {}, description });
