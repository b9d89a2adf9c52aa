import type { PeakTariff as PeakProblem } from '../../solver/planProblem.ts';
import { localTime } from '../domain/localTime.ts';
import type { Site } from '../domain/site.ts';
import { type CapacityInput, expectedAmps } from './horizonCapacity.ts';
import { hourMs, type Slots, slotAt } from './horizonSlots.ts';
import { wattsOf } from './nodePlan.ts';

type PeakInput = CapacityInput & { readonly site: Site };

/** The index of the site's grid connection. */
export const rootOf = ({ topology, site }: Pick<PeakInput, 'topology' | 'site'>): number =>
  topology.nodes.findIndex(
    (node) => node.kind === 'circuit' && node.site.id === site.id && node.circuit.parent === undefined,
  );

/** The power charge of the site, as far as the hours ahead can change it; undefined where it has none. */
export function peakOf(
  input: PeakInput,
  { slotMs, peakHours }: Slots,
  { circuit, othersKw }: { readonly circuit: number; readonly othersKw: readonly number[] },
): PeakProblem | undefined {
  const { site, memory, nowMs, topology } = input;
  const { peakTariff } = site;
  const root = topology.nodes[rootOf(input)];
  if (peakTariff === undefined || root === undefined) return undefined;
  const seen = memory.peaks(site.id);
  const hours = peakHours.map(({ fromMs, day }) => {
    const atMs = Math.max(nowMs, fromMs);
    const amps = expectedAmps(input, root, rootOf(input), atMs, 0.5);
    const kw = wattsOf(amps, site.supply) / 1000 + (othersKw[slotAt(slotMs, atMs)] ?? 0);
    const leftShare = (fromMs + hourMs - atMs) / hourMs;
    return { fromMs, day, kw: kw * leftShare, kwh: fromMs <= nowMs ? (seen?.hourKwh ?? 0) : 0 };
  });
  const today = localTime(site.timeZone, nowMs).day;
  const todayKw = seen?.todayKw ?? 0;
  // The highest hour of today so far is one more of today's, or past when none is to come.
  const goesOn = hours.some(({ day }) => day === today);
  const before = { fromMs: (slotMs[0] ?? nowMs) - 24 * hourMs, day: today, kw: todayKw, kwh: 0 };
  const all = goesOn ? [before, ...hours] : hours;
  const pastKw = [...(seen?.pastKw ?? []), ...(goesOn || todayKw === 0 ? [] : [todayKw])];
  return {
    circuit,
    pricePerKw: peakTariff.perKw,
    count: peakTariff.highestHours,
    pastKw: Float64Array.from(pastKw.sort((a, b) => b - a).slice(0, peakTariff.highestHours)),
    hourMs: Float64Array.from(all, ({ fromMs }) => fromMs),
    hourDay: Int32Array.from(all, ({ day }) => day),
    hourBackgroundKw: Float64Array.from(all, ({ kw }) => kw),
    hourChargedKwh: Float64Array.from(all, ({ kwh }) => kwh),
  };
}
