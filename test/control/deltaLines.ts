import type { Phase } from '../../src/domain/phases.ts';

// The lines of an IT supply as they are, and at their worst: phasors summed one by one, with none of the product's formulas.

export interface DeltaLoad {
  readonly wiring: readonly Phase[];
  readonly amps: number;
}

const degrees = Math.PI / 180;
export const powerFactorMin = 0.98;
export const spreadDegrees = Math.acos(powerFactorMin) / degrees;

/** Where the current of a load between two lines points, seen from the voltage of one of them. */
const towards = (line: Phase, other: Phase): number => ((other - line + 3) % 3 === 1 ? 30 : -30);

/** The loads of an EVSE on one line, as sizes and angles. Its own angle is off by `offDegrees`. */
export function onLine(
  line: Phase,
  { wiring, amps }: DeltaLoad,
  offDegrees: number,
): readonly (readonly [amps: number, degrees: number])[] {
  const back = wiring.at(-1);
  return wiring.slice(0, -1).flatMap((from) => {
    if (back === undefined || (line !== from && line !== back)) return [];
    return [[amps, towards(line, line === from ? back : from) + offDegrees] as const];
  });
}

export const phasorSum = (parts: readonly (readonly [amps: number, degrees: number])[]): number =>
  Math.hypot(
    parts.reduce((sum, [amps, angle]) => sum + amps * Math.cos(angle * degrees), 0),
    parts.reduce((sum, [amps, angle]) => sum + amps * Math.sin(angle * degrees), 0),
  );

/** What flows on a line when every second car lags and the others lead as much as they may, beside a building that lags. */
export const deltaLineAmps = (line: Phase, backgroundAmps: number, cars: readonly DeltaLoad[]): number =>
  phasorSum([
    [backgroundAmps, -30 - spreadDegrees],
    ...cars.flatMap((car, index) => onLine(line, car, index % 2 === 0 ? spreadDegrees : -spreadDegrees)),
  ]);

/** The most that cars can make of a line when each draws anything up to its amps at any angle it may have. */
export function worstLineAmps(line: Phase, cars: readonly DeltaLoad[]): number {
  const aside = Math.max(0, 30 - spreadDegrees);
  let worst = 0;
  for (let seen = -60; seen <= 60; seen += 1) {
    const sum = cars.reduce((total, car) => {
      if (car.wiring.length === 3) {
        const share = !car.wiring.includes(line)
          ? 0
          : line === car.wiring[2]
            ? 2 * Math.cos(aside * degrees)
            : 1;
        return total + share * car.amps;
      }
      return onLine(line, car, 0).reduce((part, [amps, angle]) => {
        const off = Math.max(0, Math.abs(seen - angle) - spreadDegrees);
        return part + amps * Math.max(0, Math.cos(off * degrees));
      }, total);
    }, 0);
    worst = Math.max(worst, sum);
  }
  return worst;
}
