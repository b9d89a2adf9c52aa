import { effect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { chart } from '../chart.ts';
import { words } from '../language.ts';
import { language, theme } from '../preferences.ts';
import type { SiteStore } from '../sites.ts';

/** A quarter of an hour at a point a second. */
const pointsMax = 900;

interface History {
  readonly times: number[];
  readonly load: number[];
  readonly limit: number[];
}

/** Outlives the page one looks at, as long as the window is open. */
const histories = new WeakMap<SiteStore, History>();

/** The fullest phase of the grid connection over the last minutes, with its limit. */
export function Trend({ site }: { readonly site: SiteStore }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const text = words.value.trend;
  const { timeZone } = site.head.peek();
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const series = [
      { label: text.load, colour: '--charging', fill: '--charging-faint' },
      { label: text.limit, colour: '--limit', isStep: true },
    ];
    const drawn = chart(current, { series, timeZone, unit: 'A', spanS: 120 });
    const stop = effect(() => drawn.draw(noted(site)));
    return () => {
      stop();
      drawn.stop();
    };
  }, [site, language.value, theme.value]);
  return (
    <figure class="card trend">
      <figcaption>
        <h2>{text.title}</h2>
        <span>{text.hint}</span>
        <span class="trend-key" aria-hidden="true">
          <span class="key-line is-load" /> {text.load} <span class="key-line is-limit" /> {text.limit}
        </span>
      </figcaption>
      <div ref={place} class="chart" aria-hidden="true" />
    </figure>
  );
}

/** The history with what is true now. */
function noted(site: SiteStore): readonly (readonly number[])[] {
  const { drawAmps, limitAmps } = site.root.circuit.value;
  const atS = Date.parse(site.head.value.tick.at) / 1000;
  const history = histories.get(site) ?? { times: [], load: [], limit: [] };
  histories.set(site, history);
  if (history.times.at(-1) !== atS) {
    history.times.push(atS);
    history.load.push(Math.max(...drawAmps));
    history.limit.push(Math.min(...limitAmps));
    if (history.times.length > pointsMax)
      for (const column of [history.times, history.load, history.limit]) column.shift();
  }
  return [history.times, history.load, history.limit];
}
