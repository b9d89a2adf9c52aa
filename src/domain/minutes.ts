import type { SiteId } from './ids.ts';

// What is kept of every minute for more than a year: so that history is there without a time-series database.

/** Whose minutes: the site as a whole, one of its circuits, one of its EVSEs. */
export interface MinuteSeries {
  readonly siteId: SiteId;
  readonly kind: 'site' | 'circuit' | 'evse';
  /** Of the circuit or EVSE; of the site itself for kind `site`. */
  readonly id: string;
}

/** Figures by the names of grafana/README.md; one that was not known is not there. */
export type Figures = Readonly<Record<string, number>>;

/** What is known of the time from `atMs` on, for a minute or for a longer step. */
export interface Minute {
  readonly atMs: number;
  readonly figures: Figures;
}

export interface SeriesMinute extends Minute {
  readonly series: MinuteSeries;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

export const minuteOf = (atMs: number): number => Math.floor(atMs / minuteMs) * minuteMs;
export const hourOf = (atMs: number): number => Math.floor(atMs / hourMs) * hourMs;

/** What stands for a stretch of time: the mean over it, its highest, lowest or last value, or the seconds in which it held. */
type Way = 'mean' | 'highest' | 'lowest' | 'last' | 'seconds';

/** Limits and headroom are told at their worst, what could burn a fuse at its highest. */
function wayOf(figure: string): Way {
  if (
    /^(draw_max|exposure|load_share|duration_ms|disobeying|over_limit$|silent_meters|offline|charging$)/.test(
      figure,
    )
  )
    return 'highest';
  if (/^(limit_l|headroom)/.test(figure)) return 'lowest';
  if (figure === 'over_limit_s') return 'seconds';
  if (/^(draw|background|charging_amps)/.test(figure)) return 'mean';
  return 'last';
}

interface Sum {
  readonly way: Way;
  value: number;
  weightMs: number;
}

/** Figures over a stretch of time, from what held for parts of it. */
export class Stretch {
  readonly #sums = new Map<string, Sum>();

  /** `figures` held for so long. Of what holds, `over_limit_s` is the share of the time: 1 or 0. */
  add(figures: Figures, forMs: number): void {
    for (const name in figures) {
      const value = figures[name];
      if (value === undefined) continue;
      const sum = this.#sums.get(name);
      if (sum === undefined) this.#sums.set(name, firstSum(wayOf(name), value, forMs));
      else addTo(sum, value, forMs);
    }
  }

  figures(): Figures {
    const figures: Record<string, number> = {};
    for (const [name, { way, value, weightMs }] of this.#sums) {
      figures[name] = rounded(way === 'mean' ? value / weightMs : way === 'seconds' ? value / 1000 : value);
    }
    return figures;
  }
}

const firstSum = (way: Way, value: number, forMs: number): Sum => ({
  way,
  value: isWeighted(way) ? value * forMs : value,
  weightMs: forMs,
});

function addTo(sum: Sum, value: number, forMs: number): void {
  sum.weightMs += forMs;
  if (isWeighted(sum.way)) sum.value += value * forMs;
  else if (sum.way === 'highest') sum.value = Math.max(sum.value, value);
  else if (sum.way === 'lowest') sum.value = Math.min(sum.value, value);
  else sum.value = value;
}

const isWeighted = (way: Way): boolean => way === 'mean' || way === 'seconds';

/** Hundredths: finer than any meter tells, and it keeps the store small. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Minutes gathered into longer steps, each as if it had been one long minute. Steps without a minute are left out. */
export class Steps {
  readonly #stepMs: number;
  readonly #stretches = new Map<number, Stretch>();

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  add({ atMs, figures }: Minute): void {
    const step = Math.floor(atMs / this.#stepMs) * this.#stepMs;
    const stretch = this.#stretches.get(step) ?? new Stretch();
    this.#stretches.set(step, stretch);
    const { over_limit_s: overS, ...others } = figures;
    const share = overS === undefined ? {} : { over_limit_s: (overS * 1000) / minuteMs };
    stretch.add({ ...others, ...share }, minuteMs);
  }

  minutes(): readonly Minute[] {
    return [...this.#stretches].map(([atMs, stretch]) => ({ atMs, figures: stretch.figures() }));
  }
}
