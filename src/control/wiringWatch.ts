import type { CircuitId, EvseId } from '../domain/ids.ts';
import type { KnownAmps } from '../domain/meterQuality.ts';
import { meteredCurrent } from '../domain/meterState.ts';
import { addAmps, noAmps, type PhaseAmps, perPhase, phases } from '../domain/phases.ts';
import type { Circuit, Evse, Site } from '../domain/site.ts';
import type { Supply } from '../domain/supply.ts';
import { addDraws, compared, nothingDrawn, type PendingReading, type SureDraw } from '../domain/sureDraw.ts';
import {
  findingOf,
  isTelling,
  noEvidence,
  type Spread,
  spreadOf,
  type WiringEvidence,
  type WiringFinding,
  withStep,
} from '../domain/wiringEvidence.ts';
import { surelyDrawn } from './evseRecord.ts';
import type { SiteState } from './siteState.ts';

/** A meter, and the EVSEs whose steps it shows. */
interface Watched {
  readonly circuit: Circuit;
  readonly supply: Supply;
  readonly below: readonly Evse[];
  /** Those of which no meter is nearer. */
  readonly own: readonly Evse[];
  pending: PendingReading | undefined;
  /** Newest last. */
  snapshots: readonly Snapshot[];
}

/** One reading, and what every EVSE surely drew when it was taken. */
interface Snapshot {
  readonly atMs: number;
  readonly amps: KnownAmps;
  readonly draws: ReadonlyMap<EvseId, SureDraw>;
}

/** Nothing is in a hurry here, and all EVSEs are looked at. */
const lookEveryMs = 2_000;
/** Over a longer time a step would say more about the building than about an EVSE. */
const comparedWithinMs = 90_000;
const snapshotsMax = 12;
/** What a draw may lie between and still be known. */
const knownAmps = 1;

/**
 * Finds how EVSEs are wired from what they change: the meter shows each step on the phases that the EVSE really has. It only
 * tells; nothing is planned by it.
 */
export class WiringWatch {
  readonly #state: SiteState;
  readonly #watched: readonly Watched[];
  readonly #evidence = new Map<EvseId, WiringEvidence>();
  readonly #drawMaxAgeMs: number;
  #nextLookMs = Number.NEGATIVE_INFINITY;

  constructor(sites: readonly Site[], state: SiteState, drawMaxAgeMs: number) {
    this.#state = state;
    this.#drawMaxAgeMs = drawMaxAgeMs;
    // On IT a step shows on two lines, and on neither in full.
    this.#watched = sites.filter(({ supply }) => supply.system === 'TN').flatMap(watchedIn);
  }

  /** After a tick. */
  follow(nowMs: number): void {
    if (nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + lookEveryMs;
    for (const watched of this.#watched) this.#look(watched, nowMs);
  }

  /** undefined as long as nothing is known of it. */
  finding({ id, wiring }: Evse): WiringFinding | undefined {
    return findingOf(this.#evidence.get(id) ?? noEvidence, wiring);
  }

  #look(watched: Watched, nowMs: number): void {
    const { circuit, supply, below } = watched;
    if (circuit.meter === undefined) return;
    const metered = meteredCurrent(this.#state.meters.state(circuit.id), circuit.meter, supply, nowMs);
    const { pending, comparison } = compared(watched.pending, {
      metered,
      drawnAt: (atMs) => below.reduce((sum, evse) => addDraws(sum, this.#drawn(evse, atMs)), nothingDrawn),
      nowMs,
      waitMs: this.#drawMaxAgeMs,
    });
    watched.pending = pending;
    if (comparison === undefined) return;
    const { atMs, amps } = comparison;
    const draws = new Map(below.map((evse) => [evse.id, this.#drawn(evse, atMs)]));
    this.#learn(watched, { atMs, amps, draws });
    watched.snapshots = [...watched.snapshots, { atMs, amps, draws }]
      .filter((each) => atMs - each.atMs <= comparedWithinMs)
      .slice(-snapshotsMax);
  }

  #drawn(evse: Evse, atMs: number): SureDraw {
    return surelyDrawn(this.#state.evse(evse.id), this.#state.presence(evse.id), atMs);
  }

  /** Every EVSE is compared with the last time its draw was known, so that each step counts once. */
  #learn({ below, own, snapshots }: Watched, now: Snapshot): void {
    const told = new Map<Snapshot, Spread>();
    const before = new Map(this.#evidence);
    for (const { id } of own) {
      if (!isKnown(now.draws.get(id))) continue;
      const then = snapshots.findLast(({ atMs, draws }) => atMs < now.atMs && isKnown(draws.get(id)));
      if (then === undefined) continue;
      const { amps: ownAmps, variance } = change(then.draws.get(id), now.draws.get(id));
      if (!isTelling(ownAmps)) continue;
      const all = told.get(then) ?? allOf(below, before, then, now);
      told.set(then, all);
      const evidence = before.get(id) ?? noEvidence;
      const others = without(all, spreadOf(evidence, ownAmps, variance));
      const meteredAmps = [0, 1, 2].map((phase) => difference(now.amps[phase], then.amps[phase]));
      const [l1, l2, l3] = meteredAmps;
      this.#evidence.set(id, withStep(evidence, { ownAmps, others, meteredAmps: [l1, l2, l3] }));
    }
  }
}

const isKnown = (draw: SureDraw | undefined): draw is SureDraw =>
  draw !== undefined && phases.every((phase) => draw.highAmps[phase] - draw.lowAmps[phase] <= knownAmps);

/** What an EVSE changed on the phases of the config, between the middles of what it surely drew. */
function change(then: SureDraw = nothingDrawn, now: SureDraw = nothingDrawn): Spread {
  const middle = ({ lowAmps, highAmps }: SureDraw) =>
    perPhase((phase) => (lowAmps[phase] + highAmps[phase]) / 2);
  // Anything between is as likely: the variance is a twelfth of the width squared.
  const variance = ({ lowAmps, highAmps }: SureDraw) =>
    perPhase((phase) => (highAmps[phase] - lowAmps[phase]) ** 2 / 12);
  return { amps: minus(middle(now), middle(then)), variance: addAmps(variance(now), variance(then)) };
}

function allOf(
  below: readonly Evse[],
  evidence: ReadonlyMap<EvseId, WiringEvidence>,
  then: Snapshot,
  now: Snapshot,
): Spread {
  let [amps, variance] = [noAmps, noAmps];
  for (const { id } of below) {
    const own = change(then.draws.get(id), now.draws.get(id));
    const spread = spreadOf(evidence.get(id) ?? noEvidence, own.amps, own.variance);
    amps = addAmps(amps, spread.amps);
    variance = addAmps(variance, spread.variance);
  }
  return { amps, variance };
}

const minus = (a: PhaseAmps, b: PhaseAmps): PhaseAmps => perPhase((phase) => a[phase] - b[phase]);

const without = (all: Spread, one: Spread): Spread => ({
  amps: minus(all.amps, one.amps),
  variance: perPhase((phase) => Math.max(0, all.variance[phase] - one.variance[phase])),
});

const difference = (now: number | undefined, then: number | undefined): number | undefined =>
  now === undefined || then === undefined ? undefined : now - then;

function watchedIn({ circuits, evses, supply }: Site): Watched[] {
  const parents = new Map(circuits.map(({ id, parent }) => [id, parent]));
  const above = (id: CircuitId): readonly CircuitId[] => {
    const parent = parents.get(id);
    return parent === undefined ? [id] : [id, ...above(parent)];
  };
  const metered = circuits.filter(({ meter }) => meter?.measures === 'total');
  const nearest = (evse: Evse): CircuitId | undefined =>
    above(evse.circuit).find((id) => metered.some((circuit) => circuit.id === id));
  return metered.map((circuit) => ({
    circuit,
    supply,
    below: evses.filter((evse) => above(evse.circuit).includes(circuit.id)),
    own: evses.filter((evse) => nearest(evse) === circuit.id),
    pending: undefined,
    snapshots: [],
  }));
}
