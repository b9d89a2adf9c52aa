import { type BilledPeriod, volumeOf } from './billedPeriod.ts';
import { type Fraction, one, plus, zero } from './fraction.ts';
import { mayChange } from './priceChanges.ts';
import { type Moment, type Range, type Selection, selectorOf, thresholdsOf } from './restrictions.ts';
import type { CostPart, PriceNote, SessionToPrice, Use } from './sessionPrice.ts';
import { siteClock } from './siteClock.ts';
import type { PriceComponent, PriceRules } from './tariff.ts';

export interface PeriodUses {
  readonly uses: readonly Use[];
  /** The tariffs that priced something, or left it free. */
  readonly rules: ReadonlySet<PriceRules>;
  readonly notes: readonly PriceNote[];
}

/** What each period used of the components in force at its start. */
export function periodUses(session: SessionToPrice): PeriodUses {
  const clock = siteClock(session.timeZone);
  const readerOf = readersOf(session);
  const uses: Use[] = [];
  const flats = new Set<CostPart>();
  const rulesUsed = new Set<PriceRules>();
  const notes = newNotes();
  const fromMs = chargingFromMs(session);
  let energyKwh = zero;
  for (const [index, period] of session.periods.entries()) {
    const { rules, select, thresholds } = readerOf(period);
    const wall = clock.wallTime(period.startMs);
    const moment = momentOf(period, fromMs, session.reservationExpired, energyKwh, wall);
    energyKwh = plus(energyKwh, volumeOf(period, 'ENERGY') ?? zero);
    const end = { atMs: session.periods[index + 1]?.startMs ?? session.endMs, energyKwh };
    if (mayChange({ clock, thresholds, select, moment, startMs: period.startMs, end }))
      notes.add('spans a change of price', index);
    if (isUntold(thresholds.amps, moment.amps) || isUntold(thresholds.powerKw, moment.powerKw))
      notes.add('current or power unknown', index);
    rulesUsed.add(rules);
    for (const [part, component, volume] of partsOf(period, select(moment))) {
      if (component.dimension === 'FLAT' && flats.has(part)) continue;
      if (component.dimension === 'FLAT') flats.add(part);
      uses.push({ part, component, rules, volume, billedVolume: volume, period: index });
    }
  }
  return { uses, rules: rulesUsed, notes: notes.all() };
}

function readersOf({ tariffs }: SessionToPrice) {
  const readers = tariffs.map((rules) => ({
    rules,
    select: selectorOf(rules.elements),
    thresholds: thresholdsOf(rules.elements),
  }));
  const byId = new Map(readers.map((reader) => [reader.rules.id, reader]));
  return ({ tariffId }: BilledPeriod) => {
    const reader = tariffId === undefined ? readers[0] : byId.get(tariffId);
    if (reader === undefined) throw new RangeError('a session was not checked before it was priced');
    return reader;
  };
}

/** Durations count from the charge, not from the reservation before it. */
const chargingFromMs = ({ periods, startMs }: SessionToPrice): number =>
  isReserving(periods[0]) ? (periods.find((period) => !isReserving(period))?.startMs ?? startMs) : startMs;

const isReserving = (period: BilledPeriod | undefined): boolean =>
  period !== undefined && volumeOf(period, 'RESERVATION_TIME') !== undefined;

function momentOf(
  period: BilledPeriod,
  fromMs: number,
  reservationExpired: boolean,
  energyKwh: Fraction,
  wall: Moment['wall'],
): Moment {
  return {
    wall,
    sinceStartMs: period.startMs - fromMs,
    energyKwh,
    amps: rangeOf(period, ['MIN_CURRENT', 'CURRENT', 'MAX_CURRENT']),
    powerKw: rangeOf(period, ['MIN_POWER', 'POWER', 'MAX_POWER']),
    reservation: !isReserving(period) ? 'none' : reservationExpired ? 'expired' : 'running',
  };
}

/** What a period tells of a quantity. One that only reserves or parks draws nothing, told or not. */
function rangeOf(
  period: BilledPeriod,
  dimensions: readonly ['MIN_CURRENT' | 'MIN_POWER', 'CURRENT' | 'POWER', 'MAX_CURRENT' | 'MAX_POWER'],
): Range | undefined {
  const [least, mean, most] = dimensions.map((dimension) => volumeOf(period, dimension));
  const lowest = least ?? mean ?? most;
  const highest = most ?? mean ?? least;
  if (lowest !== undefined && highest !== undefined) return { least: lowest, most: highest };
  const charges = period.volumes.some(
    ({ dimension, volume }) => (dimension === 'ENERGY' || dimension === 'TIME') && volume.numerator > 0n,
  );
  return charges ? undefined : { least: zero, most: zero };
}

const isUntold = (thresholds: readonly Fraction[], told: Range | undefined): boolean =>
  thresholds.length > 0 && told === undefined;

type PricedVolume = readonly [part: CostPart, component: PriceComponent, volume: Fraction];

/** The volumes of a period beside what prices them; what has no component is free. */
function partsOf(period: BilledPeriod, selection: Selection): readonly PricedVolume[] {
  const { FLAT, ENERGY, TIME, PARKING_TIME } = selection;
  const reservedHours = volumeOf(period, 'RESERVATION_TIME');
  const priced: readonly (readonly [CostPart, PriceComponent | undefined, Fraction | undefined])[] =
    reservedHours !== undefined
      ? [
          ['reservation', FLAT, one],
          ['reservation', TIME, reservedHours],
        ]
      : [
          ['fixed', FLAT, one],
          ['energy', ENERGY, volumeOf(period, 'ENERGY')],
          ['time', TIME, volumeOf(period, 'TIME')],
          ['parking', PARKING_TIME, volumeOf(period, 'PARKING_TIME')],
        ];
  return priced.flatMap(([part, component, volume]): readonly PricedVolume[] =>
    component === undefined || volume === undefined ? [] : [[part, component, volume]],
  );
}

const notedPeriodsMax = 10;

function newNotes() {
  const periods = new Map<PriceNote['kind'], number[]>();
  return {
    add: (kind: PriceNote['kind'], index: number): void => {
      const known = periods.get(kind) ?? [];
      if (known.length < notedPeriodsMax) known.push(index);
      periods.set(kind, known);
    },
    all: (): readonly PriceNote[] => [...periods].map(([kind, found]) => ({ kind, periods: found })),
  };
}
