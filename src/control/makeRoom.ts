import { type Capacity, loads, remaining } from './capacity.ts';
import type { EvseNow } from './evseNow.ts';
import type { Topology } from './topology.ts';

/** What is less than a step that can be set is no decrease. */
const sameAmps = 0.05;

/**
 * Planned EVSEs of other operators that may still have more in force than they are given: they are told, but by when their
 * operators have done it nobody can say. Indexes of the topology.
 */
export const slowToFall = (
  evses: readonly EvseNow[],
  plannedEvses: readonly number[],
  amps: readonly number[],
): readonly number[] =>
  plannedEvses.filter((index) => {
    const now = evses[index];
    if (now?.record.evse.partner === undefined) return false;
    return now.exposureAmps - now.reservedAmps > (amps[index] ?? 0) + sameAmps;
  });

/** What is open to the others as long as those that are slow to fall hold what they have. */
export const besideSlow = (
  topology: Topology,
  evses: readonly EvseNow[],
  slow: readonly number[],
  open: readonly Capacity[],
): readonly Capacity[] => {
  const held = evses.map(({ exposureAmps, reservedAmps }, index) =>
    slow.includes(index) ? exposureAmps - reservedAmps : 0,
  );
  return remaining(open, loads(topology, held));
};
