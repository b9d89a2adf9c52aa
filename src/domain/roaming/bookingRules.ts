import type { BookedSpan, Booking, BookingTerms, Calendar, Timeslot } from './booking.ts';
import type { ClosedTimes } from './openingTimes.ts';

/** How EVSEs of a site may be booked. */
export interface BookingPolicy {
  readonly stepMinutes: number;
  readonly minMinutes: number;
  readonly maxMinutes: number;
  readonly daysAhead: number;
  /** So long before a booking its EVSE is kept from others, and its driver may begin. */
  readonly holdMinutes: number;
  readonly noShowMinutes: number;
  readonly changeUntilMinutes: number;
  readonly cancelUntilMinutes: number;
  /** Bookings of one partner at the site that are still to come. */
  readonly perPartner: number;
  readonly termsUrl?: string;
  /** What each session of a booking is to have at least. */
  readonly guaranteedWatts?: number;
}

/** When it may be booked, beside what others have. */
export interface BookingHours {
  readonly policy: BookingPolicy;
  readonly closed: ClosedTimes;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Bookings begin and end on it, whatever a site's step is: it is what the database keeps apart. */
export const bookingGrainMs = 5 * minuteMs;

export const termsOf = (policy: BookingPolicy, canBeStartedFromAfar: boolean): BookingTerms => ({
  isRfidRequired: false,
  takesTokenGroups: false,
  takesRemoteStart: canBeStartedFromAfar,
  accessMethods: ['OPEN'],
  changeUntilMinutes: policy.changeUntilMinutes,
  cancelUntilMinutes: policy.cancelUntilMinutes,
  isChangeRefused: false,
  isEarlyStartAllowed: policy.holdMinutes > 0,
  ...(policy.holdMinutes > 0 && { earlyStartMinutes: policy.holdMinutes }),
  noShowMinutes: policy.noShowMinutes,
  hasNoShowFee: false,
  // Nobody's charge is ended because the time that he booked is over.
  isLateStopAllowed: true,
  areOverlapsAllowed: true,
  minMinutes: policy.minMinutes,
  maxMinutes: policy.maxMinutes,
  ...(policy.termsUrl !== undefined && { url: policy.termsUrl }),
});

/** Why nobody can book this span, whoever else has; undefined where it can be. */
export function spanRefusal(
  { startMs, endMs }: BookedSpan,
  { policy, closed }: BookingHours,
  nowMs: number,
): string | undefined {
  const stepMs = policy.stepMinutes * minuteMs;
  const minutes = (endMs - startMs) / minuteMs;
  if (startMs < nowMs) return 'the period begins in the past';
  if (startMs % stepMs !== 0 || endMs % stepMs !== 0)
    return `the period must begin and end at a multiple of ${policy.stepMinutes} minutes`;
  if (minutes < policy.minMinutes) return `a booking lasts ${policy.minMinutes} minutes at least`;
  if (minutes > policy.maxMinutes) return `a booking lasts ${policy.maxMinutes} minutes at most`;
  const untilMs = calendarEndMs(policy, nowMs);
  if (endMs > untilMs) return `bookings are taken ${policy.daysAhead} days ahead`;
  const shut = closed(dayBeginMs(nowMs), untilMs);
  if (shut.some((span) => span.startMs < endMs && startMs < span.endMs)) return 'the place is closed then';
  return undefined;
}

/** Whole days, so that a calendar is another one once a day and not with every glance at it. */
const calendarEndMs = ({ daysAhead }: BookingPolicy, nowMs: number): number =>
  dayBeginMs(nowMs) + (daysAhead + 1) * dayMs;

const dayBeginMs = (nowMs: number): number => Math.floor(nowMs / dayMs) * dayMs;

/** Why its driver cannot have it otherwise, or not at all, by now; undefined where he can. */
export function lateRefusal(
  { period, terms }: Pick<Booking, 'period' | 'terms'>,
  wish: 'change' | 'cancel',
  nowMs: number,
): string | undefined {
  const minutes = wish === 'change' ? terms.changeUntilMinutes : terms.cancelUntilMinutes;
  if (nowMs <= period.startMs - minutes * minuteMs) return undefined;
  return `it is too late for a ${wish}: until ${minutes} minutes before the booking`;
}

/** From when on its driver may begin, and others are kept away. */
export const keptFromMs = ({ period, terms }: Pick<Booking, 'period' | 'terms'>): number =>
  period.startMs - (terms.earlyStartMinutes ?? 0) * minuteMs;

/** From when on nobody is expected any more. */
export const noShowAtMs = ({ period, terms }: Pick<Booking, 'period' | 'terms'>): number =>
  Math.min(period.endMs, period.startMs + (terms.noShowMinutes ?? Number.POSITIVE_INFINITY) * minuteMs);

/** What of the calendar's open hours is free, beside what is `taken`; undefined where nothing is. */
export function calendarOf(
  {
    id,
    policy,
    closed,
    slot,
  }: BookingHours & {
    readonly id: string;
    readonly slot: Omit<Timeslot, 'startMs' | 'endMs'>;
  },
  taken: readonly BookedSpan[],
  { nowMs, lastUpdatedMs }: { readonly nowMs: number; readonly lastUpdatedMs: number },
): Calendar | undefined {
  const stepMs = policy.stepMinutes * minuteMs;
  const endMs = calendarEndMs(policy, nowMs);
  const free: Timeslot[] = [];
  let fromMs = Math.ceil(nowMs / stepMs) * stepMs;
  const beginMs = dayBeginMs(nowMs);
  const gaps = [...taken, ...closed(beginMs, endMs)].toSorted((a, b) => a.startMs - b.startMs);
  for (const { startMs, endMs: nextMs } of [...gaps, { startMs: endMs, endMs }]) {
    const untilMs = Math.floor(Math.min(startMs, endMs) / stepMs) * stepMs;
    if (untilMs - fromMs >= policy.minMinutes * minuteMs)
      free.push({ startMs: fromMs, endMs: untilMs, ...slot });
    fromMs = Math.max(fromMs, Math.ceil(nextMs / stepMs) * stepMs);
  }
  if (free.length === 0) return undefined;
  return {
    id,
    beginMs,
    endMs,
    stepMinutes: policy.stepMinutes,
    free,
    lastUpdatedMs: Math.max(lastUpdatedMs, beginMs),
  };
}
