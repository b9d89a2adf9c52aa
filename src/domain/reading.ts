import type { CircuitId } from './ids.ts';
import type { Phase } from './phases.ts';

/** What one meter message told about a circuit. A field that was not in it, or not a finite number, is absent. */
export interface Reading {
  readonly circuitId: CircuitId;
  /** When it arrived here, on our clock. Ages are counted from this, never from the meter's own clock. */
  readonly arrivedAtMs: number;
  /** Current per phase, import positive. */
  readonly amps?: PhaseFields;
  /** Power per phase, import positive. */
  readonly watts?: PhaseFields;
  readonly volts?: PhaseFields;
  /** Sum over the phases, for meters that tell nothing per phase. Import positive. */
  readonly totalWatts?: number;
}

/** A value per phase where known. */
export type PhaseFields = { readonly [phase in Phase]?: number };
