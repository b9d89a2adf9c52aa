import { slotGrid } from '../../solver/planProblem.ts';
import { isWithin, type LocalTime, localTime } from '../domain/localTime.ts';
import { type KwhTable, kwhAt, type PeakTariff, priceAt, type SitePrices } from '../domain/prices.ts';

export const hourMs = 3_600_000;
const quarterMs = 900_000;
/** Departures and prices further ahead are planned once they are nearer. */
const horizonMaxMs = 48 * hourMs;
/** Each edge is a slot, and the program grows with slots times sessions. */
const departureEdgesMax = 16;
const limitEdgesMax = 16;
const priceEdgesMax = 32;

export interface SlotsInput {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly departuresMs: readonly number[];
  /** When limits that are known now begin and end. */
  readonly limitEdgesMs: readonly number[];
  readonly prices: SitePrices;
  readonly peakTariff: PeakTariff | undefined;
  readonly emissions?: KwhTable | undefined;
}

/** The time ahead, cut where something changes. One entry per slot, but one more in `slotMs`. */
export interface Slots {
  readonly slotMs: Float64Array;
  /** As told; undefined where nobody told one. */
  readonly told: readonly (number | undefined)[];
  /** For the plan: an hour without a price counts as the dearest known, so that nobody waits for it. */
  readonly pricePerKwh: Float64Array;
  /** Of CO2, for drivers who mind it more than the price; the same in every slot where nobody told. */
  readonly kgPerKwh: Float64Array;
  /** Hours ahead that a power charge counts, the present one included. */
  readonly peakHours: readonly { readonly fromMs: number; readonly day: number }[];
}

/**
 * The grid hangs on full hours, not on this instant: for as long as nothing else changes it stays the same for an hour,
 * and the plan goes on from its last solution.
 */
export function slotsAhead(input: SlotsInput): Slots {
  const { nowMs, departuresMs, limitEdgesMs, timeZone, peakTariff } = input;
  const anchorMs = Math.floor(nowMs / hourMs) * hourMs;
  const lastMs = Math.min(Math.max(anchorMs + hourMs, ...departuresMs), anchorMs + horizonMaxMs);
  const quarters = quarterPrices(input, anchorMs, lastMs);
  const cleanness = quarterEmissions(input, anchorMs, lastMs);
  const peakHours = peakTariff === undefined ? [] : hoursOf(peakTariff, timeZone, nowMs, lastMs);
  const edges = [
    ...first(departuresMs, nowMs, departureEdgesMax),
    ...first(limitEdgesMs, nowMs, limitEdgesMax),
    ...priceEdges(quarters),
    ...priceEdges(cleanness),
    ...peakHours.flatMap(({ fromMs }) => [fromMs, fromMs + hourMs]),
  ];
  const slotMs = slotGrid(anchorMs, Math.ceil((lastMs - anchorMs) / hourMs), edges);
  const told = bySlot(slotMs, quarters);
  const kgPerKwh = Float64Array.from(bySlot(slotMs, cleanness), (kg) => kg ?? 0);
  const dearest = Math.max(...told.map((price) => price ?? Number.NEGATIVE_INFINITY));
  const unknown = Number.isFinite(dearest) ? dearest : 0;
  const pricePerKwh = Float64Array.from(told, (price) => price ?? unknown);
  return { slotMs, told, pricePerKwh, kgPerKwh, peakHours };
}

/** The mean of each slot; undefined where a part of it is not known. */
const bySlot = (slotMs: Float64Array, quarters: readonly QuarterPrice[]): readonly (number | undefined)[] =>
  Array.from(slotMs.subarray(1), (untilMs, slot) => {
    const fromMs = slotMs[slot] ?? untilMs;
    const inside = quarters.filter(({ atMs }) => atMs < untilMs && atMs + quarterMs > fromMs);
    const known = inside.flatMap(({ perKwh }) => perKwh ?? []);
    return known.length > 0 && known.length === inside.length ? mean(known) : undefined;
  });

/** Index of the slot an instant lies in; the last one past the end. */
export function slotAt(slotMs: Float64Array, atMs: number): number {
  const found = slotMs.findLastIndex((fromMs) => fromMs <= atMs);
  return Math.min(Math.max(0, found), slotMs.length - 2);
}

interface QuarterPrice {
  readonly atMs: number;
  readonly perKwh: number | undefined;
}

const quarterPrices = (
  { prices, timeZone }: SlotsInput,
  fromMs: number,
  untilMs: number,
): readonly QuarterPrice[] =>
  prices.table === undefined && prices.series === undefined
    ? []
    : quartersOf(prices, { fromMs, untilMs }, (atMs) => priceAt(prices, timeZone, atMs));

const quarterEmissions = (
  { emissions, timeZone }: SlotsInput,
  fromMs: number,
  untilMs: number,
): readonly QuarterPrice[] =>
  emissions === undefined
    ? []
    : quartersOf(emissions, { fromMs, untilMs }, (atMs) => kwhAt(emissions, timeZone, atMs));

/** What each told for the last plan: local time costs more than all else here, and hours stay the same. */
const lastQuarters = new WeakMap<object, ReadonlyMap<number, number | undefined>>();

function quartersOf(
  source: object,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  tellAt: (atMs: number) => number | undefined,
): readonly QuarterPrice[] {
  const known = lastQuarters.get(source);
  const count = Math.ceil((untilMs - fromMs) / quarterMs);
  const quarters = Array.from({ length: count }, (_, index) => {
    const atMs = fromMs + index * quarterMs;
    return { atMs, perKwh: known?.has(atMs) ? known.get(atMs) : tellAt(atMs) };
  });
  lastQuarters.set(source, new Map(quarters.map(({ atMs, perKwh }) => [atMs, perKwh])));
  return quarters;
}

/** Where the price changes; on full hours alone where it changes too often. */
function priceEdges(quarters: readonly QuarterPrice[]): readonly number[] {
  const edges = quarters.flatMap(({ atMs, perKwh }, index) =>
    index > 0 && perKwh !== quarters[index - 1]?.perKwh ? atMs : [],
  );
  return edges.length <= priceEdgesMax ? edges : edges.filter((atMs) => atMs % hourMs === 0);
}

function hoursOf(
  tariff: PeakTariff,
  timeZone: string,
  nowMs: number,
  untilMs: number,
): readonly { readonly fromMs: number; readonly day: number }[] {
  const hours: { fromMs: number; day: number }[] = [];
  for (let fromMs = localHourStart(timeZone, nowMs); fromMs < untilMs; fromMs += hourMs) {
    const local = localTime(timeZone, fromMs);
    if (isWithin(tariff, local)) hours.push({ fromMs, day: local.day });
  }
  return hours;
}

/** When the present hour of the local clock began: not on ours where a zone is half an hour off. */
export function localHourStart(
  timeZone: string,
  atMs: number,
  local: LocalTime = localTime(timeZone, atMs),
): number {
  const minuteMs = 60_000;
  return Math.floor(atMs / minuteMs) * minuteMs - (local.minuteOfDay % 60) * minuteMs;
}

const first = (edgesMs: readonly number[], nowMs: number, count: number): readonly number[] =>
  [...new Set(edgesMs)]
    .filter((edge) => edge > nowMs && Number.isFinite(edge))
    .sort((a, b) => a - b)
    .slice(0, count);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
