import { describe, expect, it } from 'vitest';
import { compare, fraction } from '../../src/domain/pricing/fraction.ts';
import { type Codec, type Decoded, decoder, itemsMax, UntellableError } from '../../src/ocpi/codec.ts';
import { answerDecoder, statusCodes } from '../../src/ocpi/envelope.ts';
import { chargingPreferences, setChargingProfile } from '../../src/ocpi/objects/chargingProfile.ts';
import { connector as connector221, evse as evse221 } from '../../src/ocpi/v221/location.ts';
import { tariff as tariff221 } from '../../src/ocpi/v221/tariff.ts';
import { authorizationInfo as authorizationInfo221, token as token221 } from '../../src/ocpi/v221/token.ts';
import {
  commandResult as commandResult230,
  reserveNow as reserveNow230,
  startSession as startSession230,
} from '../../src/ocpi/v230/command.ts';
import { connector as connector230, evse as evse230 } from '../../src/ocpi/v230/location.ts';
import { tariff as tariff230 } from '../../src/ocpi/v230/tariff.ts';
import { authorizationInfo as authorizationInfo230, token as token230 } from '../../src/ocpi/v230/token.ts';
import { ciString, decimal, instant } from '../../src/ocpi/values.ts';
import { component, element, tariffOf } from '../domain/pricing/givenPrice.ts';
import { translation } from './specExamples.ts';

/** The value, where it must be readable. */
function readWith<Value>(codec: Codec<Value>, wire: unknown): Value {
  const decoded: Decoded<Value> = decoder(codec)(wire);
  if (decoded.status === 'refused') throw new Error(JSON.stringify(decoded.faults));
  return decoded.value;
}

const token = {
  ...{ country_code: 'DE', party_id: 'TNM', uid: '012345678', type: 'RFID', contract_id: 'DE8ACC12E46L89' },
  ...{ issuer: 'TheNewMotion', valid: true, whitelist: 'ALWAYS', last_updated: '2026-11-21T10:00:00Z' },
};

const connector = {
  ...{ id: '1', standard: 'IEC_62196_T2', format: 'SOCKET', power_type: 'AC_3_PHASE' },
  ...{ max_voltage: 230, max_amperage: 32, last_updated: '2026-11-21T10:00:00Z' },
};

const evse = {
  uid: 'E1',
  status: 'AVAILABLE',
  connectors: [connector],
  last_updated: '2026-11-21T10:00:00Z',
};

describe('a time of OCPI', () => {
  const readTime = decoder(instant);

  it.each([
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.5Z', '2026-11-21T10:00:00.500Z'],
    ['2028-02-29T23:59:59', '2028-02-29T23:59:59.000Z'],
  ])('is UTC with and without its letter: %s', (text, meant) => {
    const decoded = readTime(text);
    expect(decoded.status === 'read' && new Date(decoded.value).toISOString()).toBe(meant);
  });

  it.each([
    '2026-11-21T10:00:00+00:00',
    '2026-11-21T10:00:00+01:00',
    '2026-11-21T10:00:00-05',
    '2026-11-21 10:00:00',
    '2026-11-21',
    '2026-02-30T10:00:00Z',
    '2025-03-23T23:59:99Z',
    '2026-11-21T24:01:00Z',
    '2026-11-21T10:00:00.123456789Z',
    1_795_000_000,
  ])('is refused: %s', (text) => {
    expect(readTime(text).status).toBe('refused');
  });

  it('is written with Z, and with milliseconds only where there are some', () => {
    expect(instant.write(Date.UTC(2026, 10, 21, 10))).toBe('2026-11-21T10:00:00Z');
    expect(instant.write(Date.UTC(2026, 10, 21, 10, 0, 0, 5))).toBe('2026-11-21T10:00:00.005Z');
  });
});

describe('text and numbers of OCPI', () => {
  it('have the lengths of the specification, and no more', () => {
    expect(decoder(ciString(36))('x'.repeat(36)).status).toBe('read');
    expect(decoder(ciString(36))('x'.repeat(37)).status).toBe('refused');
  });

  it('are printable ASCII where case means nothing, and keep the case they came with', () => {
    expect(readWith(ciString(36), 'aB*-')).toBe('aB*-');
    expect(decoder(ciString(36))('Malmö').status).toBe('refused');
    expect(decoder(ciString(36))('a\nb').status).toBe('refused');
  });

  it('are exact, and written with four decimals', () => {
    expect(compare(readWith(decimal(), 0.1), fraction('0.1'))).toBe(0);
    expect(decimal().write(fraction('0.33335'))).toBe(0.3334);
    expect(decoder(decimal(0))(-0.1).status).toBe('refused');
    expect(decoder(decimal())('1').status).toBe('refused');
  });
});

describe('a body', () => {
  it('may have null for what it leaves out, and fields nobody knows', () => {
    expect(translation(token221)({ ...token, group_id: null, x_custom: { deep: [null] } })).toEqual(token);
  });

  it('is refused with the place of its first fault', () => {
    expect(decoder(token221)({ ...token, valid: 'yes' })).toEqual({
      status: 'refused',
      faults: [{ path: '/valid', message: 'must be boolean' }],
    });
    expect(decoder(token221)({ ...token, uid: null })).toMatchObject({
      faults: [{ path: '/', message: 'lacks the key "uid"' }],
    });
  });

  it('is refused when it is nested without end', () => {
    const nested: unknown = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
    expect(decoder(token221)({ ...token, x: nested })).toMatchObject({
      faults: [{ message: 'is nested deeper than 20' }],
    });
    expect(decoder(token221)(nested).status).toBe('refused');
  });

  it('is refused when a list in it has more items than the bound', () => {
    const withIds = (count: number) => ({
      ...connector,
      tariff_ids: Array.from({ length: count }, () => 'T'),
    });
    expect(decoder(connector221)(withIds(itemsMax)).status).toBe('read');
    expect(decoder(connector221)(withIds(1_000_000))).toMatchObject({
      faults: [{ path: '/tariff_ids', message: `must NOT have more than ${itemsMax} items` }],
    });
  });

  it.each([undefined, null, 1, 'text', [], {}])('is refused when it is no object of its kind: %s', (body) => {
    expect(decoder(token221)(body).status).toBe('refused');
  });
});

describe('words that only newer versions know', () => {
  it('are read in 2.3.0 and refused in 2.2.1', () => {
    for (const [older, newer, wire] of [
      [decoder(token221), decoder(token230), { ...token, type: 'EMAID' }],
      [decoder(connector221), decoder(connector230), { ...connector, standard: 'MCS' }],
    ] as const) {
      expect(older(wire).status).toBe('refused');
      expect(newer(wire).status).toBe('read');
    }
    expect(translation(commandResult230)({ result: 'SOMETHING_NEW' })).toEqual({ result: 'SOMETHING_NEW' });
  });

  it('are read in the tokens of commands', () => {
    const newer = { ...token, type: 'EMAID' };
    const start = { response_url: 'https://emp.example/1', token: newer, location_id: 'L1' };
    const reserve = { ...start, expiry_date: '2026-11-21T10:00:00Z', reservation_id: 'R1' };
    expect(translation(startSession230)(start)).toEqual(start);
    expect(translation(reserveNow230)(reserve)).toEqual(reserve);
  });

  it('are left out of lists in 2.2.1, and refused where something must stand', () => {
    const newer = readWith(evse230, {
      ...{ ...evse, capabilities: ['RESERVABLE', 'TELEPATHY'], parking: [{ parking_id: 'P1' }] },
      connectors: [{ ...connector, capabilities: ['ISO_15118_20_PLUG_AND_CHARGE'] }],
    });
    expect(evse221.write(newer)).toEqual({ ...evse, capabilities: ['RESERVABLE'] });
    expect(() => connector221.write(readWith(connector230, { ...connector, standard: 'MCS' }))).toThrow(
      UntellableError,
    );
  });

  it('are none for taxes that are in the price: such a tariff is not told in 2.2.1', () => {
    const included = {
      ...tariffOf([element(component('ENERGY', 1))], { taxIncluded: 'YES' }),
      ...{ countryCode: 'SE', partyId: 'LVK', altText: [], lastUpdatedMs: 0 },
    };
    expect(() => tariff221.write(included)).toThrow(UntellableError);
    expect(tariff230.write(included)).toMatchObject({ tax_included: 'YES' });
  });
});

describe('an answer', () => {
  const readToken = answerDecoder(token221);
  const head = { status_code: statusCodes.success, timestamp: '2026-11-21T10:00:00Z' };

  it('brings its data with success', () => {
    expect(readToken({ ...head, data: token })).toMatchObject({
      value: { statusCode: 1000, data: { uid: '012345678' } },
    });
    expect(readToken({ ...head, data: { uid: 1 } }).status).toBe('refused');
  });

  it('is read without data, and whatever is beside a refusal', () => {
    expect(readToken(head)).toMatchObject({ value: { statusCode: 1000 } });
    const refusal = {
      ...head,
      status_code: statusCodes.invalidParameters,
      status_message: 'no',
      data: ['anything'],
    };
    expect(readToken(refusal)).toEqual({
      status: 'read',
      value: { statusCode: 2001, statusMessage: 'no', timestampMs: Date.parse(head.timestamp) },
    });
  });

  it('of the owner of a token says whether it may charge, and where', () => {
    const wire = {
      ...{ allowed: 'ALLOWED', token, authorization_reference: 'A1' },
      location: { location_id: 'L1', evse_uids: ['E1'] },
      info: { language: 'en', text: 'Welcome' },
    };
    expect(translation(authorizationInfo221)(wire)).toEqual(wire);
    expect(translation(authorizationInfo230)(wire)).toEqual(wire);
  });
});

describe('a charging profile', () => {
  const wire = {
    response_url: 'https://scsp.example/1',
    charging_profile: {
      charging_rate_unit: 'A',
      charging_profile_period: [{ start_period: 0, limit: 16 }],
    },
  };

  it('is relative to the charge where it has no start', () => {
    expect(translation(setChargingProfile)(wire)).toEqual(wire);
  });

  it('is rounded down to a tenth, so that a sum of limits stays under its cap', () => {
    const read = readWith(setChargingProfile, wire);
    const thirds = { ...read.profile, periods: [{ startS: 0, limit: fraction('10.6999') }] };
    expect(setChargingProfile.write({ ...read, profile: thirds })).toMatchObject({
      charging_profile: { charging_profile_period: [{ limit: 10.6 }] },
    });
  });

  it('comes from preferences that do not allow discharging unless they say so', () => {
    const preferences = { profile_type: 'GREEN', departure_time: '2026-11-22T06:00:00Z', energy_need: 12.5 };
    expect(translation(chargingPreferences)(preferences)).toEqual({
      ...preferences,
      discharge_allowed: false,
    });
  });
});
