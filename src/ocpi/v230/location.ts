import type { Location, ParkingPlace, PublicConnector, PublicEvse } from '../../domain/roaming/location.ts';
import { list, listOf, object, optional, required } from '../codec.ts';
import { image } from '../objects/common.ts';
import { connectorFields } from '../objects/connector.ts';
import { evseFields } from '../objects/evse.ts';
import { locationFields } from '../objects/location.ts';
import { anyWord, ciString, flag, measure, oneOf, text } from '../values.ts';
import { dialect } from './dialect.ts';

export const connector = object<PublicConnector>({
  ...connectorFields(dialect),
  capabilities: list('capabilities', anyWord),
});

const evseParking = object<PublicEvse['parking'][number]>({
  parkingId: required('parking_id', ciString(36)),
  evsePosition: optional('evse_position', oneOf(['LEFT', 'RIGHT', 'CENTER'])),
});

export const evse = object<PublicEvse>({
  ...evseFields(dialect, connector),
  parking: list('parking', evseParking),
  acceptedServiceProviders: list('accepted_service_providers', text(50)),
});

const parkingPlace = object<ParkingPlace>({
  id: required('id', ciString(36)),
  physicalReference: optional('physical_reference', text(12)),
  vehicleTypes: required('vehicle_types', listOf(anyWord, 1)),
  maxVehicleWeightKg: optional('max_vehicle_weight', measure),
  maxVehicleHeightCm: optional('max_vehicle_height', measure),
  maxVehicleLengthCm: optional('max_vehicle_length', measure),
  maxVehicleWidthCm: optional('max_vehicle_width', measure),
  lengthCm: optional('parking_space_length', measure),
  widthCm: optional('parking_space_width', measure),
  allowsDangerousGoods: optional('dangerous_goods_allowed', flag),
  direction: optional('direction', anyWord),
  isDriveThrough: optional('drive_through', flag),
  isRestrictedToType: required('restricted_to_type', flag),
  needsReservation: required('reservation_required', flag),
  timeLimitMinutes: optional('time_limit', measure),
  isRoofed: optional('roofed', flag),
  isLit: optional('lighting', flag),
  hasRefrigerationOutlet: optional('refrigeration_outlet', flag),
  standards: list('standards', text(255)),
  apdsReference: optional('apds_reference', text(255)),
  images: list('images', image(dialect)),
});

export const location = object<Location>({
  ...locationFields(dialect, evse),
  parkingPlaces: list('parking_places', parkingPlace),
  helpPhone: optional('help_phone', text(25)),
});
