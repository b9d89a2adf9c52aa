import { givenCdr, givenTariff } from '../ocpi/givenCdr.ts';

/** A CDR of an hour and 20 kWh in five charging periods, as it is kept: in the words of OCPI 2.3.0. */
export const cdrWire = (id: string): object => {
  const at = (minute: number) => `2026-10-12T16:${String(minute).padStart(2, '0')}:00Z`;
  const price = (before: number, tax: number) => ({
    before_taxes: before,
    taxes: [{ name: 'VAT', percentage: 25, amount: tax }],
  });
  return {
    ...{ ...givenCdr, id, start_date_time: at(0), end_date_time: at(59), session_id: id },
    cdr_token: { country_code: 'DE', party_id: 'MSP', uid: 'CAFE', type: 'RFID', contract_id: 'C1' },
    tariffs: [{ ...givenTariff(at(0)), tax_included: 'NO' }],
    charging_periods: [0, 15, 30, 45, 55].map((minute) => ({
      start_date_time: at(minute),
      dimensions: [
        { type: 'ENERGY', volume: 4 },
        { type: 'TIME', volume: 0.2 },
      ],
      tariff_id: 'T1',
    })),
    ...{ total_cost: price(8, 2), total_energy_cost: price(8, 2), total_energy: 20, total_time: 0.9833 },
    last_updated: at(59),
  };
};
