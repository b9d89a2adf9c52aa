import type { BilledPeriod } from '../../domain/pricing/billedPeriod.ts';
import type { RoamingSession } from '../../domain/roaming/session.ts';

/** A period every five minutes for a month. */
export const periodsMax = 10_000;

/**
 * A session after a PATCH: its periods are added, its other fields take the place of what was there. A period that begins
 * when one we hold does is that one told again, after an answer that was lost. undefined where it would have too many.
 */
export function withChange(
  session: RoamingSession,
  { periods: told = [], ...change }: Partial<RoamingSession>,
): RoamingSession | undefined {
  const periods = withPeriods(session.periods, told);
  return periods.length > periodsMax ? undefined : { ...session, ...change, periods };
}

function withPeriods(held: readonly BilledPeriod[], told: readonly BilledPeriod[]): readonly BilledPeriod[] {
  const byStart = new Map([...held, ...told].map((period) => [period.startMs, period]));
  return [...byStart.values()].sort((a, b) => a.startMs - b.startMs);
}
