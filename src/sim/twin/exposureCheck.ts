import type { Topology } from '../../control/topology.ts';
import type { EvseId } from '../../domain/ids.ts';
import { noAmps, type PhaseAmps, phases } from '../../domain/phases.ts';
import { loadCount, type Supply, starVolts } from '../../domain/supply.ts';
import { flowParts, lineAmps } from '../lines.ts';
import { reactionMs } from './excess.ts';
import type { NodeLimit } from './limitTruth.ts';

/** A rise of what may be in force that no step explains and that leaves a node over its limit. */
export interface Violation {
  readonly atMs: number;
  readonly evse: EvseId | undefined;
  readonly node: string;
  readonly what: string;
  readonly excessAmps: number;
  /** What may be in force at every EVSE below, and the background that is counted on. */
  readonly inForce: Readonly<Record<string, number>>;
  readonly background: readonly number[];
  readonly limit: readonly number[];
}

interface NodeSum {
  readonly supply: Supply | undefined;
  /** What may be in force below in parts that add up as numbers; on a delta they meet on the lines at an angle. */
  readonly parts: [number, number, number];
  /** The same on each line, then the watts over all of them. */
  readonly load: [number, number, number, number];
  /** The background the service counts on, in the same order. */
  readonly background: [number, number, number, number];
  readonly limit: [number, number, number, number];
  /** When a step last took room from it. */
  steppedAtMs: number;
}

/**
 * Why what may be in force changed: the service sent something; a step that it can only answer; or by itself, from
 * what was sent before.
 */
export type Cause = 'sent' | 'step' | 'by itself';

const toleranceAmps = 0.01;
/** Above several sites amps say nothing. */
const onLines = (supply: Supply | undefined, parts: PhaseAmps): PhaseAmps =>
  supply === undefined ? parts : lineAmps(supply, parts);
/** Violations kept of one run: the first ones tell. */
const violationsMax = 20;

/**
 * The check of P1, independent of the ledger.
 *
 * At every instant and for every node and phase: the sum over the EVSEs below of the most that may be in force there
 * (`truthAmps`), plus the background the service counts on, is at most the limit. What may break that is a step that
 * nobody can foresee, and nothing else: a limit that is set or comes into force, a background that is higher than it
 * was, a car that plugs in, a station that goes offline, the death of the process (then the background is the assumed
 * one, as the failsafe budget has it). So the check is on what rises: **whenever the most that may be in force at an
 * EVSE rises and it is no such step, no node above it may then be over.** A setpoint that is sent, a tail that comes
 * into force, a profile that ends, a clock that is off, a station that comes back: none of them is a step. What rises
 * by itself, from what was sent before, is forgiven while a step of the last seconds is still being answered: the
 * service had left room for it until that step.
 */
export class ExposureCheck {
  readonly violations: Violation[] = [];
  violationCount = 0;
  readonly #topology: Topology;
  readonly #sums: readonly NodeSum[];
  readonly #amps: number[];
  /** What an ampere of each EVSE is in parts. */
  readonly #units: readonly PhaseAmps[];
  readonly #indexOf: ReadonlyMap<EvseId, number>;
  readonly #nowMs: () => number;
  readonly #onViolation: () => void;

  constructor(topology: Topology, nowMs: () => number, onViolation: () => void) {
    this.#onViolation = onViolation;
    this.#topology = topology;
    this.#nowMs = nowMs;
    this.#amps = topology.evses.map(() => 0);
    this.#indexOf = new Map(topology.evses.map(({ evse }, index) => [evse.id, index]));
    this.#units = topology.evses.map(({ evse, site: { supply } }) =>
      flowParts(supply, evse.wiring, Array<number>(loadCount(supply, evse.wiring)).fill(1)),
    );
    this.#sums = topology.nodes.map((node) => ({
      supply: node.kind === 'circuit' ? node.site.supply : undefined,
      parts: [0, 0, 0],
      load: [0, 0, 0, 0],
      background: [0, 0, 0, 0],
      limit: [Infinity, Infinity, Infinity, Infinity],
      steppedAtMs: Number.NEGATIVE_INFINITY,
    }));
  }

  /** What may be in force at an EVSE now. */
  set(id: EvseId, amps: number, cause: Cause): void {
    const index = this.#indexOf.get(id);
    const at = index === undefined ? undefined : this.#topology.evses[index];
    if (index === undefined || at === undefined) return;
    const rise = amps - (this.#amps[index] ?? 0);
    if (rise === 0) return;
    this.#amps[index] = amps;
    const unit = this.#units[index] ?? noAmps;
    const watts = rise * (unit[0] + unit[1] + unit[2]) * at.site.supply.phaseVolts;
    for (const node of at.path) {
      const sum = this.#sums[node];
      if (sum === undefined) continue;
      for (const phase of phases) sum.parts[phase] += rise * unit[phase];
      const lines = onLines(sum.supply, sum.parts);
      for (const phase of phases) sum.load[phase] = lines[phase];
      sum.load[3] += watts;
      if (rise <= toleranceAmps) continue;
      if (cause === 'step') sum.steppedAtMs = this.#nowMs();
      else if (cause === 'sent' || this.#nowMs() - sum.steppedAtMs > reactionMs)
        this.#judge(index, node, sum, rise);
    }
  }

  /** Only if it fell. */
  fall(id: EvseId, amps: number): void {
    const index = this.#indexOf.get(id);
    if (index !== undefined && amps < (this.#amps[index] ?? 0)) this.set(id, amps, 'by itself');
  }

  setLimit(node: number, { amps, watts }: NodeLimit): void {
    const sum = this.#sums[node];
    if (sum === undefined) return;
    if (amps < sum.limit[0] || watts < sum.limit[3]) sum.steppedAtMs = this.#nowMs();
    for (const phase of phases) sum.limit[phase] = amps;
    sum.limit[3] = watts;
  }

  /** The background the service counts on at a circuit; an area has the sum of its sites'. */
  setBackground(node: number, amps: PhaseAmps, watts: number): void {
    const sum = this.#sums[node];
    const at = this.#topology.nodes[node];
    if (sum === undefined || at?.kind !== 'circuit') return;
    const area = at.circuit.parent === undefined ? this.#sums[at.parent] : undefined;
    if (area !== undefined) {
      area.background[3] += watts - sum.background[3];
      if (watts > sum.background[3]) area.steppedAtMs = this.#nowMs();
    }
    if (phases.some((phase) => amps[phase] > sum.background[phase])) sum.steppedAtMs = this.#nowMs();
    for (const phase of phases) sum.background[phase] = amps[phase];
    sum.background[3] = watts;
  }

  /** The service must not count on a meter that has been silent for longer than it may be. */
  distrust(node: number, phase: number, excessAmps: number): void {
    this.#report({ evse: undefined, node, what: `counts on a silent meter on L${phase + 1}`, excessAmps });
  }

  /** How much more than the limit may be in force below a node, in amps on the worst phase; 0 when nothing. */
  excessAmps(node: number): number {
    const sum = this.#sums[node];
    if (sum === undefined) return 0;
    let worst = 0;
    for (const phase of phases)
      worst = Math.max(worst, sum.load[phase] + sum.background[phase] - sum.limit[phase]);
    return worst;
  }

  /** Whether every EVSE's failsafe current fits beside the background: a curtailment may leave less than that. */
  hasFailsafeBudget(node: number): boolean {
    const sum = this.#sums[node];
    const below = this.#topology.nodes[node]?.evses ?? [];
    if (sum === undefined) return false;
    const parts: [number, number, number] = [0, 0, 0];
    let watts = 0;
    for (const index of below) {
      const at = this.#topology.evses[index];
      const unit = this.#units[index];
      if (at === undefined || unit === undefined) continue;
      const { failsafeAmps } = at.evse;
      for (const phase of phases) parts[phase] += failsafeAmps * unit[phase];
      watts += failsafeAmps * (unit[0] + unit[1] + unit[2]) * at.site.supply.phaseVolts;
    }
    const lines = onLines(sum.supply, parts);
    const fits = phases.every((phase) => lines[phase] + sum.background[phase] <= sum.limit[phase]);
    return fits && watts + sum.background[3] <= sum.limit[3];
  }

  #judge(evse: number, node: number, sum: NodeSum, rise: number): void {
    const at = this.#topology.evses[evse];
    if (at === undefined) return;
    for (const phase of at.evse.wiring) {
      const excess = sum.load[phase] + sum.background[phase] - sum.limit[phase];
      if (excess <= toleranceAmps) continue;
      const what = `rose by ${rise.toFixed(2)} A to ${(this.#amps[evse] ?? 0).toFixed(2)} A, which puts L${phase + 1} over`;
      this.#report({ evse: at.evse.id, node, what, excessAmps: excess });
      return;
    }
    const excessWatts = sum.load[3] + sum.background[3] - sum.limit[3];
    const volts = starVolts(at.site.supply);
    if (excessWatts > toleranceAmps * volts * 3)
      this.#report({
        evse: at.evse.id,
        node,
        what: `rose by ${rise.toFixed(2)} A, which puts ${excessWatts.toFixed(0)} W too much on all phases`,
        excessAmps: excessWatts / volts / 3,
      });
  }

  #report({
    node,
    ...rest
  }: Pick<Violation, 'evse' | 'what' | 'excessAmps'> & { readonly node: number }): void {
    this.violationCount += 1;
    if (this.violationCount === 1) this.#onViolation();
    if (this.violations.length >= violationsMax) return;
    const at = this.#topology.nodes[node];
    const name = at === undefined ? '' : at.kind === 'area' ? at.area.id : at.circuit.id;
    this.violations.push({
      atMs: this.#nowMs(),
      node: name,
      ...rest,
      inForce: Object.fromEntries(
        (at?.evses ?? []).map((index) => [this.#topology.evses[index]?.evse.id, this.#amps[index] ?? 0]),
      ),
      background: [...(this.#sums[node]?.background ?? [])],
      limit: [...(this.#sums[node]?.limit ?? [])],
    });
  }
}
