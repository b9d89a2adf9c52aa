import { type Signal, useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { EvseBody, LimitOriginBody } from '../../http/schemas.ts';
import { amps, duration } from '../format.ts';
import { words } from '../language.ts';
import { minuteMs } from '../live.ts';
import { type Branch, evsesBelow, type SiteStore } from '../sites.ts';
import { byWhom, untilText } from '../why.ts';
import { EvseRow } from './evseRow.tsx';
import { Legend, PhaseBars } from './phaseBars.tsx';

const views = ['all', 'busy', 'trouble'] as const;
type View = (typeof views)[number];

/** Which EVSEs are shown. */
interface Filter {
  readonly text: string;
  readonly view: View;
}

/** The circuits as they hang together, from the grid connection down, each with its EVSEs. */
export function CircuitTree({ site }: { readonly site: SiteStore }): JSX.Element {
  const text = words.value.tree;
  const filter = useSignal<Filter>({ text: '', view: 'all' });
  return (
    <section class="tree" aria-labelledby="tree-title">
      <header class="tree-head">
        <h2 id="tree-title">{text.title}</h2>
        <Legend />
        <label class="tree-filter">
          <span class="unseen">{text.filter}</span>
          <input
            type="search"
            placeholder={text.filter}
            value={filter.value.text}
            onInput={({ currentTarget }) => {
              filter.value = { ...filter.value, text: currentTarget.value };
            }}
          />
        </label>
        <label class="tree-filter">
          <span>{text.show}</span>
          <select
            value={filter.value.view}
            onChange={({ currentTarget }) => {
              const view = views.find((each) => each === currentTarget.value) ?? 'all';
              filter.value = { ...filter.value, view };
            }}
          >
            {views.map((each) => (
              <option key={each} value={each}>
                {text[each]}
              </option>
            ))}
          </select>
        </label>
      </header>
      <Circuit site={site} branch={site.root} filter={filter} depth={0} />
    </section>
  );
}

interface CircuitProps {
  readonly site: SiteStore;
  readonly branch: Branch;
  readonly filter: Signal<Filter>;
  readonly depth: number;
}

function Circuit({ site, branch, filter, depth }: CircuitProps): JSX.Element {
  const { id } = branch.circuit.peek();
  const Heading = depth === 0 ? 'h3' : 'h4';
  return (
    <details class="circuit" open>
      <summary>
        <Heading>{id}</Heading>
        <CircuitFacts site={site} branch={branch} />
        <span class="circuit-count">{words.value.circuit.evses(evsesBelow(branch).length)}</span>
      </summary>
      <PhaseBars branch={branch} />
      {branch.evses.length > 0 && <Evses site={site} branch={branch} filter={filter} />}
      {branch.branches.length > 0 && (
        <div class="circuit-below">
          {branch.branches.map((below) => (
            <Circuit
              key={below.circuit.peek().id}
              site={site}
              branch={below}
              filter={filter}
              depth={depth + 1}
            />
          ))}
        </div>
      )}
    </details>
  );
}

/** What binds the circuit, who says so and until when, and what its figures rest on. */
function CircuitFacts({ site, branch }: { readonly site: SiteStore; readonly branch: Branch }): JSX.Element {
  const { limitedBy, limitAmps, breakerAmps, basis, readingAgeMs } = branch.circuit.value;
  const text = words.value.circuit;
  return (
    <span class="circuit-facts">
      <span class={limitedBy.kind === 'limit' ? 'fact is-limit' : 'fact'}>
        {limitText(site, limitedBy, { limitAmps: Math.min(...limitAmps), breakerAmps })}
      </span>
      <span class={basis === 'assumed' ? 'fact is-warning' : 'fact'}>
        {basis === 'measured' ? text.measured(duration(readingAgeMs ?? 0)) : text[basis]}
      </span>
    </span>
  );
}

function limitText(
  site: SiteStore,
  by: LimitOriginBody,
  { limitAmps, breakerAmps }: { readonly limitAmps: number; readonly breakerAmps: number },
): string {
  const text = words.value.circuit;
  switch (by.kind) {
    case 'breaker':
      return text.breaker(amps(breakerAmps));
    case 'rating':
      return text.rating(amps(limitAmps));
    case 'limit': {
      const place = { site, timeZone: site.head.value.timeZone, nowMs: minuteMs.value };
      return text.limit(amps(limitAmps), byWhom(by), untilText(by, place));
    }
    default:
      return by.kind satisfies never;
  }
}

const troubled: ReadonlySet<EvseBody['state']> = new Set(['offline', 'faulted', 'unavailable']);

function Evses({ site, branch, filter }: Omit<CircuitProps, 'depth'>): JSX.Element {
  const shown = useComputed(() =>
    branch.evses
      .filter((row) => {
        const { id, station } = row.peek();
        return `${id} ${station}`.toLowerCase().includes(filter.value.text.trim().toLowerCase());
      })
      .filter((row) => {
        if (filter.value.view === 'all') return true;
        const { state, session, reason } = row.value;
        return filter.value.view === 'busy'
          ? session !== null
          : troubled.has(state) || reason.kind === 'not obeying' || reason.kind === 'not answering';
      }),
  ).value;
  const text = words.value;
  if (shown.length === 0) return <p class="quiet">{text.tree.none}</p>;
  return (
    <ul class="evses" aria-label={text.circuit.evses(branch.evses.length)}>
      {shown.map((row) => (
        <EvseRow key={row.peek().id} site={site} row={row} />
      ))}
    </ul>
  );
}
