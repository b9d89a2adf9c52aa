import { type Phase, phases } from '../domain/phases.ts';

/** What all versions have in a sampled value, under the same names. */
export interface Sample {
  readonly measurand?: string;
  readonly phase?: string;
  readonly context?: string;
  readonly location?: string;
}

/** What they have under different ones. */
export interface SampleWords<Sampled extends Sample> {
  /** In its unit; undefined when it is not a finite number. */
  value(sampled: Sampled): number | undefined;
  /** undefined stands for the measurand's own unit. */
  unit(sampled: Sampled): string | undefined;
}

/** What the samples of one instant tell about an EVSE. What was not in them, or not a finite number, is undefined. */
export interface SampledMeasurement {
  /** Current on the EVSE's own L1, L2, L3, or the one current the station told. Negative where the car feeds back. */
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
const defaultMeasurand = 'Energy.Active.Import.Register';

/** A current is measured to neutral or on the conductor; between two phases it means nothing to us. */
const phaseNames: Readonly<Record<string, Phase>> = {
  L1: 0,
  'L1-N': 0,
  L2: 1,
  'L2-N': 1,
  L3: 2,
  'L3-N': 2,
};

/** Once through the samples, of which only those that count are read: nothing else is sent so often, nor has so many parts. */
export function sampledMeasurement<Sampled extends Sample>(
  samples: readonly Sampled[],
  words: SampleWords<Sampled>,
): SampledMeasurement {
  const quantities: Quantities = {};
  for (const sample of samples) {
    const name = quantityOf(sample);
    if (name === undefined) continue;
    quantities[name] ??= { whole: undefined, perPhase: [undefined, undefined, undefined], told: 0 };
    const value = inDomainUnit(words.value(sample), words.unit(sample), unitFactors[name]);
    note(quantities[name], sample.phase, value);
  }
  const { current, currentOut, offered, power, powerOut, register, beginRegister, stateOfCharge } =
    quantities;
  const perPhase = netPhases(usablePhases(current), usablePhases(currentOut));
  const whole = net(current?.whole, currentOut?.whole);
  return {
    amps: perPhase ?? (whole === undefined ? undefined : [whole]),
    isPerPhase: perPhase !== undefined,
    powerWatts: net(total(power), total(powerOut)),
    registerWh: total(register),
    beginRegisterWh: total(beginRegister),
    offeredAmps: offered?.whole ?? highest(usablePhases(offered)),
    stateOfChargePercent: stateOfCharge?.whole,
  };
}

/** What the samples tell of one measurand. Of samples of the same phase the last one counts. */
interface Quantity {
  /** The value told without a phase. */
  whole: number | undefined;
  readonly perPhase: (number | undefined)[];
  /** Phases that were told, usable or not. */
  told: number;
}
type QuantityName =
  | 'current'
  | 'currentOut'
  | 'offered'
  | 'power'
  | 'powerOut'
  | 'register'
  | 'beginRegister'
  | 'stateOfCharge';
type Quantities = { [Name in QuantityName]?: Quantity };

type Factors = Readonly<Record<string, number>>;
const amps: Factors = { A: 1 };
const watts: Factors = { W: 1, kW: 1000 };
const wattHours: Factors = { Wh: 1, kWh: 1000 };
/** To the domain's unit. A unit that does not belong to its quantity makes the sample unusable. */
const unitFactors: Readonly<Record<QuantityName, Factors>> = {
  ...{ current: amps, currentOut: amps, offered: amps },
  ...{ power: watts, powerOut: watts },
  ...{ register: wattHours, beginRegister: wattHours },
  stateOfCharge: { Percent: 1 },
};

/** Measured in the car or the casing, it is not what the circuit feeds the EVSE; but only the car knows its battery. */
function quantityOf({ measurand = defaultMeasurand, location, context }: Sample): QuantityName | undefined {
  if (measurand === 'SoC') return 'stateOfCharge';
  if (location === 'Body' || location === 'EV') return undefined;
  switch (measurand) {
    case 'Current.Import':
      return 'current';
    case 'Current.Export':
      return 'currentOut';
    case 'Current.Offered':
      return 'offered';
    case 'Power.Active.Import':
      return 'power';
    case 'Power.Active.Export':
      return 'powerOut';
    case defaultMeasurand:
      return context === 'Transaction.Begin' ? 'beginRegister' : 'register';
    default:
      return undefined;
  }
}

function note(quantity: Quantity, phaseName: string | undefined, value: number | undefined): void {
  if (phaseName === undefined) {
    quantity.whole = value;
    return;
  }
  const phase = phaseNames[phaseName];
  if (phase === undefined) return;
  quantity.perPhase[phase] = value;
  quantity.told |= 1 << phase;
}

/**
 * What a car takes less what it feeds back. That nothing flows back says nothing of what it takes, and an import below
 * nothing is what a meter makes of nothing.
 */
function net(inward: number | undefined, outward: number | undefined): number | undefined {
  const taken = inward === undefined ? undefined : Math.max(0, inward);
  return outward !== undefined && outward > 0 ? (taken ?? 0) - outward : taken;
}

function netPhases(
  inward: readonly (number | undefined)[] | undefined,
  outward: readonly (number | undefined)[] | undefined,
): readonly (number | undefined)[] | undefined {
  if (inward === undefined && outward === undefined) return undefined;
  const both = phases.map((phase) => net(inward?.[phase], outward?.[phase]));
  return both.some((value) => value !== undefined) ? both : undefined;
}

/** [L1, L2, L3] where at least one of them is known. */
const usablePhases = (quantity: Quantity | undefined): readonly (number | undefined)[] | undefined =>
  quantity?.perPhase.some((value) => value !== undefined) ? quantity.perPhase : undefined;

/** The sum where the phases were told alone, and none of them is unusable. */
function total(quantity: Quantity | undefined): number | undefined {
  if (quantity === undefined || quantity.whole !== undefined) return quantity?.whole;
  const { perPhase, told } = quantity;
  const isWhole = perPhase.every((value, phase) => value !== undefined || (told & (1 << phase)) === 0);
  return isWhole && told > 0 ? perPhase.reduce<number>((sum, value) => sum + (value ?? 0), 0) : undefined;
}

function highest(values: readonly (number | undefined)[] | undefined): number | undefined {
  const known = (values ?? []).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function inDomainUnit(
  value: number | undefined,
  unit: string | undefined,
  factors: Factors,
): number | undefined {
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
