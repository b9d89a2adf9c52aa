import type { PublicConnector } from '../../domain/roaming/location.ts';
import { type Fields, list, optional, required } from '../codec.ts';
import { ciString, instant, integer, url } from '../values.ts';
import type { Dialect } from './common.ts';
import { connectorFormat, connectorStandards, powerType } from './place.ts';

/** All fields that both versions have. */
export const connectorFields = ({ word }: Dialect): Omit<Fields<PublicConnector>, 'capabilities'> => ({
  id: required('id', ciString(36)),
  standard: required('standard', word(connectorStandards)),
  format: required('format', connectorFormat),
  powerType: required('power_type', powerType),
  maxVolts: required('max_voltage', integer(0)),
  maxAmps: required('max_amperage', integer(0)),
  maxWatts: optional('max_electric_power', integer(0)),
  tariffIds: list('tariff_ids', ciString(36)),
  termsAndConditionsUrl: optional('terms_and_conditions', url),
  lastUpdatedMs: required('last_updated', instant),
});
