import type { CompositePeriod } from './compositeSchedule.ts';

/** What a station says that it will allow, in the unit of our own calculation. */
export interface ReportedSchedule {
  readonly startMs: number;
  readonly durationS: number;
  readonly periods: readonly { readonly startS: number; readonly limit: number }[];
}

/** Where a station's word first departs from ours. `above`: it would let more flow than the profiles it took. */
export interface ScheduleDifference {
  readonly kind: 'above' | 'below';
  readonly atMs: number;
  /** undefined: no profile says anything. */
  readonly ownLimit: number | undefined;
  readonly reportedLimit: number;
  readonly profileId: number | undefined;
}

export interface ComparisonTerms {
  /** More than this nobody gets, whatever profiles say. */
  readonly hardwareLimit: number;
  /** What rounding may make of a limit. */
  readonly tolerance: number;
  /** What a station's clock may be off, and what it may take from the request to the answer. */
  readonly slackS: number;
}

/**
 * The first lasting difference between our own calculation and the station's, one that lets more flow before one that
 * lets less; undefined where they agree.
 *
 * Compared is the middle of each stretch in which neither changes. One that is shorter than what clocks may be off is
 * no difference of what was understood.
 */
export function scheduleDifference(
  own: readonly CompositePeriod[],
  reported: ReportedSchedule,
  { hardwareLimit, tolerance, slackS }: ComparisonTerms,
): ScheduleDifference | undefined {
  const endMs = reported.startMs + reported.durationS * 1000;
  const starts = reported.periods.map(({ startS }) => reported.startMs + startS * 1000);
  const instants = [...own.map(({ fromMs }) => fromMs), ...starts, endMs]
    .filter((atMs) => atMs >= reported.startMs && atMs <= endMs)
    .sort((a, b) => a - b);
  const differences = instants.flatMap((fromMs, index): ScheduleDifference[] => {
    const toMs = instants[index + 1] ?? endMs;
    if (toMs - fromMs <= 2 * slackS * 1000) return [];
    const atMs = (fromMs + toMs) / 2;
    const period = own.findLast((each) => each.fromMs <= atMs);
    const said = reported.periods.findLast(({ startS }) => reported.startMs + startS * 1000 <= atMs);
    if (said === undefined) return [];
    const allowed = Math.min(period?.limit ?? Number.POSITIVE_INFINITY, hardwareLimit);
    // Nothing was said, and what the hardware does nobody knows.
    if (!Number.isFinite(allowed)) return [];
    const excess = Math.min(said.limit, hardwareLimit) - allowed;
    if (Math.abs(excess) <= tolerance) return [];
    return [
      {
        kind: excess > 0 ? 'above' : 'below',
        atMs: fromMs,
        ownLimit: period?.limit,
        reportedLimit: said.limit,
        profileId: period?.profileId,
      },
    ];
  });
  return differences.find(({ kind }) => kind === 'above') ?? differences[0];
}
