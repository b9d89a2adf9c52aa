import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../src/commands/ocpiFiles.ts';
import { priceCommand } from '../../src/commands/price.ts';

const folder = mkdtempSync(join(tmpdir(), 'lastvakt-price-'));

function file(name: string, content: object | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const owner = { country_code: 'SE', party_id: 'LVK', currency: 'SEK', last_updated: '2026-11-01T00:00:00Z' };
const token = { country_code: 'SE', party_id: 'EMP', uid: '1', type: 'RFID', contract_id: 'SE-EMP-1' };

const tariff = {
  ...owner,
  id: 'night',
  elements: [
    {
      price_components: [{ type: 'ENERGY', price: 1.5, vat: 25, step_size: 1000 }],
      restrictions: { start_time: '22:00', end_time: '06:00' },
    },
    { price_components: [{ type: 'ENERGY', price: 2.5, vat: 25, step_size: 1000 }] },
  ],
};

const cdr = {
  ...owner,
  id: 'C1',
  start_date_time: '2026-11-21T20:00:00Z',
  end_date_time: '2026-11-21T22:00:00Z',
  cdr_token: token,
  auth_method: 'WHITELIST',
  cdr_location: {
    ...{ id: 'L1', address: 'Claesgatan 6', city: 'Malmö', country: 'SWE' },
    coordinates: { latitude: '55.590325', longitude: '13.008307' },
    ...{ evse_uid: 'E1', evse_id: 'SE*LVK*E1', connector_id: '1', connector_standard: 'IEC_62196_T2' },
    ...{ connector_format: 'SOCKET', connector_power_type: 'AC_3_PHASE' },
  },
  tariffs: [tariff],
  charging_periods: [
    { start_date_time: '2026-11-21T20:00:00Z', dimensions: [{ type: 'ENERGY', volume: 10 }] },
    { start_date_time: '2026-11-21T21:00:00Z', dimensions: [{ type: 'ENERGY', volume: 10.4 }] },
  ],
  total_cost: { excl_vat: 41.5, incl_vat: 51.88 },
  total_energy: 20.4,
  total_time: 2,
};

describe('lastvakt price', () => {
  it('tells a tariff in words, and what a charge costs that starts at a time', () => {
    const told = priceCommand([
      ...['--tariff', file('tariff.json', tariff), '--time-zone', 'Europe/Stockholm'],
      ...['--at', '2026-11-21T21:00:00Z'],
    ]);
    expect(told.code).toBe(0);
    expect(told.text.split('\n')).toEqual([
      'Tariff night of SE LVK',
      '  1.50 SEK per kWh (VAT 25 %), from 22:00 to 06:00, in steps of 1 kWh',
      '  2.50 SEK per kWh (VAT 25 %), in steps of 1 kWh',
      '  taxes are added to these prices',
      '  a charge that starts at 2026-11-21T21:00:00.000Z costs:',
      '    1.8750 SEK per kWh',
    ]);
  });

  it('prices a CDR under its own tariffs, and agrees with what it bills', () => {
    const told = priceCommand(['--session', file('cdr.json', cdr), '--time-zone', 'Europe/Stockholm']);
    expect(told.code).toBe(0);
    expect(told.text.split('\n')).toEqual([
      'Energy: 10 kWh at 2.50 SEK per kWh, VAT 25 %: 25.00 SEK before taxes, 31.25 SEK with taxes',
      'Energy: 11 kWh at 1.50 SEK per kWh, VAT 25 % (10.4 kWh, billed in steps of 1 kWh): 16.50 SEK before taxes, 20.63 SEK with taxes',
      'Total: 41.50 SEK before taxes, 51.88 SEK with taxes',
      '  of it VAT 25 %: 10.38 SEK',
      'The file itself says 41.50 SEK before taxes, 51.88 SEK with taxes: as above.',
    ]);
  });

  it('ends with 1 when a CDR bills another total', () => {
    const wrong = { ...cdr, total_cost: { excl_vat: 51 } };
    const told = priceCommand(['--session', file('wrong.json', wrong), '--time-zone', 'Europe/Stockholm']);
    expect(told.code).toBe(1);
    expect(told.text).toContain('says 51.00 SEK before taxes: which is not the total above');
  });

  it('prices a 2.3.0 session under a tariff with taxes included, as JSON', () => {
    const session = {
      ...owner,
      ...{ id: 'S1', start_date_time: '2026-11-21T20:00:00Z', kwh: 4, cdr_token: token, status: 'ACTIVE' },
      ...{ auth_method: 'COMMAND', location_id: 'L1', evse_uid: 'E1', connector_id: '1' },
      charging_periods: [
        { start_date_time: '2026-11-21T20:00:00Z', dimensions: [{ type: 'ENERGY', volume: 4 }] },
      ],
    };
    const [, { price_components }] = tariff.elements as [unknown, { price_components: object[] }];
    const included = { ...tariff, tax_included: 'YES', elements: [{ price_components }] };
    const told = priceCommand([
      ...[
        '--session',
        file('session.json', session),
        '--tariff',
        file('included.json', [included]),
        '--json',
      ],
    ]);
    expect(JSON.parse(told.text)).toMatchObject({
      currency: 'SEK',
      total: { beforeTaxes: '8.00', taxes: '2.00', afterTaxes: '10.00' },
    });
  });

  it.each([
    ['no file at all', [], '--tariff is needed'],
    ['an unknown option', ['--tarif', 'x'], "Unknown option '--tarif'"],
    ['a file that is not there', ['--tariff', join(folder, 'none.json')], 'cannot be read'],
    ['what is no JSON', ['--tariff', file('text.json', '{')], 'is no JSON'],
    ['what is no tariff', ['--tariff', file('empty.json', {})], 'is not what OCPI describes'],
    ['hours without a time zone', ['--session', file('cdr2.json', cdr)], 'say --time-zone of the location'],
    ['an unknown version', ['--tariff', file('t.json', tariff), '--ocpi', '2.0'], 'no OCPI version "2.0"'],
    [
      'a time without a zone',
      ['--tariff', file('t.json', tariff), '--at', '2026-11-21T21:00:00'],
      'give a time such as 2026-11-21T18:00:00Z',
    ],
    [
      'a place nobody knows',
      ['--session', file('cdr2.json', cdr), '--time-zone', 'Europe/Atlantis'],
      'is no time zone',
    ],
  ])('refuses %s', (_what, args, why) => {
    expect(() => priceCommand(args)).toThrow(FileError);
    expect(() => priceCommand(args)).toThrow(why);
  });
});
