import { zero } from '../../src/domain/pricing/fraction.ts';
import type { CdrLocation } from '../../src/domain/roaming/cdr.ts';
import type { RoamingCharge } from '../../src/domain/roaming/charge.ts';
import type { Token } from '../../src/domain/roaming/token.ts';

/** The one EVSE of a garage, as a bill tells it. */
const location: CdrLocation = {
  ...{ id: 'garage', address: 'Storgatan 1', city: 'Lund', country: 'SWE', evseUid: 'A1', evseId: '#NA' },
  coordinates: { latitude: '55.70466', longitude: '13.19101' },
  ...{ connectorId: '1', connectorStandard: 'IEC_62196_T2' },
  ...{ connectorFormat: 'SOCKET', connectorPowerType: 'AC_3_PHASE' },
};

/** Where charges of these tests take place. They are free. */
export const givenPlace = {
  ...{ countryCode: 'SE', partyId: 'GRG', currency: 'EUR', timeZone: 'Europe/Stockholm' },
  ...{ location, tariffs: [] },
};

/** Of a driver of the partner DE-MSP. */
export const givenToken: Token = {
  ...{ countryCode: 'DE', partyId: 'MSP', uid: 'CAFE', type: 'RFID', contractId: 'C1', issuer: 'MSP' },
  ...{ isValid: true, whitelist: 'ALWAYS', lastUpdatedMs: 0 },
};

/** A charge of that driver which has just begun. */
export const givenCharge = (
  { id, startedAtMs }: { readonly id: string; readonly startedAtMs: number },
  tariffs: RoamingCharge['tariffs'] = [],
): RoamingCharge => ({
  session: {
    ...{ countryCode: 'SE', partyId: 'GRG', id, startedAtMs, energyKwh: zero, currency: 'EUR' },
    token: { countryCode: 'DE', partyId: 'MSP', uid: 'CAFE', type: 'RFID', contractId: 'C1' },
    ...{ authMethod: 'WHITELIST', locationId: 'garage', evseUid: 'A1', connectorId: '1' },
    ...{ periods: [], status: 'ACTIVE', lastUpdatedMs: 0 },
  },
  ...{ location, timeZone: givenPlace.timeZone, tariffs, turns: [] },
});
