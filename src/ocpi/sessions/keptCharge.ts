import type { RoamingCharge, TariffTurn } from '../../domain/roaming/charge.ts';
import type { RoamingObject } from '../../domain/roaming/partner.ts';
import { list, object, optional, required } from '../codec.ts';
import { cdrLocation } from '../objects/cdr.ts';
import { dialect } from '../v230/dialect.ts';
import { session } from '../v230/session.ts';
import { tariff } from '../v230/tariff.ts';
import { flag, instant, text } from '../values.ts';

/** How a charge is kept until it has its CDR: it is billed by what held when it began, also after a restart. */
const codec = object<RoamingCharge>({
  session: required('session', session),
  location: required('cdr_location', cdrLocation(dialect)),
  timeZone: required('time_zone', text(255)),
  tariffs: list('tariffs', tariff),
  turns: list(
    'tariff_turns',
    object<TariffTurn>({
      fromMs: required('from', instant),
      tariffId: required('tariff_id', text(36)),
    }),
  ),
  reserved: optional(
    'reserved',
    object<NonNullable<RoamingCharge['reserved']>>({
      fromMs: required('from', instant),
      isExpired: required('expired', flag),
    }),
  ),
  bookingId: optional('booking_id', text(36)),
});

/** The charge of a partner's driver, and the session of ours that it is. */
export interface KeptCharge {
  readonly partnerId: string;
  readonly sessionId: string;
  readonly createdAtMs: number;
  readonly charge: RoamingCharge;
  /** It has its CDR, or will have none. */
  readonly isDone: boolean;
}

export const kept = ({ partnerId, sessionId, createdAtMs, charge, isDone }: KeptCharge): RoamingObject => ({
  ...{ kind: 'session', partnerId, id: charge.session.id, alias: sessionId, createdAtMs, isDue: !isDone },
  lastUpdatedMs: charge.session.lastUpdatedMs,
  document: codec.write(charge),
});

/** What `kept` wrote. */
export const keptChargeIn = ({
  partnerId,
  alias,
  createdAtMs,
  isDue,
  document,
}: RoamingObject): KeptCharge => ({
  ...{ partnerId, sessionId: alias, createdAtMs, isDone: !isDue },
  charge: codec.read(document),
});
