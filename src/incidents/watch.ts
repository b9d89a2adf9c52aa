import type { TickResult } from '../control/controlLoop.ts';
import type { OverLimit } from '../control/overLimit.ts';
import type { SiteView } from '../control/siteView.ts';
import type { IncidentCause } from './bundle.ts';

/** The longest that a step may take to be answered: meter period, tick, command, and the car. */
const reactionMs = 15_000;

export interface IncidentWatch {
  /** What this tick shows for the first time. What goes on is not told again until it has ended. */
  follow(result: TickResult, monotonicMs: number): readonly IncidentCause[];
}

/** Notices what must not happen, from what the ticks show. */
export function incidentWatch(): IncidentWatch {
  let overSinceMs: ReadonlyMap<string, number> = new Map();
  let known: ReadonlySet<string> = new Set();
  return {
    follow(result, monotonicMs) {
      const over = result.over.filter(({ kind, isOurs }) => kind === 'measured' && isOurs);
      overSinceMs = new Map(
        over.map((each) => [placeOf(each), overSinceMs.get(placeOf(each)) ?? monotonicMs] as const),
      );
      const lasting = over.filter(
        (each) => monotonicMs - (overSinceMs.get(placeOf(each)) ?? monotonicMs) > reactionMs,
      );
      const noticed = [
        ...lasting.map(overLimit),
        ...result.plans.flatMap(({ failure }) => (failure === undefined ? [] : planRefused(failure))),
        ...result.refused.map(raiseRefused),
        ...result.views.flatMap(disobeying),
      ];
      const before = known;
      known = new Set(noticed.map(({ about }) => about));
      return noticed.flatMap(({ about, cause }) => (before.has(about) ? [] : cause));
    },
  };
}

interface Noticed {
  /** The same trouble at another tick has the same. */
  readonly about: string;
  readonly cause: IncidentCause;
}

const placeOf = ({ node, on }: OverLimit): string => `over ${node} ${on}`;

function overLimit(over: OverLimit): Noticed {
  const { node, on, amount, limit, unit, siteId } = over;
  const detail = `${node} ${on} measures ${amount.toFixed(1)} ${unit}, more than ${limit.toFixed(1)} ${unit}, for longer than ${reactionMs / 1000} s`;
  return { about: placeOf(over), cause: { kind: 'over limit', siteId, detail } };
}

const planRefused = (why: string): Noticed => ({
  about: `plan ${why}`,
  cause: { kind: 'plan refused', siteId: undefined, detail: `the allocation was refused: ${why}` },
});

const raiseRefused = ({ dispatched: { command }, node }: TickResult['refused'][number]): Noticed => ({
  about: `raise ${command.evseId}`,
  cause: {
    kind: 'raise refused',
    siteId: command.siteId,
    detail: `the validator kept back a raise of ${command.evseId} that would have put ${node} over its limit`,
  },
});

const disobeying = ({ siteId, evses }: SiteView): readonly Noticed[] =>
  evses.flatMap(({ id, reason }) =>
    reason.kind === 'not obeying'
      ? {
          about: `disobeys ${id}`,
          cause: {
            kind: 'station disobeys',
            siteId,
            detail: `${id} draws ${reason.amps.toFixed(1)} A, more than may be in force there`,
          },
        }
      : [],
  );
