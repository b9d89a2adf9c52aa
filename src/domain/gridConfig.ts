import Type, { type Static } from 'typebox';
import type { ConnectionProfile, GridConnection } from './gridConnection.ts';
import type { LimitTarget } from './gridLimit.ts';
import { areaId, circuitId, siteId } from './ids.ts';
import type { OpenAdrConfig } from './openAdrConfig.ts';

const closed = { additionalProperties: false } as const;
const id = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}$',
  description: 'letters, digits, "_", "." and "-", at most 48',
});
const seconds = (description: string, maximum: number) =>
  Type.Optional(Type.Number({ minimum: 1, maximum, description }));

const target = Type.Object(
  {
    site: Type.Optional({ ...id, description: 'its grid connection, or the circuit given' }),
    circuit: Type.Optional({ ...id, description: 'a circuit of the site' }),
    area: Type.Optional({ ...id, description: 'the sum over its sites; not beside site' }),
    externalIds: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
      default: [],
      maxItems: 100,
      description: 'what the grid operator calls it: EAN, MPAN, group, resource; unique in the connection',
    }),
    failsafeWatts: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1e10,
        description: 'while the grid operator is silent; this or failsafeAmps',
      }),
    ),
    failsafeAmps: Type.Optional(
      Type.Number({ minimum: 0, maximum: 10_000, description: 'per phase; not on an area' }),
    ),
  },
  closed,
);

/** The settings that every way to a grid operator has; those of one protocol stand beside them in the config. */
export const gridConnectionSettings = {
  id: Type.String({ ...id, description: 'names it in the API, in MQTT topics and in the evidence' }),
  profile: Type.Enum(['generic', 'lpc', 'oscp', 'openadr3'], {
    default: 'generic',
    description: 'how silence begins and ends; openadr3: not before what was scheduled is over',
  }),
  targets: Type.Array(target, { minItems: 1, maxItems: 1_000, description: 'what it may limit' }),
  heartbeatTimeoutS: seconds(
    'silent for longer, the failsafe limit holds; left away: 120 with lpc, never with generic, else 300',
    86_400,
  ),
  boundary: Type.Enum(['connection', 'controllable'], {
    default: 'connection',
    description: 'of the failsafe limit: building and cars, or the cars alone',
  }),
  minDurationS: Type.Number({
    default: 7_200,
    minimum: 0,
    maximum: 604_800,
    description: 'the failsafe limit holds at least so long unless the grid operator comes back',
  }),
  afterMin: Type.Enum(['hold', 'baseline', 'unlimited'], {
    default: 'hold',
    description: 'and then: it goes on, the contract holds, or only what was scheduled with an end',
  }),
  supersede: Type.Optional(
    Type.Enum(['lowest', 'priority', 'latest', 'version'], {
      description:
        'which of its limits in force binds; left away: version with switch-se, priority with openadr3, latest with lpc, else lowest',
    }),
  ),
  mayRaiseAboveContract: Type.Boolean({
    default: false,
    description: 'an event may allow more than baseline and reservations',
  }),
  meanCeiling: Type.Number({
    default: 1,
    minimum: 1,
    maximum: 2,
    description: 'how far above a limit on a mean the load may be for a while; 1: never above it',
  }),
  release: Type.Object(
    {
      randomS: Type.Number({
        default: 60,
        minimum: 0,
        maximum: 3_600,
        description: 'a rise waits a random part of it',
      }),
      rampS: Type.Number({
        default: 60,
        minimum: 0,
        maximum: 3_600,
        description: 'and then takes this long from nothing to the rating',
      }),
    },
    { ...closed, default: {}, description: 'so that a neighbourhood does not come back at once' },
  ),
  levelsWatts: Type.Array(Type.Union([Type.Number({ minimum: 0, maximum: 1e10 }), Type.Null()]), {
    default: [],
    maxItems: 32,
    description: 'what each step of a relay limits to, from step 0; null: nothing',
  }),
  devices14a: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description:
        'controllable devices under § 14a EnWG: a lower limit by REST or MQTT is raised to what the law leaves them',
    }),
  ),
} as const;

const settings = Type.Object(gridConnectionSettings, closed);
export type GridConnectionConfig = Static<typeof settings>;

export interface SettingFault {
  readonly path: string;
  readonly message: string;
}

/** What the sites and areas of the config are called. */
export interface KnownNodes {
  /** The circuits of each site, its grid connection first. */
  readonly circuits: ReadonlyMap<string, readonly string[]>;
  readonly areas: ReadonlySet<string>;
}

/** Everything wrong with the connections that their schema cannot say. */
export function gridFaults(
  connections: readonly GridConnectionConfig[],
  known: KnownNodes,
): readonly SettingFault[] {
  const ids = new Set<string>();
  return connections.flatMap((connection, index) => {
    const path = `/connections/${index}`;
    const isTwice = ids.has(connection.id);
    ids.add(connection.id);
    return [
      ...(isTwice
        ? [{ path: `${path}/id`, message: `connection id "${connection.id}" is taken already` }]
        : []),
      ...targetFaults(connection, known).map((fault) => ({ ...fault, path: `${path}${fault.path}` })),
    ];
  });
}

function targetFaults({ targets }: GridConnectionConfig, known: KnownNodes): readonly SettingFault[] {
  const nodes = new Set<string>();
  const names = new Set<string>();
  return targets.flatMap((each, index) => {
    const path = `/targets/${index}`;
    const faults: SettingFault[] = [];
    const { site, circuit, area, failsafeAmps, failsafeWatts } = each;
    const circuits = known.circuits.get(site ?? '');
    if ((site === undefined) === (area === undefined))
      faults.push({ path, message: 'needs either site or area' });
    else if (area !== undefined && !known.areas.has(area))
      faults.push({ path, message: `there is no area "${area}"` });
    else if (site !== undefined && circuits === undefined)
      faults.push({ path, message: `there is no site "${site}"` });
    else if (circuit !== undefined && circuits?.includes(circuit) !== true)
      faults.push({ path, message: `site "${site}" has no circuit "${circuit}"` });
    if ((failsafeAmps === undefined) === (failsafeWatts === undefined))
      faults.push({
        path,
        message: 'needs either failsafeWatts or failsafeAmps: silence must mean something',
      });
    if (area !== undefined && failsafeAmps !== undefined)
      faults.push({ path, message: 'failsafeAmps has no meaning for an area: give failsafeWatts' });
    const node = area ?? circuit ?? circuits?.[0] ?? '';
    if (nodes.has(node)) faults.push({ path, message: `"${node}" is a target of this connection already` });
    nodes.add(node);
    for (const name of each.externalIds) {
      if (names.has(name)) faults.push({ path, message: `externalId "${name}" is taken already` });
      names.add(name);
    }
    return faults;
  });
}

/** How long a sender of each profile may be silent, where the config does not say. */
const timeoutS: Readonly<Record<ConnectionProfile, number | undefined>> = {
  generic: undefined,
  lpc: 120,
  oscp: 300,
  openadr3: 300,
};
const supersedeRule = {
  generic: 'lowest',
  lpc: 'latest',
  // A forecast replaces what an earlier one said of the same time before it gets here: whatever is left binds.
  oscp: 'lowest',
  openadr3: 'priority',
} as const;

/** A connection of a config without faults. */
export function gridConnection(
  config: GridConnectionConfig & { readonly openadr?: Pick<OpenAdrConfig, 'profile'> },
  known: KnownNodes,
): GridConnection {
  const heartbeatS = config.heartbeatTimeoutS ?? timeoutS[config.profile];
  const isSwitch = config.openadr?.profile === 'switch-se';
  return {
    id: config.id,
    profile: config.profile,
    targets: config.targets.map((each) => ({
      target: targetOf(each, known),
      externalIds: each.externalIds,
      failsafe:
        each.failsafeAmps === undefined ? { watts: each.failsafeWatts ?? 0 } : { amps: each.failsafeAmps },
    })),
    heartbeatTimeoutMs: heartbeatS === undefined ? undefined : heartbeatS * 1000,
    boundary: config.boundary,
    minDurationMs: config.minDurationS * 1000,
    afterMin: config.afterMin,
    supersede: config.supersede ?? (isSwitch ? 'version' : supersedeRule[config.profile]),
    mayRaiseAboveContract: config.mayRaiseAboveContract,
    meanCeiling: config.meanCeiling,
    release: { randomMs: config.release.randomS * 1000, rampMs: config.release.rampS * 1000 },
    levelsWatts: config.levelsWatts,
    devices14a: config.devices14a,
  };
}

function targetOf(each: GridConnectionConfig['targets'][number], known: KnownNodes): LimitTarget {
  const { site = '', circuit, area } = each;
  if (area !== undefined) return { kind: 'area', areaId: areaId(area) };
  const root = known.circuits.get(site)?.[0] ?? '';
  return { kind: 'circuit', siteId: siteId(site), circuitId: circuitId(circuit ?? root) };
}
