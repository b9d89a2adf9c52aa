import type { JSX } from 'preact';
import type { CircuitSummaryBody } from '../../http/schemas.ts';
import { amps, ampsColumn } from '../format.ts';
import { words } from '../language.ts';
import type { Branch } from '../sites.ts';

const phases = ['L1', 'L2', 'L3'] as const;

/** Load against limit, phase by phase, on the scale of the breaker. */
export function PhaseBars({ branch }: { readonly branch: Branch }): JSX.Element {
  const circuit = branch.circuit.value;
  return (
    <ul class="phases">
      {phases.map((name, phase) => (
        <PhaseBar key={name} name={name} figures={figuresOn(circuit, phase as 0 | 1 | 2)} />
      ))}
    </ul>
  );
}

interface PhaseFigures {
  readonly scaleAmps: number;
  readonly limitAmps: number;
  readonly loadAmps: number;
  readonly backgroundAmps: number;
  readonly chargingAmps: number;
  /** Counted beyond what flows: commands under way, and the margin. */
  readonly keptAmps: number;
  readonly freeAmps: number;
  readonly failsafeAmps: number;
}

function figuresOn(circuit: CircuitSummaryBody, phase: 0 | 1 | 2): PhaseFigures {
  const [limitAmps, loadAmps, headroomAmps] = [
    circuit.limitAmps[phase],
    circuit.drawAmps[phase],
    circuit.headroomAmps[phase],
  ];
  const backgroundAmps = Math.min(circuit.backgroundAmps[phase], loadAmps);
  const countedAmps = limitAmps - headroomAmps + circuit.marginAmps[phase];
  return {
    scaleAmps: Math.max(circuit.breakerAmps, loadAmps) * 1.02,
    limitAmps,
    loadAmps,
    backgroundAmps,
    chargingAmps: Math.max(0, loadAmps - backgroundAmps),
    keptAmps: Math.max(0, Math.min(countedAmps, limitAmps) - loadAmps),
    freeAmps: limitAmps - loadAmps,
    failsafeAmps: circuit.backgroundAmps[phase] + circuit.failsafeAmps[phase],
  };
}

function PhaseBar({ name, figures }: { readonly name: string; readonly figures: PhaseFigures }): JSX.Element {
  const { scaleAmps, limitAmps, loadAmps, backgroundAmps, chargingAmps, keptAmps, freeAmps, failsafeAmps } =
    figures;
  const text = words.value.circuit;
  const share = (value: number): string => `${Math.max(0, Math.min(100, (100 * value) / scaleAmps))}%`;
  // A car follows a moment later than its limit: that is told, and only more than that is loud.
  const isOver = freeAmps < -1;
  const spoken = text.phase(
    name,
    amps(loadAmps),
    amps(limitAmps),
    amps(backgroundAmps),
    amps(chargingAmps),
    amps(Math.max(0, freeAmps)),
  );
  return (
    <li class={isOver ? 'phase is-over' : 'phase'}>
      <span class="phase-name" aria-hidden="true">
        {name}
      </span>
      <span class="bar" role="img" aria-label={spoken}>
        <span class="bar-closed" style={{ left: share(limitAmps) }} />
        <span class="bar-background" style={{ width: share(backgroundAmps) }} />
        <span class="bar-charging" style={{ left: share(backgroundAmps), width: share(chargingAmps) }} />
        <span class="bar-kept" style={{ left: share(loadAmps), width: share(keptAmps) }} />
        <span class="bar-failsafe" style={{ left: share(failsafeAmps) }} />
        <span class="bar-limit" style={{ left: share(limitAmps) }} />
      </span>
      <span class="phase-figures" aria-hidden="true">
        <strong>{ampsColumn(loadAmps)}</strong>
        <span class="phase-limit"> / {amps(limitAmps)}</span>
        <span class="phase-free">
          {ampsColumn(Math.abs(freeAmps))} {freeAmps < -0.05 ? text.over : text.free}
        </span>
      </span>
    </li>
  );
}

/** What the parts of a bar mean, for whoever sees one for the first time. */
export function Legend(): JSX.Element {
  const text = words.value.legend;
  const parts = ['background', 'charging', 'kept', 'closed', 'limit', 'failsafe'] as const;
  return (
    <details class="legend">
      <summary>{text.title}</summary>
      <ul>
        {parts.map((part) => (
          <li key={part}>
            <span class={`swatch is-${part}`} aria-hidden="true" /> {text[part]}
          </li>
        ))}
      </ul>
    </details>
  );
}
