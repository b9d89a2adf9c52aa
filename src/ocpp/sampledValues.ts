import type { Phase } from '../domain/phases.ts';
import { phases } from '../domain/phases.ts';

/** One sampled value of a station, in the names the versions share. */
export interface Sample {
  readonly measurand: string;
  /** In `unit`; undefined when it is not a finite number. */
  readonly value: number | undefined;
  /** undefined stands for the measurand's own unit. */
  readonly unit: string | undefined;
  readonly phase: string | undefined;
  readonly context: string | undefined;
  readonly location: string | undefined;
}

/** What the samples of one instant tell about an EVSE. What was not in them, or not a finite number, is undefined. */
export interface SampledMeasurement {
  /** Current on the EVSE's own L1, L2, L3, or the one current the station told. */
  readonly amps: readonly (number | undefined)[] | undefined;
  readonly isPerPhase: boolean;
  readonly powerWatts: number | undefined;
  /** The energy register now: it counts on from session to session. */
  readonly registerWh: number | undefined;
  /** The energy register when the transaction began, where the station repeats it. */
  readonly beginRegisterWh: number | undefined;
  readonly offeredAmps: number | undefined;
  readonly stateOfChargePercent: number | undefined;
}

/** The measurand of a sample that names none. [OCPP 2.0.1 Part 2, SampledValueType] */
export const defaultMeasurand = 'Energy.Active.Import.Register';

/** Factors to the domain's unit. A unit that does not belong to its measurand makes the sample unusable. */
const unitFactors: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'Current.Import': { A: 1 },
  'Current.Offered': { A: 1 },
  'Power.Active.Import': { W: 1, kW: 1000 },
  [defaultMeasurand]: { Wh: 1, kWh: 1000 },
  SoC: { Percent: 1 },
};

/** A current is measured to neutral or on the conductor; between two phases it means nothing to us. */
const phaseNames: Readonly<Record<Phase, readonly string[]>> = {
  0: ['L1', 'L1-N'],
  1: ['L2', 'L2-N'],
  2: ['L3', 'L3-N'],
};

/** Measured elsewhere than where the circuit feeds the EVSE. */
const foreignLocations = ['Body', 'EV'];

export function sampledMeasurement(samples: readonly Sample[]): SampledMeasurement {
  const atEvse = samples.filter(({ location }) => !foreignLocations.includes(location ?? ''));
  const registers = quantitiesByBegin(atEvse);
  const current = quantity(atEvse, 'Current.Import');
  const offered = quantity(atEvse, 'Current.Offered');
  return {
    amps: current.perPhase ?? (current.whole === undefined ? undefined : [current.whole]),
    isPerPhase: current.perPhase !== undefined,
    powerWatts: total(quantity(atEvse, 'Power.Active.Import')),
    registerWh: total(registers.now),
    beginRegisterWh: total(registers.begin),
    offeredAmps: offered.whole ?? highest(offered.perPhase),
    stateOfChargePercent: quantity(samples, 'SoC').whole,
  };
}

interface Quantity {
  /** The value told without a phase. */
  readonly whole: number | undefined;
  /** [L1, L2, L3] where at least one of them is known. */
  readonly perPhase: readonly (number | undefined)[] | undefined;
  /** Sum over the phases the station told, undefined if one of them is unusable. */
  readonly phaseSum: number | undefined;
}

const nothing: Quantity = { whole: undefined, perPhase: undefined, phaseSum: undefined };

function quantity(samples: readonly Sample[], measurand: string): Quantity {
  const ours = samples.filter((sample) => sample.measurand === measurand);
  // Most measurands are missing from most messages, and there are many of those.
  if (ours.length === 0) return nothing;
  const whole = ours.findLast((sample) => sample.phase === undefined);
  if (ours.length === 1 && whole !== undefined) return { ...nothing, whole: inDomainUnit(whole) };
  const told = phases.map((phase) =>
    ours.findLast((sample) => phaseNames[phase].includes(sample.phase ?? '')),
  );
  const values = told.map((sample) => sample && inDomainUnit(sample));
  const isUsable = values.some((value) => value !== undefined);
  const isWhole = told.every((sample, phase) => sample === undefined || values[phase] !== undefined);
  return {
    whole: whole && inDomainUnit(whole),
    perPhase: isUsable ? values : undefined,
    phaseSum: isUsable && isWhole ? values.reduce<number>((sum, value) => sum + (value ?? 0), 0) : undefined,
  };
}

function quantitiesByBegin(samples: readonly Sample[]): { readonly now: Quantity; readonly begin: Quantity } {
  const isBegin = (sample: Sample): boolean => sample.context === 'Transaction.Begin';
  return {
    now: quantity(
      samples.filter((sample) => !isBegin(sample)),
      defaultMeasurand,
    ),
    begin: quantity(samples.filter(isBegin), defaultMeasurand),
  };
}

const total = ({ whole, phaseSum }: Quantity): number | undefined => whole ?? phaseSum;

function highest(values: readonly (number | undefined)[] | undefined): number | undefined {
  const known = (values ?? []).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function inDomainUnit({ measurand, value, unit }: Sample): number | undefined {
  const factors = unitFactors[measurand] ?? {};
  const factor = unit === undefined ? 1 : factors[unit];
  if (value === undefined || factor === undefined) return undefined;
  const converted = value * factor;
  return Number.isFinite(converted) ? converted : undefined;
}

/** An instant of the station as milliseconds; the fallback where it is none (a leap second is no JavaScript date). */
export function instantMs<Fallback>(text: string, fallback: Fallback): number | Fallback {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? fallback : ms;
}
