import type { Cdr } from '../../domain/roaming/cdr.ts';
import { object, optional } from '../codec.ts';
import { cdrFields } from '../objects/cdr.ts';
import { ciString } from '../values.ts';
import { dialect } from './dialect.ts';
import { tariff } from './tariff.ts';

export const cdr = object<Cdr>({
  ...cdrFields(dialect, tariff),
  // Of the module Bookings 1.1.
  bookingId: optional('booking_id', ciString(36)),
});
