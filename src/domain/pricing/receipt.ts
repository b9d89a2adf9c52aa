import { compare, type Fraction, minus, ratio, shortText } from './fraction.ts';
import type { CostPart, PriceLine, PriceNote, SessionPrice } from './sessionPrice.ts';
import { hoursText, priceText, type RoundedCost, type Rounding, roundedCost, unitText } from './words.ts';

/** A price for people: what each component cost and why, and what is to be paid. */
export interface Receipt {
  readonly currency: string;
  readonly lines: readonly ({ readonly part: CostPart; readonly text: string } & RoundedCost)[];
  readonly periods: readonly RoundedCost[];
  readonly total: RoundedCost;
  readonly taxes: readonly { readonly percent: string | undefined; readonly amount: string }[];
  /** What else to know about the price, in sentences. */
  readonly remarks: readonly string[];
}

/** The receipt of a session under a rounding policy. */
export function receiptOf(price: SessionPrice, rounding: Rounding): Receipt {
  const { currency } = price;
  return {
    currency,
    lines: price.lines.map((line) => ({
      part: line.part,
      text: lineText(line, currency),
      ...roundedCost(line.cost, rounding),
    })),
    periods: price.periodCosts.map((cost) => roundedCost(cost, rounding)),
    total: roundedCost(price.total, rounding),
    taxes: price.taxes.map(({ percent, amount }) => ({
      percent: percent && shortText(percent),
      amount: roundedCost({ beforeTaxes: amount, afterTaxes: amount }, rounding).afterTaxes ?? '',
    })),
    remarks: [...boundRemarks(price), ...price.notes.map(noteText)],
  };
}

const partNames: Readonly<Record<CostPart, string>> = {
  fixed: 'Start fee',
  energy: 'Energy',
  time: 'Charging time',
  parking: 'Parking without charging',
  reservation: 'Reservation',
};

/** `Energy: 20.5 kWh at 0.25 EUR per kWh, VAT 10 % (20.45 kWh, billed in steps of 0.1 kWh)`. */
function lineText(line: PriceLine, currency: string): string {
  const { part, component, rules } = line;
  const { dimension, price, vatPercent } = component;
  const unit = unitText(component, part === 'reservation');
  const amount = dimension === 'FLAT' ? '' : `${volumeText(line, line.billedVolume)} at `;
  const included = rules.taxIncluded === 'YES' ? 'included' : '';
  const vat = vatPercent === undefined ? '' : `, VAT ${shortText(vatPercent)} % ${included}`.trimEnd();
  return `${partNames[part]}: ${amount}${priceText(price, currency)} ${unit}${vat}${stepText(line)}`;
}

/** Half a second (or Wh) is no step: it is what the wire's decimals left over. */
const leastStep = ratio(1, 7200);

function stepText(line: PriceLine): string {
  const { component, volume, billedVolume } = line;
  if (component.stepSize <= 1 || compare(minus(billedVolume, volume), leastStep) < 0) return '';
  const step =
    component.dimension === 'ENERGY'
      ? `${shortText(ratio(component.stepSize, 1000))} kWh`
      : hoursText(ratio(component.stepSize, 3600));
  return ` (${volumeText(line, volume)}, billed in steps of ${step})`;
}

const volumeText = ({ component }: PriceLine, volume: Fraction): string =>
  component.dimension === 'ENERGY' ? `${shortText(volume)} kWh` : hoursText(volume);

function boundRemarks({ boundBy, total, currency }: SessionPrice): readonly string[] {
  if (boundBy === undefined) return [];
  const amount = total.afterTaxes ?? total.beforeTaxes;
  return amount === undefined
    ? []
    : [`The ${boundBy} price of this tariff applies: ${priceText(amount, currency)}.`];
}

function noteText({ kind, periods }: PriceNote): string {
  const where = `Charging period ${periods.map((index) => index + 1).join(', ')}`;
  switch (kind) {
    case 'spans a change of price':
      return `${where}: another price came into force before its end; it is priced as it began.`;
    case 'current or power unknown':
      return `${where}: the tariff depends on current or power, and neither is told; those prices are left out.`;
    case 'bounds of several tariffs':
      return 'Several tariffs priced this session, so the minimum and maximum price of none is applied.';
  }
}
