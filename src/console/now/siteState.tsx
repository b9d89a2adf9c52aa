import { useComputed } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { amps, clockTime, duration } from '../format.ts';
import { Icon } from '../icons.tsx';
import { words } from '../language.ts';
import { minuteMs, serverNowMs } from '../live.ts';
import type { SiteStore } from '../sites.ts';
import { byWhom, untilText } from '../why.ts';
import { type Condition, circuitsOf, condition, evsesOf, troubles } from './siteCondition.ts';
import { SiteStopping } from './siteStopping.tsx';

/** The state of the site in one word, a sentence why, and what needs a person. */
export function SiteState({ site }: { readonly site: SiteStore }): JSX.Element {
  const found = useComputed(() => condition(site.head.value, circuitsOf(site))).value;
  return (
    <section class={`card state is-${found.kind}`} aria-labelledby="state-title">
      <div class="state-now" role="status">
        <span class="state-icon">
          <Icon name={found.kind} />
        </span>
        <div>
          <h1 id="state-title">{words.value.states[found.kind]}</h1>
          <Explained site={site} found={found} />
        </div>
      </div>
      <Troubles site={site} />
      <SiteStopping site={site} />
    </section>
  );
}

function Explained({ site, found }: { readonly site: SiteStore; readonly found: Condition }): JSX.Element {
  const text = words.value.stateTexts;
  const { timeZone } = site.head.value;
  switch (found.kind) {
    case 'normal':
    case 'failsafe':
    case 'starting':
      return <p>{text[found.kind]}</p>;
    case 'assumed':
      return <p>{text.assumed(found.circuits.join(', '))}</p>;
    case 'stopped':
      return (
        <>
          <p>{text.stopped(found.stop.by, clockTime(Date.parse(found.stop.at), timeZone))}</p>
          <p class="state-reason">{found.stop.reason}</p>
        </>
      );
    case 'limited': {
      const { circuit, by } = found;
      const place = { site, timeZone, nowMs: minuteMs.value };
      return (
        <>
          <p>
            {text.limited(amps(Math.min(...circuit.limitAmps)), circuit.id, byWhom(by))}
            <strong class="nowrap">
              {untilText(by, place)}
              {by.until != null && <Left untilMs={Date.parse(by.until)} />}
            </strong>
          </p>
          {by.reason !== undefined && <p class="state-reason">{by.reason}</p>}
        </>
      );
    }
    default:
      return found satisfies never;
  }
}

/** Counts down by itself, so that nothing else is drawn anew each second. */
const Left = ({ untilMs }: { readonly untilMs: number }): JSX.Element => (
  <span aria-hidden="true"> ({words.value.left(duration(untilMs - serverNowMs.value))})</span>
);

function Troubles({ site }: { readonly site: SiteStore }): JSX.Element | null {
  const text = words.value.attention;
  const found = useComputed(() => troubles(circuitsOf(site), evsesOf(site))).value;
  const { offline, disobeys, faulted, unanswered, meters, over } = found;
  const lines: ComponentChildren[] = [
    ...over.map(({ id }) => text.over(id)),
    ...(disobeys > 0 ? [text.disobeys(disobeys)] : []),
    ...(faulted > 0 ? [text.faulted(faulted)] : []),
    ...(offline > 0 ? [text.offline(offline)] : []),
    ...(unanswered > 0 ? [text.unanswered(unanswered)] : []),
    ...meters.flatMap(({ id, meterVerdict }) =>
      meterVerdict === null ? [] : text.meter(id, words.value.verdicts[meterVerdict.kind]),
    ),
  ];
  if (lines.length === 0) return null;
  return (
    <div class="troubles">
      <h2>
        <Icon name="attention" /> {text.title}
      </h2>
      <ul>
        {lines.map((line) => (
          <li key={String(line)}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
