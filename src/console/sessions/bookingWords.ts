import type { BookingBody } from '../../http/bookingBody.ts';
import { inLanguages } from '../language.ts';

const english = {
  title: 'Booked',
  none: 'Nothing is booked here.',
  ended: 'Earlier bookings',
  endedNone: 'No booking has ended here yet.',
  columns: {
    when: 'When',
    evse: 'EVSE',
    partner: 'Partner',
    state: 'State',
    guaranteed: 'Guaranteed',
    cancel: 'Cancel',
  },
  states: {
    PENDING: 'asked for',
    RESERVED: 'booked',
    FULFILLED: 'its driver came',
    CANCELED: 'cancelled',
    FAILED: 'failed',
    NO_SHOW: 'nobody came',
    REJECTED: 'refused',
    UNKNOWN: 'unknown',
  },
  cancelledFor: (byUs: boolean, reason: string) => `cancelled by ${byUs ? 'us' : 'the partner'}: ${reason}`,
  reasons: {
    BROKEN_CHARGER: 'the EVSE is broken',
    FULL: 'somebody does not leave',
    BLOCKED: 'the EVSE cannot be reached',
    POWER_OUTAGE: 'no power at the site',
    TRAFFIC: 'traffic',
    BROKEN_VEHICLE: 'the car broke down',
    NO_CANCELED: 'no reason told',
    UNKNOWN: 'another reason',
  },
  cancel: 'Cancel',
  cancelTitle: (what: string) => `Cancel the booking: ${what}`,
  cancelHint:
    'The EVSE is free for others then, and the partner tells its driver why. It cannot be taken back.',
  reason: 'What the driver is told',
  doCancel: 'Cancel this booking',
  sureCancel: 'Yes, cancel it',
  keep: 'No, keep it',
  close: 'Leave as it is',
  cancelled: (what: string) => `Cancelled: ${what}.`,
  more: 'More',
};

const swedish: typeof english = {
  title: 'Bokat',
  none: 'Inget är bokat här.',
  ended: 'Tidigare bokningar',
  endedNone: 'Ingen bokning har avslutats här än.',
  columns: {
    when: 'När',
    evse: 'Uttag',
    partner: 'Partner',
    state: 'Läge',
    guaranteed: 'Garanterat',
    cancel: 'Avboka',
  },
  states: {
    PENDING: 'begärd',
    RESERVED: 'bokad',
    FULFILLED: 'föraren kom',
    CANCELED: 'avbokad',
    FAILED: 'misslyckades',
    NO_SHOW: 'ingen kom',
    REJECTED: 'nekad',
    UNKNOWN: 'okänt',
  },
  cancelledFor: (byUs, reason) => `avbokad av ${byUs ? 'oss' : 'partnern'}: ${reason}`,
  reasons: {
    BROKEN_CHARGER: 'uttaget är trasigt',
    FULL: 'någon står kvar',
    BLOCKED: 'uttaget går inte att nå',
    POWER_OUTAGE: 'ingen ström på anläggningen',
    TRAFFIC: 'trafik',
    BROKEN_VEHICLE: 'bilen gick sönder',
    NO_CANCELED: 'inget skäl uppgivet',
    UNKNOWN: 'annat skäl',
  },
  cancel: 'Avboka',
  cancelTitle: (what) => `Avboka: ${what}`,
  cancelHint:
    'Uttaget blir ledigt för andra, och partnern säger varför till sin förare. Det kan inte ångras.',
  reason: 'Vad föraren får veta',
  doCancel: 'Avboka den här',
  sureCancel: 'Ja, avboka',
  keep: 'Nej, behåll den',
  close: 'Låt vara',
  cancelled: (what) => `Avbokat: ${what}.`,
  more: 'Fler',
};

export const bookingWords = inLanguages({ en: english, sv: swedish });

/** How it stands; of one that was cancelled by whom, and why. */
export function bookingStateText({ status, canceled }: BookingBody): string {
  const { states, cancelledFor, reasons } = bookingWords.value;
  if (canceled === null) return states[status];
  const texts: Readonly<Record<string, string>> = reasons;
  return cancelledFor(canceled.by === 'CPO', texts[canceled.reason] ?? reasons.UNKNOWN);
}
