import type { Background } from '../domain/background.ts';
import type { CircuitId } from '../domain/ids.ts';
import type { StepHistory } from '../domain/margin.ts';
import { implausible, type KnownAmps, type MeterVerdict } from '../domain/meterQuality.ts';
import { type MeterState, meteredCurrent, silentMeter, withReading } from '../domain/meterState.ts';
import type { MeterWatch } from '../domain/meterWatch.ts';
import type { PhaseSwapWatch } from '../domain/phaseSwap.ts';
import { perPhase, phases } from '../domain/phases.ts';
import type { Reading } from '../domain/reading.ts';
import type { Circuit } from '../domain/site.ts';
import type { Supply } from '../domain/supply.ts';
import type { PendingReading } from '../domain/sureDraw.ts';
import type { Logger } from '../log.ts';

/** What a tick found about a meter by comparing it with our own EVSEs. */
export interface MeterFinding {
  /** The reading that waits for our EVSEs to tell what they drew with it. */
  readonly pending: PendingReading | undefined;
  readonly watch: MeterWatch | undefined;
  readonly phaseWatch: PhaseSwapWatch | undefined;
  /** How the background stepped, as far as a margin is kept. */
  readonly steps: StepHistory | undefined;
  /** The worst that is to be said about it; undefined when nothing is. */
  readonly verdict: MeterVerdict | undefined;
}

export const noFinding: MeterFinding = {
  pending: undefined,
  watch: undefined,
  phaseWatch: undefined,
  steps: undefined,
  verdict: undefined,
};

/** The meters of all circuits: what they tell, whether that can be right, and the background it led to. */
export interface MeterBook {
  /** Whether the current rose by more than noise: a drop of headroom. */
  take(reading: Reading, known: MeteredCircuit, nowMs: number): 'risen' | 'taken' | 'refused';
  state(circuitId: CircuitId): MeterState;
  /** Whether its meter told anything since we started. */
  hasHeard(circuitId: CircuitId): boolean;
  /** Why its newest reading was refused; undefined when it was not. */
  refusal(circuitId: CircuitId): MeterVerdict | undefined;
  finding(circuitId: CircuitId): MeterFinding | undefined;
  /** Logs when the verdict becomes another one. */
  rememberFinding(circuitId: CircuitId, finding: MeterFinding): void;
  /** The last estimate that rested on a live meter. */
  background(circuitId: CircuitId): Background | undefined;
  rememberBackground(circuitId: CircuitId, background: Background): void;
  /** Everything it holds, to be restored in another book. Plain values. */
  snapshot(): readonly MeterEntry[];
  restore(entries: readonly MeterEntry[]): void;
}

export type MeterEntry = Entry & { readonly circuitId: CircuitId };

export interface MeteredCircuit {
  readonly circuit: Circuit;
  readonly supply: Supply;
}

interface Entry {
  state: MeterState;
  /** The last current of each phase that was plausible, however old. */
  plausible: KnownAmps;
  refusal: MeterVerdict | undefined;
  finding: MeterFinding | undefined;
  background: Background | undefined;
  isHeard: boolean;
}

/** A rise of a meter by this much is a drop of headroom worth waking the loop for. */
const wakeRiseAmps = 0.5;

export function meterBook(log: Logger): MeterBook {
  const entries = new Map<CircuitId, Entry>();
  const entry = (id: CircuitId): Entry => {
    const known = entries.get(id) ?? newEntry();
    entries.set(id, known);
    return known;
  };

  return {
    take(reading, { circuit, supply }, nowMs) {
      if (circuit.meter === undefined) return 'refused';
      const held = entry(circuit.id);
      held.isHeard = true;
      const state = withReading(held.state, { ...reading, arrivedAtMs: nowMs });
      const { amps } = meteredCurrent(state, circuit.meter, supply, nowMs);
      held.refusal = implausible({
        circuit,
        plausible: held.plausible,
        refusedFor: held.refusal?.kind,
        amps,
      });
      // What was held grows old, as if the meter had said nothing.
      if (held.refusal !== undefined) return 'refused';
      const before = meteredCurrent(held.state, circuit.meter, supply, nowMs).amps;
      held.state = state;
      held.plausible = [
        amps[0] ?? held.plausible[0],
        amps[1] ?? held.plausible[1],
        amps[2] ?? held.plausible[2],
      ];
      const risen = perPhase((phase) => (amps[phase] ?? 0) - (before[phase] ?? 0));
      return phases.some((phase) => risen[phase] > wakeRiseAmps) ? 'risen' : 'taken';
    },
    state: (id) => entries.get(id)?.state ?? silentMeter,
    hasHeard: (id) => entries.get(id)?.isHeard ?? false,
    refusal: (id) => entries.get(id)?.refusal,
    finding: (id) => entries.get(id)?.finding,
    rememberFinding(id, finding) {
      const held = entry(id);
      const before = held.finding?.verdict;
      held.finding = finding;
      const { verdict } = finding;
      if (verdict?.kind === before?.kind) return;
      if (verdict === undefined) log.info({ circuitId: id, was: before?.kind }, 'meter is believed again');
      else log.warn({ circuitId: id, ...verdict }, 'meter is doubted');
    },
    background: (id) => entries.get(id)?.background,
    rememberBackground(id, background) {
      entry(id).background = background;
    },
    snapshot: () => [...entries].map(([circuitId, held]) => ({ circuitId, ...held })),
    restore(restored) {
      for (const { circuitId, ...held } of restored) entries.set(circuitId, held);
    },
  };
}

const newEntry = (): Entry => ({
  state: silentMeter,
  plausible: [undefined, undefined, undefined],
  refusal: undefined,
  finding: undefined,
  background: undefined,
  isHeard: false,
});
