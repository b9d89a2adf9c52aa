import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { amps } from '../format.ts';
import { words } from '../language.ts';
import type { SiteStore } from '../sites.ts';
import { CircuitTree } from './circuitTree.tsx';
import { evsesOf, totals } from './siteCondition.ts';
import { SiteState } from './siteState.tsx';
import { Trend } from './trend.tsx';

/** Whether it is safe now, since when and why, then the tree of circuits with every EVSE and its reason. */
export function NowPage({ site }: { readonly site: SiteStore }): JSX.Element {
  return (
    <div class="now">
      <div class="overview">
        <SiteState site={site} />
        <Figures site={site} />
      </div>
      <Trend site={site} key={site.head.peek().id} />
      <CircuitTree site={site} key={site.head.peek().id} />
    </div>
  );
}

function Figures({ site }: { readonly site: SiteStore }): JSX.Element {
  const text = words.value.figures;
  const found = useComputed(() => totals(site.root.circuit.value, evsesOf(site))).value;
  const { fullest, charging, connected, chargingAmps, waiting } = found;
  const share = fullest.limitAmps > 0 ? Math.round((100 * fullest.loadAmps) / fullest.limitAmps) : 100;
  return (
    <dl class="figures" aria-label={text.title}>
      <Figure
        name={text.load}
        value={amps(fullest.loadAmps)}
        hint={text.loadOf(`${share} %`, amps(fullest.limitAmps))}
      />
      <Figure name={text.charging} value={amps(chargingAmps)} hint={text.cars(charging, connected)} />
      <Figure name={text.headroom} value={amps(fullest.headroomAmps)} hint={text.headroomOn(fullest.phase)} />
      <Figure name={text.waiting} value={String(waiting)} hint={text.waitingHint} />
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly hint: string;
}

function Figure({ name, value, hint }: FigureProps): JSX.Element {
  const [figure, unit] = value.split(/\s(?=\D+$)/);
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <span class="figure-value">
          {figure}
          {unit !== undefined && <small> {unit}</small>}
        </span>
        <span class="figure-hint">{hint}</span>
      </dd>
    </div>
  );
}
