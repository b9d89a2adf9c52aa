import { type Invoice, type InvoiceLine, taxTotalOf } from '../../domain/billing/invoice.ts';
import { decimalText, type Fraction, shortText } from '../../domain/pricing/fraction.ts';
import { roundingOf } from '../../domain/pricing/words.ts';

export interface PageOptions {
  readonly seller: string;
  readonly timeZone: string;
  readonly language: PageLanguage;
}

export type PageLanguage = 'sv' | 'en';

const words = {
  en: {
    title: 'Charging',
    contract: 'Contract',
    month: 'Month',
    when: 'When',
    where: 'Where',
    energy: 'Energy',
    beforeTaxes: 'Before taxes',
    taxes: 'Taxes',
    credit: 'credit of',
    total: 'Total',
  },
  sv: {
    title: 'Laddning',
    contract: 'Avtal',
    month: 'Månad',
    when: 'När',
    where: 'Var',
    energy: 'Energi',
    beforeTaxes: 'Före moms',
    taxes: 'Moms',
    credit: 'kreditering av',
    total: 'Summa',
  },
} as const satisfies Readonly<Record<PageLanguage, unknown>>;

export const pageLanguages = ['sv', 'en'] as const;

const style = `body{font:11pt/1.4 system-ui,sans-serif;color:#111;max-width:50rem;margin:2rem auto;padding:0 1rem}
section{break-after:page}h1{font-size:16pt}dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem}dd{margin:0}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:.3rem .5rem;text-align:left;
border-bottom:1px solid #ccc;vertical-align:top}.n{text-align:right;white-space:nowrap}tfoot td,tfoot th{border:0}
tfoot tr:last-child{font-weight:bold}small{color:#555;overflow-wrap:anywhere}`;

/** The invoices as one page to print: a sheet each, no script, nothing from elsewhere. */
export function invoicePage(invoices: readonly Invoice[], options: PageOptions): string {
  const { title } = words[options.language];
  return `<!doctype html>
<html lang="${options.language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(`${options.seller}: ${title}`)}</title>
<style>${style}</style>
${invoices.map((invoice) => sheet(invoice, options)).join('\n')}
</html>
`;
}

function sheet(invoice: Invoice, options: PageOptions): string {
  const { contractId, month, lines, beforeTaxes, taxes, afterTaxes } = invoice;
  const word = words[options.language];
  const payable = amountFormat(invoice, options);
  const totals: readonly (readonly [string, Fraction])[] = [
    [word.beforeTaxes, beforeTaxes],
    ...taxes.map(
      ({ name, percent, amount }) =>
        [
          percent === undefined ? name : `${name} ${localText(shortText(percent), options)} %`,
          amount,
        ] as const,
    ),
    [word.total, afterTaxes],
  ];
  return `<section>
<h1>${escaped(options.seller)}: ${word.title}</h1>
<dl><dt>${word.contract}<dd>${escaped(contractId)}<dt>${word.month}<dd>${escaped(month)}</dl>
<table>
<thead><tr><th>${word.when}<th>${word.where}<th class="n">${word.energy}<th class="n">${word.beforeTaxes}<th class="n">${word.taxes}</thead>
<tbody>
${lines.map((line) => row(line, options, payable)).join('\n')}
</tbody>
<tfoot>
${totals.map(([label, amount]) => `<tr><th colspan="3"><th class="n">${escaped(label)}<td class="n">${payable(amount)}`).join('\n')}
</tfoot>
</table>
</section>`;
}

function row(line: InvoiceLine, options: PageOptions, payable: (amount: Fraction) => string): string {
  const { countryCode, partyId, cdrId, creditsCdrId, startedAtMs, place, evseId, energyKwh } = line;
  const credit = creditsCdrId === undefined ? '' : `, ${words[options.language].credit} ${creditsCdrId}`;
  const origin = `${evseId}, ${countryCode} ${partyId} ${cdrId}${credit}`;
  return `<tr><td>${escaped(timeText(startedAtMs, options))}<td>${escaped(place)}<br><small>${escaped(origin)}</small>
<td class="n">${localText(decimalText(energyKwh, 2), options)} kWh<td class="n">${payable(line.beforeTaxes)}<td class="n">${payable(taxTotalOf(line))}`;
}

const amountFormat =
  ({ currency }: Invoice, options: PageOptions) =>
  (amount: Fraction): string =>
    `${localText(decimalText(amount, roundingOf(currency).decimals), options)} ${escaped(currency)}`;

/** With the decimal sign of the language. */
const localText = (decimal: string, { language }: PageOptions): string =>
  language === 'sv' ? decimal.replace('.', ',') : decimal;

const timeText = (atMs: number, { timeZone, language }: PageOptions): string =>
  new Intl.DateTimeFormat(language === 'sv' ? 'sv' : 'en-GB', {
    timeZone,
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(atMs);

const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What partners write is text, never markup. */
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (mark) => marks[mark] ?? mark);
