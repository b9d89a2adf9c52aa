import {
  type DayOfWeek,
  daysOfWeek,
  type PriceComponent,
  type Restrictions,
  type TariffElement,
} from '../../domain/pricing/tariff.ts';
import type { Tariff } from '../../domain/roaming/tariff.ts';
import { type Fields, list, listOf, object, optional, required } from '../codec.ts';
import { ciString, code, decimal, instant, integer, oneOf, text, url } from '../values.ts';
import { type Dialect, displayText, energyMix, party } from './common.ts';

const timeOfDay = text(5, '^([0-1][0-9]|2[0-3]):[0-5][0-9]$');
const date = text(10, '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$');
const days: readonly [DayOfWeek, ...DayOfWeek[]] = ['MONDAY', ...daysOfWeek.slice(1)];

const restrictions = object<Restrictions>({
  startTime: optional('start_time', timeOfDay),
  endTime: optional('end_time', timeOfDay),
  startDate: optional('start_date', date),
  endDate: optional('end_date', date),
  minKwh: optional('min_kwh', decimal(0)),
  maxKwh: optional('max_kwh', decimal(0)),
  minCurrentAmps: optional('min_current', decimal(0)),
  maxCurrentAmps: optional('max_current', decimal(0)),
  minPowerKw: optional('min_power', decimal(0)),
  maxPowerKw: optional('max_power', decimal(0)),
  minDurationS: optional('min_duration', integer(0)),
  maxDurationS: optional('max_duration', integer(0)),
  daysOfWeek: list('day_of_week', oneOf(days)),
  reservation: optional('reservation', oneOf(['RESERVATION', 'RESERVATION_EXPIRES'])),
  booking: optional('booking', text(255)),
});

const priceComponent = object<PriceComponent>({
  dimension: required('type', oneOf(['ENERGY', 'FLAT', 'PARKING_TIME', 'TIME'])),
  price: required('price', decimal(0)),
  vatPercent: optional('vat', decimal(0)),
  stepSize: required('step_size', integer(0)),
});

const element = object<TariffElement>({
  components: required('price_components', listOf(priceComponent, 1)),
  restrictions: optional('restrictions', restrictions),
});

type VersionFields = 'taxIncluded' | 'preauthorizeAmount';

/** All fields that both versions have. */
export const tariffFields = ({ priceBound }: Dialect): Omit<Fields<Tariff>, VersionFields> => ({
  ...party,
  id: required('id', ciString(36)),
  currency: required('currency', code(3)),
  type: optional(
    'type',
    oneOf(['AD_HOC_PAYMENT', 'PROFILE_CHEAP', 'PROFILE_FAST', 'PROFILE_GREEN', 'REGULAR']),
  ),
  altText: list('tariff_alt_text', displayText),
  altUrl: optional('tariff_alt_url', url),
  minPrice: optional('min_price', priceBound),
  maxPrice: optional('max_price', priceBound),
  elements: required('elements', listOf(element, 1)),
  startsAtMs: optional('start_date_time', instant),
  endsAtMs: optional('end_date_time', instant),
  energyMix: optional('energy_mix', energyMix),
  lastUpdatedMs: required('last_updated', instant),
});
