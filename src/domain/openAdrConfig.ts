import Type, { type Static } from 'typebox';
import { switchReadingsConfig } from './switchReadingsConfig.ts';

/** What a type of payload says to us. */
export const meaningNames = [
  'import cap',
  'export cap',
  'import baseline',
  'export baseline',
  'import reservation',
  'export reservation',
  'target',
  'level',
  'price',
  'version',
  'ignore',
] as const;
export type Meaning = (typeof meaningNames)[number];

const closed = { additionalProperties: false } as const;
const name = (description: string) => Type.String({ minLength: 1, maxLength: 128, description });
const url = (description: string) =>
  Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 2_048, description });
const meanings = Type.Record(Type.String({ minLength: 1, maxLength: 128 }), Type.Enum([...meaningNames]), {
  description: `payload type to what it means here, beside the standard ones: ${meaningNames.join(', ')}`,
});

const auth = Type.Object(
  {
    clientId: name('OAuth 2 client credentials'),
    clientSecret: Type.String({
      minLength: 1,
      maxLength: 4_096,
      description: 'better from the environment than in the file',
    }),
    tokenUrl: Type.Optional(url('left away: what the VTN says at /auth/server (3.1), or its /auth/token')),
    scope: Type.Optional(Type.String({ maxLength: 1_024, description: 'left away: none is asked for' })),
    audience: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_024,
        description: 'whom the token is for, where that is asked',
      }),
    ),
  },
  { ...closed, description: 'left away: the VTN wants no token' },
);

const webhook = Type.Object(
  {
    callbackUrl: url('address of this service as the VTN reaches it, up to and including the path'),
    bearerToken: Type.String({
      minLength: 16,
      maxLength: 1_024,
      description: 'what the VTN must show; other calls are refused',
    }),
  },
  { ...closed, description: 'be told of changes at once; polling goes on as well' },
);

const resource = Type.Object(
  {
    name: name('one of the externalIds of a target'),
    maxWatts: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1e10, description: 'told to the VTN at registration' }),
    ),
    levelWatts: Type.Optional(
      Type.Array(Type.Number({ minimum: 0, maximum: 1e10 }), {
        minItems: 3,
        maxItems: 3,
        description: 'watts of the levels 1, 2 and 3 of SIMPLE',
      }),
    ),
  },
  closed,
);

export const openAdrConfig = Type.Object(
  {
    url: url('base address of the VTN, without a slash at the end'),
    profile: Type.Enum(['openadr3', 'gac-2.0', 'gac-2.1', 'switch-se'], {
      default: 'openadr3',
      description: 'the rules of a country or of an operator on top of OpenADR 3',
    }),
    version: Type.Optional(
      Type.Enum(['3.0.1', '3.1'], { description: 'left away: that of the profile; openadr3: 3.1' }),
    ),
    venName: name('our name at the VTN, unique there'),
    auth: Type.Optional(auth),
    register: Type.Boolean({
      default: true,
      description: 'create or update our VEN and its resources there; false where the operator does it',
    }),
    programs: Type.Array(
      Type.Object({ name: name('programName or id'), payloads: Type.Optional(meanings) }, closed),
      { default: [], maxItems: 64, description: 'programs to obey; none: all that the VTN shows us' },
    ),
    payloads: Type.Optional(meanings),
    resources: Type.Array(resource, {
      default: [],
      maxItems: 1_000,
      description: 'more about targets; what a target is called at the VTN is the first of its externalIds',
    }),
    powerFactor: Type.Number({
      default: 0.95,
      minimum: 0.5,
      maximum: 1,
      description: 'watts per volt-ampere, for limits in KVA',
    }),
    safeModeName: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description:
          'an event with this in its name holds when the VTN is silent; Grid Aware Charging: safe mode',
      }),
    ),
    pollS: Type.Integer({
      default: 30,
      minimum: 5,
      maximum: 3_600,
      description: 'a full look at all events',
    }),
    pagesMax: Type.Integer({
      default: 40,
      minimum: 1,
      maximum: 1_000,
      description: 'of 50 events each; more than that is not a full look, and deletions are not believed',
    }),
    webhook: Type.Optional(webhook),
    switchReadings: Type.Optional(switchReadingsConfig),
    mqtt: Type.Boolean({
      default: false,
      description: 'be told of changes over MQTT where a 3.1 VTN offers it',
    }),
    allowPrivateAddresses: Type.Boolean({
      default: false,
      description: 'callback, token and broker addresses may lie in loopback and private networks',
    }),
  },
  { ...closed, description: 'OpenADR 3 virtual end node' },
);
export type OpenAdrConfig = Static<typeof openAdrConfig>;

const emi3 = /^([A-Z]{2})-?[A-Z0-9]{3}$/;
const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** Under Grid Aware Charging the name of the VEN is the operator's id of the eMI3: a country and three characters. */
export function gacVenNameFault(venName: string): string | undefined {
  const country = emi3.exec(venName)?.[1];
  return country !== undefined && regions.of(country) !== undefined
    ? undefined
    : 'must be an eMI3 operator id, such as NL-ABC, for Grid Aware Charging';
}

/** What the schema cannot say. `externalIds` are those of all targets of the connection; paths are from its settings. */
export function openAdrFaults(
  { profile, venName, resources, switchReadings }: OpenAdrConfig,
  externalIds: readonly string[],
): readonly { readonly path: string; readonly message: string }[] {
  const nameFault = profile.startsWith('gac-') ? gacVenNameFault(venName) : undefined;
  const isAlone = switchReadings !== undefined && profile !== 'switch-se';
  const named = [
    ...resources.map(({ name: each }, index) => ({ path: `/resources/${index}/name`, each })),
    ...(switchReadings?.registers ?? []).map(({ resource: each }, index) => ({
      path: `/switchReadings/registers/${index}/resource`,
      each,
    })),
  ];
  return [
    ...(nameFault === undefined ? [] : [{ path: '/venName', message: nameFault }]),
    ...(isAlone
      ? [{ path: '/switchReadings', message: 'has a meaning with the profile switch-se only' }]
      : []),
    ...named
      .filter(({ each }) => !externalIds.includes(each))
      .map(({ path, each }) => ({
        path,
        message: `"${each}" is no externalId of a target of this connection`,
      })),
  ];
}
