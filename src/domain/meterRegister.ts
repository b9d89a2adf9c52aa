/** What happened to a register between two readings. */
export type RegisterFault = 'meter reset' | 'meter rollover' | 'meter glitch';

export interface RegisterCount {
  /** Delivered up to each reading, the first being 0. Never falls. */
  readonly countedWh: readonly number[];
  readonly faults: ReadonlySet<RegisterFault>;
}

/** Where registers of electricity meters begin anew: eight or nine digits of Wh, or the width of the integer they are kept in. */
const moduliWh = [1e8, 1e9, 2 ** 31, 2 ** 32];
/** More than this in one go over the end of a register is no car but a reset. */
const rolloverWhMax = 200_000;

/**
 * Energy counted from register readings in the order they were taken.
 *
 * A reading out of line with its neighbours, which agree with each other, is wrong: stations send a 0 now and then. A
 * register that fell and stays low was reset, and what flowed between the two readings was measured by nobody: it is not
 * counted.
 */
export function registerCount(readingsWh: readonly number[]): RegisterCount {
  const faults = new Set<RegisterFault>();
  const countedWh: number[] = [];
  let totalWh = 0;
  let lastWh = readingsWh[0] ?? 0;
  readingsWh.forEach((wh, index) => {
    const nextWh = readingsWh[index + 1];
    const isOutOfLine = nextWh !== undefined && nextWh >= lastWh && (wh < lastWh || wh > nextWh);
    if (isOutOfLine && index > 0) {
      faults.add('meter glitch');
    } else {
      const step = registerStep(lastWh, wh);
      if (step.fault !== undefined) faults.add(step.fault);
      totalWh += step.wh;
      lastWh = wh;
    }
    countedWh.push(totalWh);
  });
  return { countedWh, faults };
}

/** Energy between two readings that follow each other. */
export function registerStep(
  beforeWh: number,
  afterWh: number,
): { readonly wh: number; readonly fault?: RegisterFault } {
  if (afterWh >= beforeWh) return { wh: afterWh - beforeWh };
  const overWh = moduliWh
    .filter((modulus) => beforeWh < modulus)
    .map((modulus) => modulus - beforeWh + afterWh)
    .find((wh) => wh <= rolloverWhMax);
  return overWh === undefined ? { wh: 0, fault: 'meter reset' } : { wh: overWh, fault: 'meter rollover' };
}

/** Energy of a register that is followed reading by reading. */
export interface RunningCount {
  readonly lastWh: number;
  readonly totalWh: number;
  /** Where it stood before its last reading, which fell: the next one shows whether that was a glitch. */
  readonly beforeFall?: RunningCount;
}

export function withReading(count: RunningCount, wh: number): RunningCount {
  const { beforeFall, lastWh, totalWh } = count;
  if (beforeFall !== undefined && wh >= beforeFall.lastWh)
    return { lastWh: wh, totalWh: beforeFall.totalWh + wh - beforeFall.lastWh };
  const step = registerStep(lastWh, wh);
  return {
    lastWh: wh,
    totalWh: totalWh + step.wh,
    ...(step.fault === 'meter reset' && { beforeFall: { lastWh, totalWh } }),
  };
}
