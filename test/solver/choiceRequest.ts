import type { ChoiceRequest } from '../../solver/choices.ts';

const three = [0, 1, 2] as const;

/** Cars that may charge on three phases or on one, on one circuit. */
export const choiceRequest = (amps: readonly [number, number, number], cars: number): ChoiceRequest => ({
  problem: {
    circuits: [{ name: 'grid', parent: -1, limitAmps: amps, limitWatts: Infinity }],
    evses: Array.from({ length: cars }, (_, index) => ({
      ...{
        name: `car ${index}`,
        circuit: 0,
        wiring: three,
        phaseVolts: 230,
        minAmps: 6,
        maxAmps: 16,
        stepAmps: 0,
      },
      ...{ priority: 0, weight: 1, isOn: false, sinceMs: 0, waitingMs: index },
    })),
  },
  wirings: Array.from({ length: cars }, (_, index) => [three, [(index % 3) as 0 | 1 | 2]]),
  switchCostAmps: 1,
});
