import type { Meaning } from '../../domain/openAdrConfig.ts';
import type { GridValue, HeardLimit } from '../gridPorts.ts';
import type { Reading } from './model.ts';

/**
 * The types of the enumerations of OpenADR 3.1 that we act on. The User Guide's examples leave "IMPORT_" away for
 * subscription and reservation, so those are import.
 */
export const standardMeanings: Readonly<Record<string, Meaning>> = {
  IMPORT_CAPACITY_LIMIT: 'import cap',
  EXPORT_CAPACITY_LIMIT: 'export cap',
  IMPORT_CAPACITY_SUBSCRIPTION: 'import baseline',
  EXPORT_CAPACITY_SUBSCRIPTION: 'export baseline',
  CAPACITY_SUBSCRIPTION: 'import baseline',
  IMPORT_CAPACITY_RESERVATION: 'import reservation',
  EXPORT_CAPACITY_RESERVATION: 'export reservation',
  CAPACITY_RESERVATION: 'import reservation',
  DISPATCH_SETPOINT: 'target',
  SIMPLE: 'level',
  PRICE: 'price',
};

/** The kind of limit a meaning makes; `level` is a cap of the configured height. */
export function limitShape(
  meaning: Exclude<Meaning, 'price' | 'version' | 'ignore'>,
): Pick<HeardLimit, 'direction' | 'kind' | 'role'> {
  switch (meaning) {
    case 'import cap':
    case 'level':
      return { direction: 'import', kind: 'cap', role: 'event' };
    case 'export cap':
      return { direction: 'export', kind: 'cap', role: 'event' };
    case 'import baseline':
      return { direction: 'import', kind: 'baseline', role: 'default' };
    case 'export baseline':
      return { direction: 'export', kind: 'baseline', role: 'default' };
    case 'import reservation':
      return { direction: 'import', kind: 'reservation', role: 'event' };
    case 'export reservation':
      return { direction: 'export', kind: 'reservation', role: 'event' };
    case 'target':
      return { direction: 'import', kind: 'target', role: 'event' };
  }
}

/** More is a slip of units or an attack: the largest feeders carry a hundredth of it. */
const wattsMax = 1e10;
const ampsMax = 1e6;

/**
 * A power or current in our units. Without units it is kilowatts, which is what the User Guide (8.10) gives capacity in
 * and the smaller of the two likely readings would be a thousand times too generous for watts.
 *
 * Volt-amperes become the watts that they carry at `powerFactor`: planned in watts, the apparent power stays below.
 */
export function gridValue(
  value: unknown,
  units: string | undefined,
  powerFactor: number,
): Reading<GridValue> {
  if (typeof value !== 'number' || !Number.isFinite(value))
    return unreadable(`${shown(value)} is not a number`);
  if (value < 0) return unreadable(`${value} is negative`);
  switch ((units ?? 'KW').toUpperCase()) {
    case 'KW':
      return watts(value * 1_000);
    case 'W':
      return watts(value);
    case 'KVA':
      return watts(value * 1_000 * powerFactor);
    case 'A':
    case 'AMPS':
      return value <= ampsMax
        ? { status: 'read', value: { amps: value } }
        : unreadable(`${value} A is absurd`);
    default:
      return unreadable(`units "${units}" are none of KW, W, KVA, AMPS`);
  }
}

const watts = (value: number): Reading<GridValue> =>
  value <= wattsMax ? { status: 'read', value: { watts: value } } : unreadable(`${value} W is absurd`);

const unreadable = (why: string): Reading<never> => ({ status: 'unreadable', why });

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 40) ?? 'nothing';
