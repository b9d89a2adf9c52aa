import type { CircuitView, EvseView, SiteView } from '../control/siteView.ts';
import type { Figures, MinuteSeries } from '../domain/minutes.ts';
import type { PhaseAmps } from '../domain/phases.ts';
import { bases, evseStates, originNumber, reasons } from './codes.ts';
import { isOver, tickNumbers } from './points.ts';

export interface SeriesFigures {
  readonly series: MinuteSeries;
  readonly figures: Figures;
}

/** What the minutes keep of one tick. An EVSE without a session that draws nothing has nothing to tell. */
export function minuteFigures(view: SiteView): readonly SeriesFigures[] {
  const { siteId, circuits, evses } = view;
  const { number: _, cause: __, ...site } = tickNumbers(view);
  return [
    { series: { siteId, kind: 'site', id: siteId }, figures: finite(site) },
    ...circuits.map((circuit): SeriesFigures => {
      const series = { siteId, kind: 'circuit', id: circuit.id } as const;
      return { series, figures: finite(circuitFigures(circuit)) };
    }),
    ...evses.filter(hasSomething).map((evse): SeriesFigures => {
      const series = { siteId, kind: 'evse', id: evse.id } as const;
      return { series, figures: finite(evseFigures(evse)) };
    }),
  ];
}

const hasSomething = ({ session, drawAmps }: EvseView): boolean =>
  session !== undefined || drawAmps.some((amps) => amps > 0);

const circuitFigures = (circuit: CircuitView): Numbers => ({
  ...onPhases('draw', circuit.drawAmps),
  ...onPhases('draw_max', circuit.drawAmps),
  ...onPhases('background', circuit.backgroundAmps),
  ...onPhases('limit', circuit.limitAmps),
  ...onPhases('exposure', circuit.exposureAmps),
  ...onPhases('headroom', circuit.headroomAmps),
  over_limit_s: isOver(circuit) ? 1 : 0,
  basis: bases[circuit.basis],
  limited_by: originNumber(circuit.limitedBy),
});

const evseFigures = (evse: EvseView): Numbers => ({
  ...onPhases('draw', evse.drawAmps),
  setpoint_amps: evse.setpointAmps,
  allocated_amps: evse.allocatedAmps,
  exposure_amps: evse.exposureAmps,
  energy_wh: evse.session?.energyWh,
  state: evseStates[evse.state],
  reason: reasons[evse.reason.kind],
});

type Numbers = Readonly<Record<string, number | undefined>>;

const onPhases = (name: string, amps: PhaseAmps): Numbers => ({
  [`${name}_l1_amps`]: amps[0],
  [`${name}_l2_amps`]: amps[1],
  [`${name}_l3_amps`]: amps[2],
});

const finite = (numbers: Numbers): Figures => {
  const figures: Record<string, number> = {};
  for (const name in numbers) {
    const value = numbers[name];
    if (value !== undefined && Number.isFinite(value)) figures[name] = value;
  }
  return figures;
};
