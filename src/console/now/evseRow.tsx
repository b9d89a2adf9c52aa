import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { EvseBody } from '../../http/schemas.ts';
import { amps, energy } from '../format.ts';
import { Icon } from '../icons.tsx';
import { words } from '../language.ts';
import { minuteMs } from '../live.ts';
import type { SiteStore } from '../sites.ts';
import { why } from '../why.ts';

/** One EVSE: its state, what it was told, what it draws, and why it is that. */
export function EvseRow({
  site,
  row,
}: {
  readonly site: SiteStore;
  readonly row: Signal<EvseBody>;
}): JSX.Element {
  const evse = row.value;
  const text = words.value;
  const { timeZone } = site.head.peek();
  const drawAmps = Math.max(...evse.drawAmps);
  return (
    <li class={`evse is-${evse.state}`}>
      <strong class="evse-id">{evse.id}</strong>
      <span class="evse-state">
        <Icon name={evse.state} /> {text.evseStates[evse.state]}
      </span>
      <span class="evse-amps">
        <span class="unseen">{text.evse.setpoint}: </span>
        <strong>{evse.setpointAmps === null ? text.evse.none : amps(evse.setpointAmps)}</strong>
        <Gauge evse={evse} drawAmps={drawAmps} />
        <span class="evse-draw">
          <span class="evse-draw-name">{text.evse.draw} </span>
          {amps(drawAmps)}
        </span>
      </span>
      <span class="evse-why">{why(evse, { site, timeZone, nowMs: minuteMs.value })}</span>
      <span class="evse-energy">
        {evse.session !== null && (
          <>
            <span class="unseen">{text.evse.energy}: </span>
            {energy(evse.session.energyWh)}
          </>
        )}
      </span>
    </li>
  );
}

/** Draw under setpoint on the scale of the hardware; the figures beside it say the same. */
function Gauge({ evse, drawAmps }: { readonly evse: EvseBody; readonly drawAmps: number }): JSX.Element {
  const share = (value: number): string => `${Math.min(100, (100 * value) / evse.maxAmps)}%`;
  return (
    <span class="gauge" aria-hidden="true">
      <span class="gauge-set" style={{ width: share(evse.setpointAmps ?? 0) }} />
      <span class="gauge-draw" style={{ width: share(drawAmps) }} />
    </span>
  );
}
