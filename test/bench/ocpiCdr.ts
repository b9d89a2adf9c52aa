/** A CDR of an hour and 20 kWh in five charging periods, as it is kept: in the words of OCPI 2.3.0. */
export const cdrWire = (id: string): object => {
  const at = (minute: number) => `2026-10-12T16:${String(minute).padStart(2, '0')}:00Z`;
  const party = { country_code: 'SE', party_id: 'GRG' };
  const price = (before: number, tax: number) => ({
    before_taxes: before,
    taxes: [{ name: 'VAT', percentage: 25, amount: tax }],
  });
  return {
    ...{ ...party, id, start_date_time: at(0), end_date_time: at(59), session_id: id },
    cdr_token: { country_code: 'DE', party_id: 'MSP', uid: 'CAFE', type: 'RFID', contract_id: 'C1' },
    auth_method: 'WHITELIST',
    cdr_location: {
      ...{ id: 'garage', address: 'Storgatan 1', city: 'Lund', country: 'SWE', evse_uid: 'A1' },
      coordinates: { latitude: '55.70466', longitude: '13.19101' },
      ...{ evse_id: 'SE*GRG*E1', connector_id: '1', connector_standard: 'IEC_62196_T2' },
      ...{ connector_format: 'SOCKET', connector_power_type: 'AC_3_PHASE' },
    },
    currency: 'EUR',
    tariffs: [
      {
        ...{ ...party, id: 'T1', currency: 'EUR', tax_included: 'NO', last_updated: at(0) },
        elements: [{ price_components: [{ type: 'ENERGY', price: 0.4, vat: 25, step_size: 1 }] }],
      },
    ],
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
