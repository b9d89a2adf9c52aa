import type { GridMeasurement, GridValue } from '../gridPorts.ts';
import type { Capacity } from './forecast.ts';
import type { RequiredBehaviour } from './messages.ts';

// What we tell the capacity provider, in its words. Pure.

const instant = (ms: number): string => new Date(ms).toISOString();

/** A register and when it was read. */
interface Register {
  readonly energyWh: number;
  readonly atMs: number;
}

/**
 * The energy of a group: everything where a meter tells, and the cars alone. Continuous is a register that only rises;
 * intermittent is what was added since `earlier`.
 */
export function energyMeasurements(
  now: GridMeasurement,
  earlier: GridMeasurement | undefined,
  { isContinuous, isIntermittent }: Pick<RequiredBehaviour, 'isContinuous' | 'isIntermittent'>,
): readonly object[] {
  const registers: readonly (readonly [string, (of: GridMeasurement) => number | undefined])[] = [
    ['TOTAL', (of) => of.energyWh],
    ['FLEXIBLE', (of) => of.carEnergyWh],
  ];
  return registers.flatMap(([type, read]) => {
    const end = registerOf(now, read);
    const begin = earlier && registerOf(earlier, read);
    if (end === undefined) return [];
    const continuous = isContinuous ? [energy(type, end)] : [];
    // A register that fell was exchanged or began anew: nothing is known of this interval.
    const isKnown = begin !== undefined && end.energyWh >= begin.energyWh;
    return isIntermittent && isKnown ? [...continuous, energy(type, end, begin)] : continuous;
  });
}

function registerOf(
  measurement: GridMeasurement,
  read: (of: GridMeasurement) => number | undefined,
): Register | undefined {
  const energyWh = read(measurement);
  return energyWh === undefined ? undefined : { energyWh, atMs: measurement.atMs };
}

const energy = (type: string, end: Register, begin?: Register): object => ({
  value: end.energyWh - (begin?.energyWh ?? 0),
  phase: 'ALL',
  unit: 'WH',
  direction: 'IMPORT',
  energy_type: type,
  measure_time: instant(end.atMs),
  ...(begin && { initial_measure_time: instant(begin.atMs) }),
});

/** The cars of a group as one asset, and everything behind its meter as another where there is one. */
export function assetMeasurements(groupId: string, now: GridMeasurement): readonly object[] {
  const cars = {
    asset_id: `${groupId}-charging`,
    asset_category: 'CHARGING',
    energy_measurement: energy('FLEXIBLE', { energyWh: now.carEnergyWh, atMs: now.atMs }),
    instantaneous_measurement: power(now.carWatts, now.atMs),
  };
  if (now.watts === undefined) return [cars];
  const everything = {
    asset_id: `${groupId}-total`,
    asset_category: 'CONSUMPTION',
    instantaneous_measurement: power(now.watts, now.atMs),
  };
  return [cars, everything];
}

/** The whole group as one asset of its name, in watts: all that Vector reads. */
export const singleAsset = (groupId: string, now: GridMeasurement): readonly object[] =>
  now.watts === undefined
    ? []
    : [
        {
          asset_id: groupId,
          asset_category: 'CONSUMPTION',
          instantaneous_measurement: power(now.watts, now.atMs),
        },
      ];

const power = (watts: number, atMs: number): object => ({
  value: watts,
  phase: 'ALL',
  unit: 'W',
  measure_time: instant(atMs),
});

/** A capacity as the blocks it came from, as far as it still stands. */
export function blocksOf({ fromMs, untilMs, value, meanWindowMs }: Capacity): readonly object[] {
  const block = (phase: string, unit: string, capacity: number): object => ({
    capacity,
    phase,
    unit,
    start_time: instant(fromMs),
    end_time: instant(untilMs),
  });
  if (meanWindowMs !== undefined && 'watts' in value) {
    return [block('ALL', 'WH', (value.watts * (untilMs - fromMs)) / 3_600_000)];
  }
  return quantities(value).map(([phase, unit, capacity]) => block(phase, unit, capacity));
}

function quantities(value: GridValue): readonly (readonly [phase: string, unit: string, capacity: number])[] {
  if ('watts' in value) return [['ALL', 'W', value.watts]];
  if ('amps' in value) return [['ALL', 'A', value.amps]];
  const { L1, L2, L3 } = value.phaseAmps;
  return (
    [
      ['ONE', L1],
      ['TWO', L2],
      ['THREE', L3],
    ] as const
  ).flatMap(([phase, amps]) => (amps === undefined ? [] : [[phase, 'A', amps] as const]));
}
