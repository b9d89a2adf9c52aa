import { type Static, Type } from 'typebox';
import { gridConnectionSettings } from '../domain/gridConfig.ts';
import { meterConfig } from '../domain/meterConfig.ts';
import { mqttConfig } from '../domain/mqttConfig.ts';
import { openAdrConfig } from '../domain/openAdrConfig.ts';
import { oscpConfig } from '../domain/oscpConfig.ts';
import { roles } from '../domain/person.ts';
import { emissionsConfig, peakTariffConfig, priceConfig } from '../domain/priceConfig.ts';
import { bookingsConfig } from './bookings.ts';
import { historyConfig, influxConfig } from './history.ts';
import { locationConfig, ocpiConfig, publicEvseConfig } from './ocpi.ts';
import { ocppConfig, stationConfig } from './ocpp.ts';
import { partnerEvseConfig } from './partners.ts';
import { closed, host, id, phase, port, section, sha256, tls } from './parts.ts';
import { sessionsConfig, tokensConfig } from './sessions.ts';

// The one description of the config file: its types, defaults, checks and reference come out of this.

const evse = Type.Object(
  {
    id,
    station: Type.Optional(
      Type.String({ ...id, description: 'its identity in OCPP; left away for an EVSE of a `partner`' }),
    ),
    partner: Type.Optional(partnerEvseConfig),
    evse: Type.Integer({
      default: 1,
      minimum: 1,
      maximum: 99,
      description: "1.6's connectorId, 2.0.1's evseId",
    }),
    phases: Type.Array(phase, {
      default: ['L1', 'L2', 'L3'],
      minItems: 1,
      maxItems: 3,
      uniqueItems: true,
      description: "the circuit's phase behind each of the EVSE's own, in rotation order",
    }),
    minAmps: Type.Number({ default: 6, minimum: 6, maximum: 80, description: 'below it no car charges' }),
    maxAmps: Type.Number({ default: 32, minimum: 6, maximum: 500, description: 'of the EVSE and its cable' }),
    failsafeAmps: Type.Number({
      default: 6,
      minimum: 0,
      maximum: 500,
      description: 'what it falls to when it no longer hears from us; 0, or from minAmps to maxAmps',
    }),
    priority: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 99,
      description: 'a higher class is served first',
    }),
    weight: Type.Number({ default: 1, minimum: 0.01, maximum: 100, description: 'share within the class' }),
    public: Type.Optional(publicEvseConfig),
  },
  closed,
);

/** Recursive: circuits hold circuits. How deep is checked with everything a schema cannot say. */
const circuit = Type.Cyclic(
  {
    Circuit: Type.Object(
      {
        id,
        breakerAmps: Type.Number({ exclusiveMinimum: 0, maximum: 10_000, description: 'per phase' }),
        phases: Type.Array(phase, {
          default: ['L1', 'L2', 'L3'],
          minItems: 1,
          maxItems: 3,
          uniqueItems: true,
          description: 'the conductors it has',
        }),
        ratedWatts: Type.Optional(
          Type.Number({
            exclusiveMinimum: 0,
            maximum: 1e9,
            description: 'of a transformer, over all phases',
          }),
        ),
        assumedBackgroundAmps: Type.Number({
          default: 0,
          minimum: 0,
          maximum: 10_000,
          description:
            'per phase, planned on while no meter tells better, and counted in the failsafe budget',
        }),
        meter: Type.Optional(meterConfig),
        evses: Type.Array(evse, { default: [], maxItems: 10_000 }),
        circuits: Type.Array(Type.Ref('Circuit'), { default: [], maxItems: 1_000 }),
      },
      closed,
    ),
  },
  'Circuit',
);

const site = Type.Object(
  {
    id,
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'for people; left away: the id' }),
    ),
    timeZone: Type.String({ default: 'UTC', description: 'IANA name, for people and for tariffs' }),
    location: Type.Optional(locationConfig),
    bookings: Type.Optional(bookingsConfig),
    supply: section(
      {
        system: Type.Enum(['TN', 'IT'], {
          default: 'TN',
          description: 'TN: star with a neutral; IT: delta without one, as in Norway, cars between two lines',
        }),
        phaseVolts: Type.Number({
          default: 230,
          minimum: 100,
          maximum: 400,
          description: 'what a one-phase car sees: TN from a phase to neutral, IT between two lines',
        }),
        powerFactorMin: Type.Number({
          default: 0.95,
          minimum: 0.5,
          maximum: 1,
          description:
            'IT: the lowest power factor of cars and building; the higher, the less is kept free for unknown angles',
        }),
      },
      'how the site is fed',
    ),
    policy: Type.Enum(['fair', 'deadline', 'first-come'], {
      default: 'fair',
      description:
        'how cars of one priority class share: evenly by weight; who can wait least first; in the order of arrival',
    }),
    driverPriority: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description:
          'OCPP 2.1: priority class of a session whose driver asks for priority at its station, which then goes on under our setpoints; left away: the station is left to it and counts in full',
      }),
    ),
    unknownTokens: Type.Optional(
      Type.Enum(['accept', 'reject'], {
        description: 'whether a driver whose token we do not know may charge; left away: as ocpp has it',
      }),
    ),
    prices: Type.Optional(priceConfig),
    peakTariff: Type.Optional(peakTariffConfig),
    emissions: Type.Optional(emissionsConfig),
    phasesUsed: Type.Enum(['wired', 'learnt'], {
      default: 'wired',
      description:
        'TN: which phases a car counts on: all its EVSE has; or those it was seen to use, with room on each of the others for any one car to begin with it',
    }),
    circuit,
  },
  closed,
);

const accessKey = Type.Object(
  {
    name: id,
    role: Type.Enum(roles, { description: 'what it may do' }),
    sha256,
    sites: Type.Array(id, { default: [], maxItems: 10_000, description: 'an admin needs none' }),
  },
  closed,
);

/** One way to a grid operator. The settings of a protocol (`openadr`, `oscp`) stand beside those that all have. */
const gridConnection = Type.Object(
  { ...gridConnectionSettings, oscp: Type.Optional(oscpConfig), openadr: Type.Optional(openAdrConfig) },
  closed,
);

export const configSchema = Type.Object(
  {
    http: section(
      { host: host('of the REST API and the metrics'), port: port(8080), tls: Type.Optional(tls) },
      'REST API, events, health and metrics',
    ),
    ocpp: ocppConfig,
    ocpi: Type.Optional(ocpiConfig),
    mqtt: { ...mqttConfig, default: {} },
    database: section(
      {
        url: Type.String({
          default: 'sqlite:lastvakt.db',
          description: 'sqlite:FILE, or postgres://user:password@host/database',
        }),
      },
      'limits, sessions, stations, audit',
    ),
    sessions: sessionsConfig,
    tokens: tokensConfig,
    history: historyConfig,
    influx: Type.Optional(influxConfig),
    control: section(
      {
        tickMs: Type.Integer({
          default: 1000,
          minimum: 100,
          maximum: 60_000,
          description: 'pace of the control loop',
        }),
        leaseS: Type.Integer({
          default: 120,
          minimum: 30,
          maximum: 3600,
          description: 'how long a setpoint holds',
        }),
        deadbandAmps: Type.Number({
          default: 0.5,
          minimum: 0,
          maximum: 16,
          description: 'smaller raises wait',
        }),
        raiseDelayS: Type.Number({ default: 10, minimum: 0, maximum: 3600, description: 'after a decrease' }),
        reclaimS: Type.Number({
          default: 30,
          minimum: 5,
          maximum: 3600,
          description: 'a car that leaves its offer unused this long lends the rest to others',
        }),
        restAfterS: Type.Number({
          default: 300,
          minimum: 0,
          maximum: 86_400,
          description:
            'a car that charged and takes nothing for so long leaves its minimum to others who want it, and is offered it again every 15 minutes; 0: never',
        }),
        minOnS: Type.Number({
          default: 900,
          minimum: 0,
          maximum: 86_400,
          description:
            'a car that was started is not paused sooner, unless a limit or a higher class forces it',
        }),
        minOffS: Type.Number({
          default: 60,
          minimum: 0,
          maximum: 86_400,
          description: 'a pause lasts at least',
        }),
        turnS: Type.Number({
          default: 900,
          minimum: 0,
          maximum: 86_400,
          description: 'a paused car takes over from a charging one when it waited this much longer',
        }),
        marginMaxAmps: Type.Number({
          default: 3,
          minimum: 0,
          maximum: 100,
          description:
            'the most kept free on a metered circuit for steps of the background as they were seen before; 0: nothing',
        }),
        planEveryS: Type.Number({
          default: 60,
          minimum: 1,
          maximum: 3600,
          description:
            'how often the coming hours are planned, besides at every arrival, departure, wish, limit and price; a plan has as long, from 10 to 50 s',
        }),
        auditEveryS: Type.Number({
          default: 60,
          minimum: 1,
          maximum: 86_400,
          description: 'how often a tick is solved again by GLPK and compared',
        }),
      },
      'the control loop',
    ),
    incidents: section(
      {
        enabled: Type.Boolean({
          default: true,
          description: 'whether bundles of what happened are written when something went wrong',
        }),
        folder: Type.Optional(
          Type.String({
            minLength: 1,
            description:
              'where to; left away: `incidents` beside the SQLite file, else in the working folder',
          }),
        ),
        perHourMax: Type.Integer({
          default: 6,
          minimum: 0,
          maximum: 1000,
          description: 'bundles an hour that the service writes by itself',
        }),
        filesMax: Type.Integer({
          default: 50,
          minimum: 1,
          maximum: 10_000,
          description: 'bundles that are kept; the oldest go',
        }),
      },
      'incident bundles, for `lastvakt replay`',
    ),
    log: section(
      { level: Type.Enum(['error', 'warn', 'info', 'debug', 'trace'], { default: 'info' }) },
      'logging, JSON lines on standard error',
    ),
    access: section(
      {
        keys: Type.Array(accessKey, { default: [], maxItems: 1_000 }),
        idleMinutes: Type.Integer({
          default: 60,
          minimum: 1,
          maximum: 43_200,
          description: 'a login that was not used for so long ends; more for a screen on a wall',
        }),
        loginHours: Type.Integer({
          default: 12,
          minimum: 1,
          maximum: 8_760,
          description: 'any login ends after this',
        }),
      },
      'API keys, and logins of users',
    ),
    areas: Type.Array(
      Type.Object(
        {
          id,
          limitWatts: Type.Number({
            exclusiveMinimum: 0,
            maximum: 1e10,
            description: 'over all its sites together',
          }),
          sites: Type.Array(id, {
            minItems: 1,
            maxItems: 10_000,
            uniqueItems: true,
            description: 'ids of its sites',
          }),
        },
        closed,
      ),
      { default: [], maxItems: 1_000, description: "parts of the DSO's grid above several sites" },
    ),
    grid: section(
      {
        connections: Type.Array(gridConnection, { default: [], maxItems: 1_000 }),
        evidenceDays: Type.Integer({
          default: 1_100,
          minimum: 731,
          maximum: 10_000,
          description: 'how long the record of limits and of the load under them is kept; at least two years',
        }),
      },
      'grid operators that send limits',
    ),
    stations: Type.Array(stationConfig, { default: [], maxItems: 10_000 }),
    sites: Type.Array(site, { minItems: 1, maxItems: 10_000 }),
  },
  closed,
);

export type Config = Static<typeof configSchema>;
export type CircuitConfig = Config['sites'][number]['circuit'];
export type EvseConfig = CircuitConfig['evses'][number];
