import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const url = (description: string) =>
  Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 512, description });

/** What a grid connection needs to speak OSCP 2.0 as a Flexibility Provider. Its groups are the external ids of its targets. */
export const oscpConfig = Type.Object(
  {
    baseUrl: url('where the capacity provider reaches us: https://<this host>/oscp/fp/2.0'),
    tokenA: Type.String({
      minLength: 16,
      maxLength: 512,
      description:
        'the first token, given to the capacity provider by other means; good for one registration (with ' +
        'vector: for every message). Better taken from the environment than written into the file',
    }),
    peerHosts: Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
      minItems: 1,
      maxItems: 16,
      description: 'host or host:port of the capacity provider: no other is ever called, whatever it says',
    }),
    allowPrivatePeers: Type.Boolean({
      default: false,
      description: 'also call loopback, private addresses and plain http, for a trial or a tunnel',
    }),
    gap: Type.Enum(['fallback', 'contract', 'hold-last'], {
      default: 'fallback',
      description:
        'what holds at a time no block covers: its FALLBACK blocks, the contract, or the last block',
    }),
    complyWithinS: Type.Integer({
      default: 60,
      minimum: 0,
      maximum: 3_600,
      description:
        'above a capacity for so long after it was heard or began is a violation: cars need a moment; Vector: 120',
    }),
    heartbeatS: Type.Integer({
      default: 60,
      minimum: 1,
      maximum: 3_600,
      description: 'how often we ask the capacity provider for a heartbeat',
    }),
    offlineMaxS: Type.Integer({
      default: 3_600,
      minimum: 10,
      maximum: 86_400,
      description: 'a heartbeat vouches no longer than this, whatever its offline_mode_at',
    }),
    measurementS: Type.Integer({
      default: 60,
      minimum: 5,
      maximum: 3_600,
      description: 'how often measurements are sent, where the capacity provider wants them',
    }),
    sendsAssets: Type.Boolean({ default: false, description: 'also send UpdateAssetMeasurements' }),
    adjustS: Type.Integer({
      default: 900,
      minimum: 0,
      maximum: 86_400,
      description: 'how often, at most, we ask for more or less capacity when the cars want it; 0: never',
    }),
    vector: Type.Optional(
      Type.Object(
        {
          baseUrl: url('of the capacity provider'),
          tokenUrl: url('of its OAuth2 server'),
          clientId: Type.String({ minLength: 1, maxLength: 256 }),
          clientSecret: Type.String({
            minLength: 1,
            maxLength: 1_024,
            description: 'better taken from the environment than written into the file',
          }),
          fpId: Type.String({ minLength: 1, maxLength: 256, description: 'sent as the header fp-id' }),
          apiKey: Type.String({ minLength: 1, maxLength: 1_024, description: 'sent as the header apikey' }),
        },
        {
          ...closed,
          description:
            'as Vector speaks it: no registration but OAuth2 client credentials, either side shakes hands, a group is one asset in watts',
        },
      ),
    ),
  },
  { ...closed, description: 'OSCP 2.0' },
);
export type OscpConfig = Static<typeof oscpConfig>;

interface OscpUser {
  readonly profile: string;
  readonly targets: readonly { readonly externalIds: readonly string[] }[];
  readonly oscp?: OscpConfig;
}

/** Everything wrong with the connections that speak OSCP that their schema cannot say. */
export function oscpFaults(
  connections: readonly OscpUser[],
): readonly { readonly path: string; readonly message: string }[] {
  const tokens = new Set<string>();
  return connections.flatMap(({ profile, targets, oscp }, index) => {
    const path = `/connections/${index}`;
    if (oscp === undefined) return [];
    const isTwice = tokens.has(oscp.tokenA);
    tokens.add(oscp.tokenA);
    return [
      ...(profile === 'oscp' ? [] : [{ path: `${path}/profile`, message: 'must be "oscp" beside oscp' }]),
      ...(isTwice
        ? [{ path: `${path}/oscp/tokenA`, message: 'is the one of another connection: each needs its own' }]
        : []),
      ...targets.flatMap(({ externalIds }, at) =>
        externalIds.length > 0
          ? []
          : [
              {
                path: `${path}/targets/${at}/externalIds`,
                message: 'needs the group_id of the capacity provider',
              },
            ],
      ),
    ];
  });
}
