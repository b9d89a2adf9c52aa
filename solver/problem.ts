/**
 * The allocation problem in plain data: what `allocate` takes and gives. Indexes instead of ids, amps per
 * phase, watts, milliseconds. All capacities are what is left for charging: background load is already out.
 */
export interface Problem {
  /** A forest, every parent before its children. */
  readonly circuits: readonly ProblemCircuit[];
  readonly evses: readonly ProblemEvse[];
  /** `fair` when absent. */
  readonly policy?: Policy;
  /** Times that keep cars from being started and stopped all the time. Without them only the order counts. */
  readonly pacing?: Pacing;
}

/**
 * Who gets what is there, within a priority class and under the same limits:
 * `fair`: weighted max-min. `deadline`: the phases are filled evenly, and on each the least laxity comes first.
 * `first-come`: who came first gets all it can take.
 */
export type Policy = 'fair' | 'deadline' | 'first-come';

/** How admission paces starts and stops. */
export interface Pacing {
  /** On the clock of `sinceMs`. */
  readonly nowMs: number;
  /** Once started, an EVSE is not stopped before, unless a limit or a higher class forces it. */
  readonly minOnMs: number;
  /** Once stopped, an EVSE is not started before. */
  readonly minOffMs: number;
  /** How much longer than a running EVSE a paused one must have waited before it takes over. */
  readonly turnMs: number;
}

export interface ProblemCircuit {
  /** For explanations only. */
  readonly name: string;
  /** Index into `circuits`; -1 for a root. */
  readonly parent: number;
  /** For charging, on L1, L2, L3. `Infinity` where there is no such limit; never negative. */
  readonly limitAmps: readonly [number, number, number];
  /** For charging, over all phases together. `Infinity` where there is no such limit; never negative. */
  readonly limitWatts: number;
  /** What `limitAmps` counts; `TN` when absent. */
  readonly supply?: Supply;
  /**
   * Of the loads on an `IT` circuit. The limits then hold for every angle that such loads can have, and for any use a
   * car makes of three lines; when absent for resistive loads against the third line, exactly.
   */
  readonly powerFactorMin?: number;
  /** The most by which the currents of two phases may differ, `loadAmps` included; for TN. */
  readonly unbalanceAmps?: number;
  /** What flows on L1, L2, L3 already; only the unbalance asks. 0 when absent. */
  readonly loadAmps?: readonly [number, number, number];
}

/**
 * `TN`: star; every conductor's current comes back through the neutral, and phases add up as numbers.
 * `IT`: delta; an EVSE sits between two lines (wiring of two), or takes two of them against the third (wiring of
 * three, the third carries sqrt(3) times as much). Line currents are sums of phasors, loads resistive.
 * `delta-wye primary`: the 480 V delta side of a transformer whose 120/208 V side feeds what is below as `IT`.
 */
export type Supply = 'TN' | 'IT' | 'delta-wye primary';

export interface ProblemEvse {
  readonly name: string;
  readonly circuit: number;
  /** The circuit's phase behind each of the EVSE's own conductors, in rotation order. */
  readonly wiring: readonly (0 | 1 | 2)[];
  /**
   * Phases it does not load and may begin to, with as much as it has on the others; for TN. The limits hold also when
   * any one EVSE below a circuit does so.
   */
  readonly spareWiring?: readonly (0 | 1 | 2)[];
  /** Phase to neutral: turns its amps into watts. */
  readonly phaseVolts: number;
  /** It gets 0 or something in [minAmps, maxAmps], a multiple of stepAmps. */
  readonly minAmps: number;
  readonly maxAmps: number;
  /** 0 for continuous. */
  readonly stepAmps: number;
  /** A higher class is served before a lower one. */
  readonly priority: number;
  /** Share within its class. */
  readonly weight: number;
  /** Whether it is being offered current now, and the instant since which it is or is not. */
  readonly isOn: boolean;
  readonly sinceMs: number;
  /** How long it has waited for current in all, less what it was served: the longest waiting goes first. */
  readonly waitingMs: number;
  /** How long it could wait and still be served in time; `Infinity` when absent. For `deadline`. */
  readonly laxityMs?: number | undefined;
  /** When it came. For `first-come`; 0 when absent. */
  readonly arrivedMs?: number;
}

/** One entry per EVSE and circuit of the problem, in its order. */
export interface Allocation {
  readonly evses: readonly EvseAllocation[];
  readonly circuits: readonly CircuitAllocation[];
}

export interface EvseAllocation {
  /** Per conductor. 0 when paused. */
  readonly amps: number;
  /** The exact fair share before it was rounded to the step: what an audit recomputes. */
  readonly continuousAmps: number;
  readonly bound: Bound;
}

/** What the allocation leaves free under the circuit's own limits. `Infinity` where there is no limit. */
export interface CircuitAllocation {
  readonly unusedAmps: readonly [number, number, number];
  readonly unusedWatts: number;
}

/** Why an EVSE has no more. */
export type Bound =
  | { readonly kind: 'maximum' }
  /** `phase` undefined: the circuit's watts. */
  | { readonly kind: 'circuit'; readonly circuit: number; readonly phase: 0 | 1 | 2 | undefined }
  /** Paused: not even its minimum fits there, or it waits out its minimum off time (`circuit` undefined). */
  | {
      readonly kind: 'paused';
      readonly circuit: number | undefined;
      readonly phase: 0 | 1 | 2 | undefined;
    };
