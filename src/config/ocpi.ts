import { Type } from 'typebox';
import { energySources } from '../domain/roaming/common.ts';
import { loadManagementConfig } from './partners.ts';
import { closed } from './parts.ts';

const party = Type.Object(
  {
    countryCode: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
    partyId: Type.String({ pattern: '^[A-Z0-9]{3}$', description: 'as it was given to you in that country' }),
    name: Type.String({ minLength: 1, maxLength: 100, description: 'of the company' }),
    website: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 255 })),
  },
  closed,
);

/** How charges of our drivers at other operators' stations are billed. */
const retailer = Type.Object(
  {
    timeZone: Type.String({
      maxLength: 64,
      description: 'where billing months begin and end, such as Europe/Stockholm',
    }),
    vatPercent: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,3}(\\.[0-9]{1,4})?$',
        description:
          'VAT put on the amounts before taxes, such as "25"; left away: the taxes that operators tell',
      }),
    ),
    roundedPer: Type.Enum(['line', 'invoice'], {
      default: 'line',
      description: 'whether each line is payable as it stands, or only the totals are rounded',
    }),
    ties: Type.Enum(['half-up', 'half-even'], {
      default: 'half-up',
      description: 'how half a cent is rounded',
    }),
    language: Type.Enum(['sv', 'en'], { default: 'sv', description: 'of invoice pages' }),
  },
  {
    ...closed,
    description:
      'makes us an eMSP too: we issue tokens, and bill what our drivers charge at other operators’ stations',
  },
);

export const ocpiConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: '^https?://[^?#]+[^/?#]$',
        maxLength: 180,
        description:
          'under which partners reach `/ocpi` of our port; left away: the address listened on, for a trial',
      }),
    ),
    party,
    roles: Type.Array(Type.Enum(['CPO', 'SCSP']), {
      default: ['CPO'],
      minItems: 1,
      uniqueItems: true,
      description:
        'what we are to partners: operator of our stations (`CPO`), and load management for stations of theirs (`SCSP`), for which they tell us their sessions',
    }),
    loadManagement: loadManagementConfig,
    tariffs: Type.Array(Type.Object({}, { additionalProperties: true }), {
      default: [],
      maxItems: 1_000,
      description:
        'tariffs in the words of OCPI 2.3.0, without `country_code`, `party_id` and `last_updated`; EVSEs name them by `id`',
    }),
    retailer: Type.Optional(retailer),
    allowPrivatePartners: Type.Boolean({
      default: false,
      description:
        'partners on loopback or private networks, and over plain HTTP: for a trial, or in a tunnel',
    }),
  },
  { ...closed, description: 'roaming partners; without it nobody is answered under `/ocpi`' },
);

const coordinate = (digits: number, description: string) =>
  Type.String({
    pattern: `^-?[0-9]{1,${digits}}\\.[0-9]{5,7}$`,
    description: `${description}, as text with 5 to 7 decimals`,
  });
const timeOfDay = Type.String({ pattern: '^([0-1][0-9]|2[0-3]):[0-5][0-9]$', description: 'HH:MM' });

const openingHours = Type.Object(
  {
    weekday: Type.Integer({ minimum: 1, maximum: 7, description: '1 is Monday' }),
    from: timeOfDay,
    until: timeOfDay,
  },
  closed,
);

const instant = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$',
  description: 'such as 2026-12-24T15:00+01:00',
});
const exceptions = (description: string) =>
  Type.Array(Type.Object({ from: instant, until: instant }, closed), {
    default: [],
    maxItems: 100,
    description,
  });

const gramsPerKwh = (description: string) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 100_000, description }));

/** Where the energy of a site comes from. */
const energyMixConfig = Type.Object(
  {
    sources: Type.Array(
      Type.Object(
        {
          source: Type.Enum(energySources),
          percent: Type.Number({ minimum: 0, maximum: 100, description: 'all together 100 at most' }),
        },
        closed,
      ),
      { default: [], maxItems: 20 },
    ),
    carbonDioxideGramsPerKwh: gramsPerKwh('CO2 of its production'),
    nuclearWasteGramsPerKwh: gramsPerKwh('waste of its production'),
    supplier: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    product: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'as its supplier calls it' }),
    ),
  },
  { ...closed, description: 'where its energy comes from; needs `isGreenEnergy`' },
);

/** Of a site, for partners and the public. */
export const locationConfig = Type.Object(
  {
    address: Type.String({ minLength: 1, maxLength: 45 }),
    city: Type.String({ minLength: 1, maxLength: 45 }),
    postalCode: Type.Optional(Type.String({ maxLength: 10 })),
    country: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 3166-1 alpha-3, such as SWE' }),
    latitude: coordinate(2, 'WGS 84'),
    longitude: coordinate(3, 'WGS 84'),
    publish: Type.Boolean({ default: true, description: 'whether partners may show it to everybody' }),
    parkingType: Type.Optional(
      Type.String({ maxLength: 36, description: 'such as PARKING_GARAGE or ON_STREET' }),
    ),
    facilities: Type.Array(Type.String({ maxLength: 36 }), {
      default: [],
      maxItems: 50,
      description: 'such as HOTEL or SUPERMARKET',
    }),
    openingHours: Type.Array(openingHours, { default: [], maxItems: 50, description: 'none: always open' }),
    exceptionalOpenings: exceptions('open then, too'),
    exceptionalClosings: exceptions('closed then, whatever stands above'),
    isGreenEnergy: Type.Optional(
      Type.Boolean({ description: 'whether all of its energy comes from renewable sources' }),
    ),
    energyMix: Type.Optional(energyMixConfig),
    helpPhone: Type.Optional(Type.String({ maxLength: 25, description: 'told in 2.3.0' })),
  },
  { ...closed, description: 'where it is: with it, and with `ocpi`, partners see the site' },
);

const centimetres = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description }));
const flag = (description: string) => Type.Optional(Type.Boolean({ description }));

/** Where a vehicle stands that charges at an EVSE. */
const parkingConfig = Type.Object(
  {
    evsePosition: Type.Optional(
      Type.Enum(['LEFT', 'RIGHT', 'CENTER'], { description: 'of the EVSE, as seen from the place' }),
    ),
    physicalReference: Type.Optional(Type.String({ maxLength: 12, description: 'what is painted on it' })),
    vehicleTypes: Type.Array(Type.String({ maxLength: 36 }), {
      default: ['PERSONAL_VEHICLE'],
      minItems: 1,
      maxItems: 20,
      description: 'as OCPI 2.3.0 has them, such as MOTORCYCLE or TRUCK_WITH_TRAILER',
    }),
    isRestrictedToType: Type.Boolean({ default: false, description: 'whether others are forbidden' }),
    maxVehicleWeightKg: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 200_000, description: 'that can stand there' }),
    ),
    maxVehicleHeightCm: centimetres('under a roof or a gate'),
    maxVehicleLengthCm: centimetres('that can stand there'),
    maxVehicleWidthCm: centimetres('that can stand there'),
    lengthCm: centimetres('of the place'),
    widthCm: centimetres('of the place'),
    allowsDangerousGoods: flag('whether a load of them may stand there'),
    isDriveThrough: flag('whether nobody has to reverse'),
    isRoofed: flag('whether there is a roof above it'),
    isLit: flag('whether there is light at night'),
    hasRefrigerationOutlet: flag("whether a lorry's refrigeration has power"),
    timeLimitMinutes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000, description: 'how long a vehicle may stay' }),
    ),
  },
  { ...closed, description: 'the parking place of the EVSE, told in 2.3.0' },
);

/** Of an EVSE, for partners and the public. */
export const publicEvseConfig = Type.Object(
  {
    evseId: Type.Optional(Type.String({ maxLength: 48, description: 'eMI3 id, such as SE*GRG*E1' })),
    physicalReference: Type.Optional(Type.String({ maxLength: 16, description: 'what is painted on it' })),
    floorLevel: Type.Optional(Type.String({ maxLength: 4 })),
    parking: Type.Optional(parkingConfig),
    standard: Type.String({
      default: 'IEC_62196_T2',
      maxLength: 36,
      description: 'of the connector, as OCPI has it',
    }),
    format: Type.Enum(['SOCKET', 'CABLE'], { default: 'SOCKET' }),
    maxWatts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'left away: what its phases and amps give',
      }),
    ),
    tariffs: Type.Array(Type.String({ maxLength: 36 }), {
      default: [],
      maxItems: 20,
      description: 'ids of `ocpi.tariffs`, the one that sessions are billed by first',
    }),
    capabilities: Type.Array(Type.String({ maxLength: 50 }), {
      default: ['RFID_READER'],
      maxItems: 20,
      description: 'beside those that this service gives it',
    }),
  },
  { ...closed, description: 'as partners see it' },
);
