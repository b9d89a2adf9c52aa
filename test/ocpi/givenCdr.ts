/** What every CDR of the garage has, in the words of both versions; a test adds what it is about. */
export const givenCdr = {
  ...{ country_code: 'SE', party_id: 'GRG', auth_method: 'WHITELIST', currency: 'EUR' },
  cdr_location: {
    ...{ id: 'garage', address: 'Storgatan 1', city: 'Lund', country: 'SWE', evse_uid: 'A1' },
    coordinates: { latitude: '55.70466', longitude: '13.19101' },
    ...{ evse_id: 'SE*GRG*E1', connector_id: '1', connector_standard: 'IEC_62196_T2' },
    ...{ connector_format: 'SOCKET', connector_power_type: 'AC_3_PHASE' },
  },
};

/** The only tariff of the garage, but for how it is taxed. */
export const givenTariff = (lastUpdated: string) => ({
  ...{ country_code: 'SE', party_id: 'GRG', id: 'T1', currency: 'EUR', last_updated: lastUpdated },
  elements: [{ price_components: [{ type: 'ENERGY', price: 0.4, vat: 25, step_size: 1 }] }],
});
