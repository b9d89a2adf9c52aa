import type {
  ExceptionalPeriod,
  Location,
  OpeningTimes,
  PublicEvse,
  PublishToken,
} from '../../domain/roaming/location.ts';
import { type Codec, type Fields, list, object, optional, required } from '../codec.ts';
import { ciString, code, flag, instant, integer, text } from '../values.ts';
import { businessDetails, type Dialect, displayText, energyMix, image, party, tokenTypes } from './common.ts';
import { coordinates } from './place.ts';

const hourMinute = text(5, '^([0-1][0-9]|2[0-3]):[0-5][0-9]$');

const exceptionalPeriod = object<ExceptionalPeriod>({
  fromMs: required('period_begin', instant),
  untilMs: required('period_end', instant),
});

export const openingTimes = object<OpeningTimes>({
  isAlwaysOpen: required('twentyfourseven', flag),
  regularHours: list(
    'regular_hours',
    object<OpeningTimes['regularHours'][number]>({
      weekday: required('weekday', integer(1, 7)),
      from: required('period_begin', hourMinute),
      until: required('period_end', hourMinute),
    }),
  ),
  exceptionalOpenings: list('exceptional_openings', exceptionalPeriod),
  exceptionalClosings: list('exceptional_closings', exceptionalPeriod),
});

const publishToken = ({ word }: Dialect): Codec<PublishToken> =>
  object<PublishToken>({
    uid: optional('uid', ciString(36)),
    type: optional('type', word(tokenTypes)),
    visualNumber: optional('visual_number', text(64)),
    issuer: optional('issuer', text(64)),
    groupId: optional('group_id', ciString(36)),
  });

const relatedLocation = object<Location['relatedLocations'][number]>({
  ...coordinates.fields,
  name: optional('name', displayText),
});

/** What 2.2.1 knows. */
const parkingTypes: readonly string[] = [
  'ALONG_MOTORWAY',
  'ON_STREET',
  'ON_DRIVEWAY',
  'PARKING_GARAGE',
  'UNDERGROUND_GARAGE',
  'PARKING_LOT',
];

/** What 2.2.1 knows. */
const facilities: readonly string[] = [
  'HOTEL',
  'RESTAURANT',
  'CAFE',
  'MALL',
  'SUPERMARKET',
  'SPORT',
  'RECREATION_AREA',
  'NATURE',
  'MUSEUM',
  'BIKE_SHARING',
  'BUS_STOP',
  'TAXI_STAND',
  'TRAM_STOP',
  'METRO_STATION',
  'TRAIN_STATION',
  'AIRPORT',
  'PARKING_LOT',
  'CARPOOL_PARKING',
  'FUEL_STATION',
  'WIFI',
];

type VersionFields = 'parkingPlaces' | 'helpPhone';

/** All fields that both versions have. */
export const locationFields = (
  dialect: Dialect,
  evse: Codec<PublicEvse>,
): Omit<Fields<Location>, VersionFields> => ({
  ...party,
  id: required('id', ciString(36)),
  isPublished: required('publish', flag),
  publishAllowedTo: list('publish_allowed_to', publishToken(dialect)),
  name: optional('name', text(255)),
  address: required('address', text(45)),
  city: required('city', text(45)),
  postalCode: optional('postal_code', text(10)),
  state: optional('state', text(20)),
  country: required('country', code(3)),
  coordinates: required('coordinates', coordinates),
  relatedLocations: list('related_locations', relatedLocation),
  parkingType: optional('parking_type', dialect.word(parkingTypes)),
  evses: list('evses', evse),
  directions: list('directions', displayText),
  operator: optional('operator', businessDetails(dialect)),
  suboperator: optional('suboperator', businessDetails(dialect)),
  owner: optional('owner', businessDetails(dialect)),
  facilities: list('facilities', dialect.word(facilities)),
  timeZone: required('time_zone', text(255)),
  openingTimes: optional('opening_times', openingTimes),
  chargingWhenClosed: optional('charging_when_closed', flag),
  images: list('images', image(dialect)),
  energyMix: optional('energy_mix', energyMix),
  lastUpdatedMs: required('last_updated', instant),
});
