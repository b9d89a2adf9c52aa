import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { EvseBody, SessionBody } from '../../http/schemas.ts';
import { amps, energy, moment } from '../format.ts';
import { Icon } from '../icons.tsx';
import { words } from '../language.ts';
import { minuteMs } from '../live.ts';
import type { SiteStore } from '../sites.ts';
import { why } from '../why.ts';
import { sessionWords } from './sessionWords.ts';
import { WishButton } from './wishButton.tsx';
import { WishForm } from './wishForm.tsx';

interface RunningProps {
  readonly site: SiteStore;
  readonly evse: EvseBody;
  readonly session: SessionBody;
  onSaved(): void;
}

/** A car at an EVSE: what it had of what it wants, when it leaves, and why it charges as it does. */
export function RunningSession({ site, evse, session, onSaved }: RunningProps): JSX.Element {
  const text = sessionWords.value;
  const isOpen = useSignal(false);
  const { timeZone } = site.head.peek();
  const at = (instant: string): string => moment(Date.parse(instant), timeZone, minuteMs.value);
  const { wantedEnergyWh, departureAt, priority } = session;
  return (
    <li class="session">
      <div class="session-what">
        <strong>{evse.id}</strong>
        <span class={`session-state is-${evse.state}`}>
          <Icon name={evse.state} /> {words.value.evseStates[evse.state]}
        </span>
        <span class="hint">{text.since(at(session.startedAt))}</span>
      </div>
      <Progress hadWh={session.energyWh} wantedWh={wantedEnergyWh} />
      <span class="session-wish">
        {departureAt === null ? <span class="hint">{text.leavesUntold}</span> : text.leaves(at(departureAt))}
        {priority !== null && <span class="fact">{text.priority(priority)}</span>}
      </span>
      <span class="session-why">
        {evse.setpointAmps !== null && <strong>{amps(evse.setpointAmps)}: </strong>}
        {why(evse, { site, timeZone, nowMs: minuteMs.value })}
      </span>
      <WishButton evse={evse.id} isOpen={isOpen} />
      {isOpen.value && <WishForm session={session} timeZone={timeZone} isOpen={isOpen} onSaved={onSaved} />}
    </li>
  );
}

interface ProgressProps {
  readonly hadWh: number;
  readonly wantedWh: number | null;
}

function Progress({ hadWh, wantedWh }: ProgressProps): JSX.Element {
  const text = sessionWords.value;
  if (wantedWh === null) return <span class="session-energy">{text.had(energy(hadWh))}</span>;
  const share = wantedWh > 0 ? Math.min(100, (100 * hadWh) / wantedWh) : 100;
  return (
    <span class="session-energy">
      {text.of(energy(hadWh), energy(wantedWh))}
      <span class="gauge" aria-hidden="true">
        <span class="gauge-draw" style={{ width: `${share}%` }} />
      </span>
    </span>
  );
}
