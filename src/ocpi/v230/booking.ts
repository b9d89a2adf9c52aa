import type {
  AccessInformation,
  BookedSpan,
  Booking,
  BookingLocation,
  BookingOption,
  BookingRequest,
  BookingRequestStatus,
  BookingTerms,
  Calendar,
  Cancellation,
  Timeslot,
} from '../../domain/roaming/booking.ts';
import { list, listOf, object, optional, required } from '../codec.ts';
import { party } from '../objects/common.ts';
import { cdrToken } from '../objects/session.ts';
import { anyWord, ciString, flag, instant, integer, measure, oneOf, text, url } from '../values.ts';
import { dialect } from './dialect.ts';

// The module Bookings 1.1 exists beside 2.3.0 alone. Its names are those of the release, as its examples have them: drafts
// of the text say `start_from`, `end_before` and `bookable_parking_option`.

const span = {
  startMs: required('start_date_time', instant),
  endMs: required('end_date_time', instant),
};

const period = object<BookedSpan>(span);

const timeslot = object<Timeslot>({
  ...span,
  minWatts: optional('min_power', measure),
  maxWatts: optional('max_power', measure),
  hasGreenEnergy: optional('green_energy_support', flag),
});

const bookingOption = object<BookingOption>({
  evseUid: optional('evse_uid', ciString(36)),
  connectorId: optional('connector_id', ciString(36)),
  parkingId: optional('parking_id', ciString(36)),
  evsePositions: list('evse_position', anyWord),
  vehicleTypes: list('vehicle_types', anyWord),
  connectorFormats: list('connector_format', anyWord),
  connectorTypes: list('connector_types', anyWord),
  powerTypes: list('power_types', anyWord),
  maxVehicleWeight: optional('max_vehicle_weight', measure),
  maxVehicleHeight: optional('max_vehicle_height', measure),
  maxVehicleLength: optional('max_vehicle_length', measure),
  maxVehicleWidth: optional('max_vehicle_width', measure),
  minParkingSpaceLength: optional('min_parking_space_length', measure),
  minParkingSpaceWidth: optional('min_parking_space_width', measure),
  areDangerousGoodsAllowed: optional('dangerous_goods_allowed', flag),
  isDriveThrough: optional('drive_through', flag),
  hasRefrigerationOutlet: optional('refrigeration_outlet', flag),
});

const access = object<AccessInformation>({
  method: required('method', anyWord),
  value: optional('value', text(255)),
});

// The table types who cancelled as a Role and links it to the roles of an interface, which would not answer the question.
const cancellation = object<Cancellation>({
  reason: required(
    'cancellation_reason',
    oneOf([
      'UNKNOWN',
      'POWER_OUTAGE',
      'BROKEN_CHARGER',
      'FULL',
      'BLOCKED',
      'TRAFFIC',
      'BROKEN_VEHICLE',
      'NO_CANCELED',
    ]),
  ),
  by: required('who_canceled', anyWord),
});

const terms = object<BookingTerms>({
  isRfidRequired: optional('rfid_auth_required', flag),
  takesTokenGroups: optional('token_groups_supported', flag),
  takesRemoteStart: optional('remote_auth_supported', flag),
  accessMethods: required('supported_access_methods', listOf(anyWord, 1)),
  changeUntilMinutes: required('change_until_minutes', measure),
  cancelUntilMinutes: required('cancel_until_minutes', measure),
  isChangeRefused: optional('change_not_allowed', flag),
  isEarlyStartAllowed: optional('early_start_allowed', flag),
  earlyStartMinutes: optional('early_start_time', measure),
  noShowMinutes: optional('noshow_timeout', measure),
  hasNoShowFee: optional('noshow_fee', flag),
  isLateStopAllowed: optional('late_stop_allowed', flag),
  lateStopMinutes: optional('late_stop_time', measure),
  areOverlapsAllowed: optional('overlapping_bookings_allowed', flag),
  minMinutes: optional('min_booking_duration', measure),
  maxMinutes: optional('max_booking_duration', measure),
  url: optional('booking_terms', url),
});

const tokens = cdrToken(dialect);

export const bookingRequest = object<BookingRequest>({
  ...party,
  requestId: required('request_id', ciString(36)),
  option: optional('booking_option', bookingOption),
  locationId: required('location_id', ciString(36)),
  // Required by the table, missing in the example.
  bookingLocationId: optional('booking_location_id', ciString(36)),
  tokens: list('tokens', tokens),
  access: list('access_information', access),
  period: required('period', period),
  authorizationReference: required('authorization_reference', ciString(36)),
  powerKw: optional('power_required', integer(0)),
  canceled: optional('canceled', cancellation),
});

export const booking = object<Booking>({
  id: required('id', ciString(36)),
  ...party,
  requestId: required('request_id', ciString(36)),
  option: optional('booking_option', bookingOption),
  locationId: required('location_id', ciString(36)),
  tokens: list('booking_tokens', tokens),
  tariffIds: list('tariff_ids', ciString(36)),
  period: required('period', timeslot),
  status: required(
    'reservation_status',
    oneOf(['UNKNOWN', 'PENDING', 'RESERVED', 'CANCELED', 'FAILED', 'NO_SHOW', 'FULFILLED', 'REJECTED']),
  ),
  canceled: optional('canceled', cancellation),
  access: list('access_information', access),
  authorizationReference: required('authorization_reference', ciString(36)),
  terms: required('booking_terms', terms),
  requests: required(
    'booking_requests',
    listOf(
      object<BookingRequestStatus>({
        status: required('request_status', oneOf(['PENDING', 'ACCEPTED', 'DECLINED', 'FAILED'])),
        request: required('booking_request', bookingRequest),
        receivedAtMs: required('request_received', instant),
      }),
      1,
    ),
  ),
  lastUpdatedMs: required('last_updated', instant),
});

export const calendar = object<Calendar>({
  id: required('id', ciString(36)),
  beginMs: required('begin_from', instant),
  endMs: required('end_before', instant),
  stepMinutes: optional('timeslot_increment', integer(1)),
  free: required('available_timeslots', listOf(timeslot, 1)),
  lastUpdatedMs: required('last_updated', instant),
});

export const bookingLocation = object<BookingLocation>({
  ...party,
  id: required('id', ciString(36)),
  locationId: required('location_id', ciString(36)),
  option: optional('booking_option', bookingOption),
  policy: optional(
    'policy',
    object<NonNullable<BookingLocation['policy']>>({
      isReservationRequired: required('reservation_required', flag),
      adHocCount: optional('ad_hoc', measure),
    }),
  ),
  tariffIds: list('tariff_ids', ciString(36)),
  terms: optional('booking_terms', terms),
  calendars: list('calendars', calendar),
  lastUpdatedMs: required('last_updated', instant),
});
