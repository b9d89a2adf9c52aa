import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { invoiceCommand } from '../../src/commands/invoice.ts';
import { FileError } from '../../src/commands/ocpiFiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'lastvakt-invoice-'));

function file(name: string, content: object | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const token = { country_code: 'SE', party_id: 'LUE', uid: 'T1', type: 'RFID', contract_id: 'SE-LUE-1' };
const cdr = {
  ...{ country_code: 'SE', party_id: 'LVK', id: 'C1', currency: 'SEK' },
  start_date_time: '2026-10-12T16:00:00Z',
  end_date_time: '2026-10-12T18:00:00Z',
  cdr_token: token,
  auth_method: 'WHITELIST',
  cdr_location: {
    ...{ id: 'L1', name: '=Garage <Lund>', address: 'Claesgatan 6', city: 'Malmö', country: 'SWE' },
    coordinates: { latitude: '55.590325', longitude: '13.008307' },
    ...{ evse_uid: 'E1', evse_id: 'SE*LVK*E1', connector_id: '1', connector_standard: 'IEC_62196_T2' },
    ...{ connector_format: 'SOCKET', connector_power_type: 'AC_3_PHASE' },
  },
  charging_periods: [
    { start_date_time: '2026-10-12T16:00:00Z', dimensions: [{ type: 'ENERGY', volume: 10.4 }] },
  ],
  total_cost: { excl_vat: 20.005, incl_vat: 25.01 },
  total_energy: 10.4,
  total_time: 2,
  last_updated: '2026-10-12T18:00:00Z',
};
const credit = {
  ...cdr,
  ...{ id: 'C1-C', credit: true, credit_reference_id: 'C1' },
  total_cost: { excl_vat: -20.005, incl_vat: -25.01 },
};
const month = ['--time-zone', 'Europe/Stockholm', '--month'];

describe('lastvakt invoice', () => {
  it('bills a month as JSON, which the next month reads to bill nothing twice', () => {
    const october = invoiceCommand([...month, '2026-10', '--cdrs', file('october.json', [cdr])]);
    expect(october).toMatchObject({ code: 0, notes: [] });
    expect(JSON.parse(october.text)).toMatchObject({
      policy: { vatPercent: null, roundedPer: 'line', ties: 'half-up' },
      invoices: [
        {
          ...{ contract: 'SE-LUE-1', month: '2026-10', currency: 'SEK' },
          ...{ beforeTaxes: '20.01', afterTaxes: '25.02' },
          lines: [{ cdr: 'C1', credits: null, energyKwh: '10.4', place: '=Garage <Lund>, Malmö' }],
        },
      ],
    });
    const all = file('november.json', [cdr, credit]);
    const billed = ['--billed', file('run-october.json', october.text)];
    const november = invoiceCommand([...month, '2026-11', '--cdrs', all, ...billed]);
    expect(JSON.parse(november.text)).toMatchObject({
      counts: { billedBefore: 1 },
      invoices: [{ beforeTaxes: '-20.01', afterTaxes: '-25.02', lines: [{ cdr: 'C1-C', credits: 'C1' }] }],
    });
  });

  it('bills on the electricity contract that the token names', () => {
    const owned = {
      ...{ ...token, issuer: 'Lunds Energi', valid: true, whitelist: 'ALWAYS' },
      energy_contract: { supplier_name: 'Lunds Energi', contract_id: 'EL-77' },
      last_updated: '2026-10-01T00:00:00Z',
    };
    const files = ['--cdrs', file('c.json', [cdr]), '--tokens', file('tokens.json', [owned])];
    expect(JSON.parse(invoiceCommand([...month, '2026-10', ...files]).text)).toMatchObject({
      invoices: [{ contract: 'EL-77' }],
    });
  });

  it('writes a line for each CDR as CSV, where a name is no formula', () => {
    const { text } = invoiceCommand([...month, '2026-10', '--cdrs', file('c.json', [cdr]), '--form', 'csv']);
    expect(text.split('\r\n')).toEqual([
      'month,contract,currency,country,party,cdr,credits,started_at,ended_at,place,evse_id,energy_kwh,hours,before_taxes,taxes,after_taxes',
      `2026-10,SE-LUE-1,SEK,SE,LVK,C1,,2026-10-12T16:00:00.000Z,2026-10-12T18:00:00.000Z,"'=Garage <Lund>, Malmö",SE*LVK*E1,10.4,2,20.01,5.01,25.02`,
      '',
    ]);
  });

  it('prints a page in the words, time and numbers of its reader, in which a name is no markup', () => {
    const page = ['--cdrs', file('c.json', [cdr]), '--form', 'html', '--seller', 'Lunds & Energi'];
    const { text } = invoiceCommand([...month, '2026-10', ...page]);
    expect(text).toContain('Lunds &amp; Energi: Laddning');
    expect(text).toContain('12 okt. 2026 18:00');
    expect(text).toContain('25,02 SEK');
    expect(text).toContain('=Garage &lt;Lund&gt;, Malmö');
    expect(text).not.toContain('<Lund>');
    expect(invoiceCommand([...month, '2026-10', ...page, '--language', 'en']).text).toContain('25.02 SEK');
  });

  it('tells which records it left out, bills the others, and ends with 1', () => {
    const { id: _, ...nameless } = cdr;
    const untaxed = { ...cdr, id: 'C2', total_cost: { excl_vat: 1 } };
    const mixed = file('mixed.json', [nameless, untaxed, cdr]);
    const made = invoiceCommand([...month, '2026-10', '--cdrs', mixed]);
    expect(made.code).toBe(1);
    expect(made.notes).toEqual([
      expect.stringMatching(/mixed\.json, record 1, is not what OCPI describes:\n {2}\/ lacks the key "id"/),
      'SE LVK CDR C2 tells no taxes, which is not a tax of zero: say which VAT is to be put on',
    ]);
    expect(JSON.parse(made.text)).toMatchObject({ invoices: [{ lines: [{ cdr: 'C1' }] }] });
    const taxed = invoiceCommand([...month, '2026-10', '--cdrs', file('u.json', [untaxed]), '--vat', '25']);
    expect(JSON.parse(taxed.text)).toMatchObject({ invoices: [{ afterTaxes: '1.25' }] });
  });

  it('says what is wrong with its options and files', () => {
    const cdrs = ['--cdrs', file('c.json', [cdr])];
    const cases: readonly [readonly string[], string][] = [
      [[], '--cdrs is needed'],
      [cdrs, '--month is needed'],
      [[...month, 'May', ...cdrs], '--month is "May": give a month such as 2026-10'],
      [['--month', '2026-10', '--time-zone', 'Lund', ...cdrs], '--time-zone is "Lund"'],
      [[...month, '2026-10', ...cdrs, '--vat', 'much'], '--vat is "much"'],
      [[...month, '2026-10', ...cdrs, '--form', 'pdf'], '--form is "pdf": say json or csv or html'],
      [[...month, '2026-10', '--cdrs', file('one.json', cdr)], 'one.json is no list of CDRs'],
      [[...month, '2026-10', ...cdrs, '--billed', file('b.json', {})], '/ lacks the key "invoices"'],
    ];
    for (const [args, message] of cases) {
      expect(() => invoiceCommand(args)).toThrow(FileError);
      expect(() => invoiceCommand(args)).toThrow(message);
    }
    expect(invoiceCommand(['--help']).text).toContain('Usage: lastvakt invoice');
  });
});
