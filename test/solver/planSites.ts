import { type PlanProblem, slotGrid } from '../../solver/planProblem.ts';
import { bigSite, seeded } from './sites.ts';

const hourMs = 3_600_000;

export interface PlanSite {
  readonly problem: PlanProblem;
  /** The same site a minute later: needs and limits moved a little, some sessions changed. */
  readonly later: (minutes: number) => PlanProblem;
  /** A problem of this site, or a minute later, with some of its sessions gone and as many new ones come. */
  readonly exchanged: (count: number, from?: PlanProblem) => PlanProblem;
}

/** Sessions over 24 hours in 38 slots below the big site's tree, with day and night prices. */
export function planSite(sessions: number, seed: number): PlanSite {
  const random = seeded(seed);
  const site = bigSite(sessions, seed);
  const slotMs = slotGrid(0, 24);
  const slots = slotMs.length - 1;
  const rows = 4 * site.circuits.length;
  const load = Array.from({ length: slots }, () => 0.45 + 0.2 * random());
  const limit = new Float64Array(slots * rows);
  for (let slot = 0; slot < slots; slot++) {
    site.circuits.forEach(({ limitAmps, limitWatts }, circuit) => {
      [...limitAmps, limitWatts].forEach((value, kind) => {
        limit[slot * rows + 4 * circuit + kind] = value * load[slot]!;
      });
    });
  }
  const list = (value: (index: number) => number): Float64Array =>
    Float64Array.from({ length: sessions }, (_, i) => value(i));
  const bits = (wiring: readonly number[]): number => wiring.reduce((sum, phase) => sum + 2 ** phase, 0);
  const departure = list(() => (1 + 13 * random()) * hourMs);
  const problem: PlanProblem = {
    nowMs: 0,
    slotMs,
    pricePerKwh: Float64Array.from(
      { length: slots },
      (_, slot) => 0.2 + 0.15 * Math.sin(slot / 5) + 0.02 * random(),
    ),
    parent: Int32Array.from(site.circuits, ({ parent }) => parent),
    limit,
    id: list((index) => index),
    circuit: Int32Array.from(site.evses, ({ circuit }) => circuit),
    wiring: Uint8Array.from(site.evses, ({ wiring }) => bits(wiring)),
    phaseVolts: list(() => 230),
    maxAmps: list((index) => site.evses[index]!.maxAmps),
    needKwh: list((index) => {
      const conductors = site.evses[index]!.wiring.length;
      const most = (site.evses[index]!.maxAmps * 0.23 * conductors * departure[index]!) / hourMs;
      return Math.min(10 + 50 * random(), (0.3 + 0.6 * random()) * most);
    }),
    startMs: list(() => 0),
    departureMs: departure,
    weight: list(() => 1),
    peak: undefined,
  };
  return {
    problem,
    later: (minutes) => ({
      ...problem,
      nowMs: minutes * 60_000,
      needKwh: problem.needKwh.map((need) => need * 0.99 ** minutes * (random() < 0.03 ? 1.1 : 1)),
      limit: limit.map((value) => value * (0.98 + 0.04 * random())),
    }),
    exchanged: (count, from = { ...problem, nowMs: 60_000 }) => ({
      ...from,
      id: problem.id.map((id, index) => (index < count ? id + sessions : id)),
    }),
  };
}
