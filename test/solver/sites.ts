import type { Problem, ProblemCircuit, ProblemEvse } from '../../solver/problem.ts';

/** Numbers from 0 up to but not including 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Grid connection, transformer, feeders of 50 and panels of 10 EVSEs; 55 % three-phase, the rest in rotation. */
export function bigSite(evseCount: number, seed: number): Problem {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const circuits: ProblemCircuit[] = [];
  const addCircuit = (name: string, parent: number, amps: number, watts = Infinity): number => {
    const onPhase = (): number => amps * (0.95 + 0.1 * random());
    circuits.push({ name, parent, limitAmps: [onPhase(), onPhase(), onPhase()], limitWatts: watts });
    return circuits.length - 1;
  };
  const evses: ProblemEvse[] = [];
  const grid = addCircuit('grid', -1, evseCount * 7.4, evseCount * 5000);
  const transformer = addCircuit('transformer', grid, evseCount * 7.6);
  let feeder = transformer;
  let panel = transformer;
  for (let index = 0; index < evseCount; index++) {
    if (index % 50 === 0)
      feeder = addCircuit(`feeder ${index / 50}`, transformer, Math.min(50, evseCount) * 8.5);
    if (index % 10 === 0) panel = addCircuit(`panel ${index / 10}`, feeder, pick([80, 100, 125, 160]));
    const shift = index % 3;
    const all = ([0, 1, 2] as const).map((phase) => ((phase + shift) % 3) as 0 | 1 | 2);
    evses.push({
      name: `evse ${index}`,
      circuit: panel,
      wiring: random() < 0.55 ? all : all.slice(0, 1),
      phaseVolts: 230,
      minAmps: 6,
      maxAmps: pick([10, 13, 16, 20, 25, 32]),
      stepAmps: 1,
      priority: 0,
      weight: pick([1, 2, 4]),
      isOn: true,
      sinceMs: 0,
      waitingMs: 0,
    });
  }
  return { circuits, evses };
}
