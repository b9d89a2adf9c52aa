import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const text = (description: string) => Type.String({ minLength: 1, maxLength: 256, description });
const url = (description: string) =>
  Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 2_048, description });

const register = Type.Object(
  {
    resource: text('one of the externalIds of a target'),
    meter: text('external id of its meter at Switch'),
    register: text('external id of the register of active power'),
    unit: Type.Enum(['KW', 'W'], { default: 'KW', description: 'as the register is set up at Switch' }),
  },
  closed,
);

/** Where the Swedish Switch wants the mean power of every minute: an API of its own, beside its VTN. */
export const switchReadingsConfig = Type.Object(
  {
    url: url('base address of the Switch API, such as https://api.switchmarket.se'),
    auth: Type.Object(
      {
        clientId: text('of the organization client'),
        clientSecret: Type.String({
          minLength: 1,
          maxLength: 4_096,
          description: 'better from the environment than in the file',
        }),
        tokenUrl: url('such as https://login.switchmarket.se/oauth/token'),
        audience: Type.Optional(text('such as https://api.switchmarket.se')),
        scope: Type.Optional(text('left away: none is asked for')),
      },
      { ...closed, description: 'OAuth 2 client credentials' },
    ),
    registers: Type.Array(register, {
      minItems: 1,
      maxItems: 100,
      description: 'which register each target is read as; what the limits of the connection count',
    }),
  },
  { ...closed, description: 'mean power of every minute to the API of Switch; only with switch-se' },
);
export type SwitchReadingsConfig = Static<typeof switchReadingsConfig>;
