import type { SiteView } from '../control/siteView.ts';
import type { SiteId } from '../domain/ids.ts';
import { type MinuteSeries, minuteMs, minuteOf, type SeriesMinute, Stretch } from '../domain/minutes.ts';
import { minuteFigures, type SeriesFigures } from './minuteFigures.ts';

/** Past this the ticks are no series: the process was held up, or the clock was set. */
const gapMaxMs = minuteMs;

/** The site since its last tick. */
interface Site {
  atMs: number;
  figures: readonly SeriesFigures[];
  open: Map<string, { readonly series: MinuteSeries; readonly stretch: Stretch }>;
}

/**
 * Turns the ticks of all sites into minutes. What a tick tells holds until the next one, so that a mean is one over
 * time and not over ticks, which come closer together when something happens. The bound is the config: one open
 * minute of every series.
 */
export class MinuteBook {
  readonly #sites = new Map<SiteId, Site>();

  /** The minutes that this tick completes, of all series of its site. */
  follow(view: SiteView): readonly SeriesMinute[] {
    const { atMs } = view.tick;
    const site = this.#sites.get(view.siteId);
    const figures = minuteFigures(view);
    if (site === undefined) {
      this.#sites.set(view.siteId, { atMs, figures, open: new Map() });
      return [];
    }
    const isGap = atMs < site.atMs || atMs - site.atMs > gapMaxMs;
    const finished = isGap ? closed(site) : upTo(site, atMs);
    site.atMs = atMs;
    site.figures = figures;
    return finished;
  }
}

function upTo(site: Site, atMs: number): readonly SeriesMinute[] {
  const finished: SeriesMinute[] = [];
  while (site.atMs < atMs) {
    const endMs = minuteOf(site.atMs) + minuteMs;
    const untilMs = Math.min(atMs, endMs);
    hold(site, untilMs - site.atMs);
    if (untilMs === endMs) finished.push(...closed(site));
    site.atMs = untilMs;
  }
  return finished;
}

function hold({ figures, open }: Site, forMs: number): void {
  for (const each of figures) {
    const { kind, id } = each.series;
    const key = `${kind} ${id}`;
    let found = open.get(key);
    if (found === undefined) {
      found = { series: each.series, stretch: new Stretch() };
      open.set(key, found);
    }
    found.stretch.add(each.figures, forMs);
  }
}

/** Ends the running minute. */
function closed(site: Site): readonly SeriesMinute[] {
  const atMs = minuteOf(site.atMs);
  const minutes = [...site.open.values()].map(({ series, stretch }) => ({
    series,
    atMs,
    figures: stretch.figures(),
  }));
  site.open = new Map();
  return minutes;
}
