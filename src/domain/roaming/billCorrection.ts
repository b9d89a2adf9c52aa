import type { BilledPeriod, PeriodVolume } from '../pricing/billedPeriod.ts';
import { dividedBy, type Fraction, ratio, rounded, times, zero } from '../pricing/fraction.ts';
import { roundingMeter } from '../pricing/periodVolumes.ts';
import { roundingOf } from '../pricing/words.ts';
import type { Cdr } from './cdr.ts';
import { cdrFrom, type RoamingCharge } from './charge.ts';
import type { BilledPrice } from './common.ts';

/** What a person puts right in a bill: one of them at least. */
export interface BillCorrection {
  /** What was really charged. Its price follows from the tariffs, where no other is given. */
  readonly energyKwh?: Fraction;
  /** What it costs in all. */
  readonly beforeTaxes?: Fraction;
}

interface Correcting {
  readonly correction: BillCorrection;
  /** Of the new bill. */
  readonly id: string;
  readonly reason: string;
  readonly nowMs: number;
}

type Corrected =
  | { readonly status: 'corrected'; readonly cdr: Cdr }
  | { readonly status: 'refused'; readonly why: string };

/** The bill that should have been made. Its charging periods stay, with their energy in proportion. */
export function correctedBill(
  charge: RoamingCharge,
  bill: Cdr,
  { correction, id, reason, nowMs }: Correcting,
): Corrected {
  const { energyKwh, beforeTaxes } = correction;
  if (energyKwh !== undefined && bill.totalEnergyKwh.numerator === 0n)
    return { status: 'refused', why: 'it has no energy that could be put right: give the cost' };
  const base = energyKwh === undefined ? bill : pricedAnew(charge, bill, energyKwh);
  const cdr = beforeTaxes === undefined ? base : withTotal(base, beforeTaxes);
  const { signedData } = bill;
  return {
    status: 'corrected',
    cdr: {
      ...cdr,
      ...(signedData !== undefined && { signedData }),
      ...{ id, remark: reason.slice(0, remarkMax), lastUpdatedMs: nowMs },
    },
  };
}

const remarkMax = 255;

function pricedAnew(charge: RoamingCharge, bill: Cdr, energyKwh: Fraction): Cdr {
  const { startedAtMs, endedAtMs, periods } = bill;
  const factor = dividedBy(energyKwh, bill.totalEnergyKwh);
  const told = { startedAtMs, endedAtMs, periods: inProportion(periods, factor) };
  const { tariffs, location } = bill;
  return {
    ...cdrFrom({ ...charge, session: { ...charge.session, ...told } }, { marks: [] }),
    ...{ tariffs, location, token: bill.token, authMethod: bill.authMethod },
  };
}

/** Volumes are rounded so that their sum is what was given. */
function inProportion(periods: readonly BilledPeriod[], factor: Fraction): readonly BilledPeriod[] {
  const meter = roundingMeter();
  const scaled = ({ dimension, volume }: PeriodVolume): PeriodVolume => ({
    dimension,
    volume: dimension === 'ENERGY' ? meter(dimension, times(volume, factor)) : volume,
  });
  return periods.map((period) => ({ ...period, volumes: period.volumes.map(scaled) }));
}

/** Taxed as before. What its parts cost is not known then, and not told. */
function withTotal(
  { totalFixedCost, totalEnergyCost, totalTimeCost, totalParkingCost, totalReservationCost, ...bill }: Cdr,
  beforeTaxes: Fraction,
): Cdr {
  const { decimals, mode } = roundingOf(bill.currency);
  const before = bill.totalCost.beforeTaxes;
  const taxes = bill.totalCost.taxes.map((tax): BilledPrice['taxes'][number] => {
    const share =
      tax.percentage !== undefined
        ? dividedBy(tax.percentage, ratio(100, 1))
        : before.numerator === 0n
          ? zero
          : dividedBy(tax.amount, before);
    return { ...tax, amount: rounded(times(beforeTaxes, share), decimals, mode) };
  });
  return { ...bill, totalCost: { beforeTaxes, taxes } };
}
