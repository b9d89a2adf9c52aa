import type { Cdr, CdrLocation, SignedData } from '../../domain/roaming/cdr.ts';
import type { Tariff } from '../../domain/roaming/tariff.ts';
import {
  type Codec,
  type Fields,
  list,
  listOf,
  type ObjectCodec,
  object,
  optional,
  required,
  untold,
} from '../codec.ts';
import { ciString, code, decimal, flag, instant, integer, text } from '../values.ts';
import { type Dialect, party } from './common.ts';
import { connectorFormat, connectorStandards, coordinates, powerType } from './place.ts';
import { authMethod, cdrToken, chargingPeriod } from './session.ts';

export const cdrLocation = ({ word }: Dialect): ObjectCodec<CdrLocation> =>
  object<CdrLocation>({
    id: required('id', ciString(36)),
    name: optional('name', text(255)),
    address: required('address', text(45)),
    city: required('city', text(45)),
    postalCode: optional('postal_code', text(10)),
    state: optional('state', text(20)),
    country: required('country', code(3)),
    coordinates: required('coordinates', coordinates),
    evseUid: required('evse_uid', ciString(36)),
    evseId: required('evse_id', ciString(48)),
    connectorId: required('connector_id', ciString(36)),
    connectorStandard: required('connector_standard', word(connectorStandards)),
    connectorFormat: required('connector_format', connectorFormat),
    connectorPowerType: required('connector_power_type', powerType),
  });

const signedData = object<SignedData>({
  encodingMethod: required('encoding_method', ciString(36)),
  encodingMethodVersion: optional('encoding_method_version', integer()),
  publicKey: optional('public_key', text(512)),
  values: required(
    'signed_values',
    listOf(
      object<SignedData['values'][number]>({
        nature: required('nature', ciString(32)),
        plainData: required('plain_data', text(512)),
        signedData: required('signed_data', text(5000)),
      }),
      1,
    ),
  ),
  url: optional('url', text(512)),
});

export const cdrFields = (dialect: Dialect, tariff: Codec<Tariff>): Fields<Cdr> => ({
  ...party,
  id: required('id', ciString(39)),
  startedAtMs: required('start_date_time', instant),
  endedAtMs: required('end_date_time', instant),
  sessionId: optional('session_id', ciString(36)),
  token: required('cdr_token', cdrToken(dialect)),
  authMethod: required('auth_method', authMethod),
  authorizationReference: optional('authorization_reference', ciString(36)),
  location: required('cdr_location', cdrLocation(dialect)),
  meterId: optional('meter_id', text(255)),
  currency: required('currency', code(3)),
  tariffs: list('tariffs', tariff),
  periods: required('charging_periods', listOf(chargingPeriod, 1)),
  signedData: optional('signed_data', signedData),
  ...totals(dialect),
  remark: optional('remark', text(255)),
  invoiceReferenceId: optional('invoice_reference_id', ciString(39)),
  isCredit: optional('credit', flag),
  creditReferenceId: optional('credit_reference_id', ciString(39)),
  isHomeChargingCompensated: optional('home_charging_compensation', flag),
  bookingId: untold<string | undefined>(undefined),
  lastUpdatedMs: required('last_updated', instant),
});

type Totals = Extract<keyof Cdr, `total${string}`>;

const totals = ({ price }: Dialect): Pick<Fields<Cdr>, Totals> => ({
  totalCost: required('total_cost', price),
  totalFixedCost: optional('total_fixed_cost', price),
  totalEnergyKwh: required('total_energy', decimal()),
  totalEnergyCost: optional('total_energy_cost', price),
  totalTimeHours: required('total_time', decimal()),
  totalTimeCost: optional('total_time_cost', price),
  totalParkingTimeHours: optional('total_parking_time', decimal()),
  totalParkingCost: optional('total_parking_cost', price),
  totalReservationCost: optional('total_reservation_cost', price),
});
