/** Index of a line conductor: 0 is L1, 1 is L2, 2 is L3. */
export type Phase = 0 | 1 | 2;

/** Current on [L1, L2, L3], import positive. */
export type PhaseAmps = readonly [number, number, number];

export const phases: readonly Phase[] = [0, 1, 2];
export const noAmps: PhaseAmps = [0, 0, 0];

const names = ['L1', 'L2', 'L3'] as const;
export type PhaseName = (typeof names)[number];

export const phaseName = (phase: Phase): PhaseName => names[phase];
export const phaseOf = (name: PhaseName): Phase => names.indexOf(name) as Phase;

/** A tuple built from one function of the phase. */
export const perPhase = (value: (phase: Phase) => number): PhaseAmps => [value(0), value(1), value(2)];

/** The same current on every phase. */
export const everyPhase = (amps: number): PhaseAmps => [amps, amps, amps];

export const addAmps = (a: PhaseAmps, b: PhaseAmps): PhaseAmps => perPhase((phase) => a[phase] + b[phase]);
