import type { BilledPeriod, PeriodVolume } from '../../domain/pricing/billedPeriod.ts';
import type { CdrToken, RoamingSession } from '../../domain/roaming/session.ts';
import { type Fields, list, listOf, type ObjectCodec, object, optional, required } from '../codec.ts';
import { ciString, code, decimal, instant, oneOf, text } from '../values.ts';
import { type Dialect, party, tokenTypes } from './common.ts';

const periodVolume = object<PeriodVolume>({
  dimension: required(
    'type',
    oneOf([
      'CURRENT',
      'ENERGY',
      'ENERGY_EXPORT',
      'ENERGY_IMPORT',
      'MAX_CURRENT',
      'MIN_CURRENT',
      'MAX_POWER',
      'MIN_POWER',
      'PARKING_TIME',
      'POWER',
      'RESERVATION_TIME',
      'STATE_OF_CHARGE',
      'TIME',
    ]),
  ),
  volume: required('volume', decimal()),
});

export const chargingPeriod = object<BilledPeriod>({
  startMs: required('start_date_time', instant),
  volumes: required('dimensions', listOf(periodVolume, 1)),
  tariffId: optional('tariff_id', ciString(36)),
});

export const authMethod = oneOf(['AUTH_REQUEST', 'COMMAND', 'WHITELIST']);

export const cdrToken = ({ word }: Dialect): ObjectCodec<CdrToken> =>
  object<CdrToken>({
    ...party,
    uid: required('uid', ciString(36)),
    type: required('type', word(tokenTypes)),
    contractId: required('contract_id', ciString(36)),
  });

export const sessionFields = (dialect: Dialect): Fields<RoamingSession> => ({
  ...party,
  id: required('id', ciString(36)),
  startedAtMs: required('start_date_time', instant),
  endedAtMs: optional('end_date_time', instant),
  energyKwh: required('kwh', decimal()),
  token: required('cdr_token', cdrToken(dialect)),
  authMethod: required('auth_method', authMethod),
  authorizationReference: optional('authorization_reference', ciString(36)),
  locationId: required('location_id', ciString(36)),
  evseUid: required('evse_uid', ciString(36)),
  connectorId: required('connector_id', ciString(36)),
  meterId: optional('meter_id', text(255)),
  currency: required('currency', code(3)),
  periods: list('charging_periods', chargingPeriod),
  totalCost: optional('total_cost', dialect.price),
  status: required('status', oneOf(['ACTIVE', 'COMPLETED', 'INVALID', 'PENDING', 'RESERVATION'])),
  lastUpdatedMs: required('last_updated', instant),
});
