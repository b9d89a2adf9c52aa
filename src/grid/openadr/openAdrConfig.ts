import Type, { type Static } from 'typebox';
import { publicAddressFault } from './addresses.ts';
import { gacVenNameFault } from './gacRules.ts';
import { meaningNames } from './meaning.ts';

const closed = { additionalProperties: false } as const;
const id = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$', description: 'as in the config' });
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
    name: name('resourceName at the VTN'),
    site: Type.Optional(id),
    circuit: Type.Optional(id),
    area: Type.Optional(id),
    targets: Type.Array(name('another name for it in targets: EAN18, meter point, group'), {
      default: [],
      maxItems: 64,
      description: 'other names for it in targets: EAN18, meter point, group',
    }),
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
  { ...closed, description: 'give site, with or without circuit, or area' },
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
    resources: Type.Array(resource, { minItems: 1, maxItems: 1_000 }),
    boundary: Type.Enum(['connection', 'controllable'], {
      default: 'connection',
      description: 'connection: the building counts too; controllable: the cars alone',
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

/** What the schema cannot say. `path` is from the object that was judged. */
export function openAdrFaults(
  config: OpenAdrConfig,
): readonly { readonly path: string; readonly message: string }[] {
  const { webhook: hook, allowPrivateAddresses, auth: credentials, resources, profile, venName } = config;
  const faults: { path: string; message: string }[] = [];
  const judge = (path: string, message: string | undefined): void => {
    if (message !== undefined) faults.push({ path, message });
  };
  if (!allowPrivateAddresses) {
    if (hook !== undefined) judge('/webhook/callbackUrl', publicAddressFault(hook.callbackUrl));
    if (credentials?.tokenUrl !== undefined)
      judge('/auth/tokenUrl', publicAddressFault(credentials.tokenUrl));
  }
  if (profile === 'gac-2.0' || profile === 'gac-2.1') judge('/venName', gacVenNameFault(venName));
  for (const [index, { site, circuit, area }] of resources.entries()) {
    if ((site === undefined) === (area === undefined) || (area !== undefined && circuit !== undefined)) {
      judge(`/resources/${index}`, 'must name a site, with or without a circuit, or an area');
    }
  }
  const names = resources.map((each) => each.name);
  if (new Set(names).size < names.length) judge('/resources', 'must have different names');
  return faults;
}
