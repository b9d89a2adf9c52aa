import { plus, sum } from '../domain/pricing/fraction.ts';
import { offeredPrices, offerText } from '../domain/pricing/offer.ts';
import { receiptOf } from '../domain/pricing/receipt.ts';
import type { SessionPrice } from '../domain/pricing/sessionPrice.ts';
import { type RoundedCost, type Rounding, roundedCost } from '../domain/pricing/words.ts';
import type { BilledPrice } from '../domain/roaming/common.ts';
import type { Tariff } from '../domain/roaming/tariff.ts';

/** Tariffs in words, and what a charge costs that starts at an instant. */
export function offerReport(
  tariffs: readonly Tariff[],
  start: { readonly atMs: number; readonly timeZone: string } | undefined,
): string {
  return tariffs
    .flatMap((tariff) => [
      `Tariff ${tariff.id} of ${tariff.countryCode} ${tariff.partyId}`,
      ...tariff.altText.map(({ text }) => `  ${text}`),
      ...offerText(tariff).map((line) => `  ${line}`),
      ...(start === undefined ? [] : startLines(tariff, start)),
    ])
    .join('\n');
}

function startLines(
  tariff: Tariff,
  { atMs, timeZone }: { readonly atMs: number; readonly timeZone: string },
): readonly string[] {
  const prices = offeredPrices(tariff, timeZone, atMs).map(({ per, price }) => {
    const { beforeTaxes, afterTaxes } = roundedCost(price, { decimals: 4, mode: 'half-up' });
    const amount = afterTaxes ?? beforeTaxes;
    return `    ${amount} ${tariff.currency} per ${per}${afterTaxes === undefined ? ' before taxes' : ''}`;
  });
  const when = new Date(atMs).toISOString();
  return [`  a charge that starts at ${when} costs:`, ...(prices.length === 0 ? ['    nothing'] : prices)];
}

/** What a session costs and why, for people or as JSON. */
export function priceReport(
  price: SessionPrice,
  rounding: Rounding,
  bill: BilledPrice | undefined,
  asJson: boolean,
): string {
  const receipt = receiptOf(price, rounding);
  if (asJson) return JSON.stringify(receipt, undefined, 2);
  const { currency, total } = receipt;
  return [
    ...receipt.lines.map(({ text, ...cost }) => `${text}: ${amountText(cost, currency)}`),
    `Total: ${amountText(total, currency)}`,
    ...receipt.taxes.map(
      ({ percent, amount }) =>
        `  of it VAT${percent === undefined ? '' : ` ${percent} %`}: ${amount} ${currency}`,
    ),
    ...receipt.remarks,
    ...billLines(price, rounding, bill),
  ].join('\n');
}

function amountText({ beforeTaxes, afterTaxes }: RoundedCost, currency: string): string {
  const parts = [
    ...(beforeTaxes === undefined ? [] : [`${beforeTaxes} ${currency} before taxes`]),
    ...(afterTaxes === undefined ? [] : [`${afterTaxes} ${currency} with taxes`]),
  ];
  return parts.join(', ');
}

function billLines(
  price: SessionPrice,
  rounding: Rounding,
  bill: BilledPrice | undefined,
): readonly string[] {
  if (bill === undefined) return [];
  const told = amountText(roundedCost(billedCost(bill), rounding), price.currency);
  const verdict = differsFromBill(price, rounding, bill) ? 'which is not the total above' : 'as above';
  return [`The file itself says ${told}: ${verdict}.`];
}

/** Whether the file tells another total than its tariff gives, to the decimals that are billed. */
export function differsFromBill(
  price: SessionPrice,
  rounding: Rounding,
  bill: BilledPrice | undefined,
): boolean {
  if (bill === undefined) return false;
  const told = roundedCost(billedCost(bill), rounding);
  const own = roundedCost(price.total, rounding);
  return isOther(told.beforeTaxes, own.beforeTaxes) || isOther(told.afterTaxes, own.afterTaxes);
}

/** What one of the two does not tell cannot differ. */
const isOther = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && a !== b;

const billedCost = ({ beforeTaxes, taxes }: BilledPrice): SessionPrice['total'] => ({
  beforeTaxes,
  afterTaxes: taxes.length === 0 ? undefined : plus(beforeTaxes, sum(taxes.map(({ amount }) => amount))),
});
