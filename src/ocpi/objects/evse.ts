import type { EvsePublicStatus, PublicConnector, PublicEvse } from '../../domain/roaming/location.ts';
import { type Codec, type Fields, list, listOf, object, optional, required } from '../codec.ts';
import { ciString, instant, oneOf, text } from '../values.ts';
import { type Dialect, displayText, image } from './common.ts';
import { coordinates } from './place.ts';

const status: Codec<EvsePublicStatus> = oneOf([
  'AVAILABLE',
  'BLOCKED',
  'CHARGING',
  'INOPERATIVE',
  'OUTOFORDER',
  'PLANNED',
  'REMOVED',
  'RESERVED',
  'UNKNOWN',
]);

const statusSchedule = object<PublicEvse['statusSchedule'][number]>({
  fromMs: required('period_begin', instant),
  untilMs: optional('period_end', instant),
  status: required('status', status),
});

/** What 2.2.1 knows. */
const capabilities: readonly string[] = [
  'CHARGING_PROFILE_CAPABLE',
  'CHARGING_PREFERENCES_CAPABLE',
  'CHIP_CARD_SUPPORT',
  'CONTACTLESS_CARD_SUPPORT',
  'CREDIT_CARD_PAYABLE',
  'DEBIT_CARD_PAYABLE',
  'PED_TERMINAL',
  'REMOTE_START_STOP_CAPABLE',
  'RESERVABLE',
  'RFID_READER',
  'START_SESSION_CONNECTOR_REQUIRED',
  'TOKEN_GROUP_CAPABLE',
  'UNLOCK_CAPABLE',
];

/** What 2.2.1 knows. */
const parkingRestrictions: readonly string[] = ['EV_ONLY', 'PLUGGED', 'DISABLED', 'CUSTOMERS', 'MOTORCYCLES'];

type VersionFields = 'parking' | 'acceptedServiceProviders';

/** All fields that both versions have. */
export const evseFields = (
  dialect: Dialect,
  connector: Codec<PublicConnector>,
): Omit<Fields<PublicEvse>, VersionFields> => ({
  uid: required('uid', ciString(36)),
  evseId: optional('evse_id', ciString(48)),
  status: required('status', status),
  statusSchedule: list('status_schedule', statusSchedule),
  capabilities: list('capabilities', dialect.word(capabilities)),
  connectors: required('connectors', listOf(connector, 1)),
  floorLevel: optional('floor_level', text(4)),
  coordinates: optional('coordinates', coordinates),
  physicalReference: optional('physical_reference', text(16)),
  directions: list('directions', displayText),
  parkingRestrictions: list('parking_restrictions', dialect.word(parkingRestrictions)),
  images: list('images', image(dialect)),
  lastUpdatedMs: required('last_updated', instant),
});
