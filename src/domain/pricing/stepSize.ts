import {
  dividedBy,
  type Fraction,
  fraction,
  minus,
  plus,
  rounded,
  roundedUpTo,
  sum,
  times,
} from './fraction.ts';
import type { CostPart, Use } from './sessionPrice.ts';

/** What step sizes are counted on, each once in a session: charging and parking together, the last one rules. */
const groups: readonly (readonly CostPart[])[] = [['energy'], ['time', 'parking'], ['reservation']];

const wattHoursPerKwh = fraction(1000);
const secondsPerHour = fraction(3600);

/**
 * The uses with what the step size adds, billed in the last use of its kind [OCPI 2.2.1 mod_cdrs, `step_size`]:
 *
 * - the step size is that of the last component in force, on the total of its dimension over the session;
 * - from charging to parking the charge is not rounded, only the parking;
 * - what is free, by having no component, is not counted.
 */
export function inSteps(uses: readonly Use[]): readonly Use[] {
  const billed = [...uses];
  for (const parts of groups) {
    const last = uses.findLastIndex((use) => parts.includes(use.part) && isMeasured(use));
    const use = uses[last];
    if (use === undefined || use.component.stepSize === 0) continue;
    const total = sum(
      uses.filter((other) => other.part === use.part && isMeasured(other)).map(({ volume }) => volume),
    );
    const surplus = minus(billedTotal(total, use), total);
    billed[last] = { ...use, billedVolume: plus(use.volume, surplus) };
  }
  return billed;
}

const isMeasured = ({ component, volume }: Use): boolean =>
  component.dimension !== 'FLAT' && volume.numerator > 0n;

function billedTotal(total: Fraction, { part, component }: Use): Fraction {
  const step = fraction(component.stepSize);
  if (part === 'energy') return dividedBy(roundedUpTo(step, times(total, wattHoursPerKwh)), wattHoursPerKwh);
  // Hours on the wire have four decimals, a third of a second: ten minutes arrive as 0.1667 h, which is 600.12 s
  // and would cost a step more. What the clock counted was whole seconds.
  const seconds = rounded(times(total, secondsPerHour), 0);
  return dividedBy(roundedUpTo(step, seconds), secondsPerHour);
}
