import { describe, expect, it } from 'vitest';
import { listOf } from '../../src/ocpi/codec.ts';
import { envelope } from '../../src/ocpi/envelope.ts';
import {
  activeChargingProfile,
  chargingProfileResponse,
  chargingProfileResult,
  setChargingProfile,
} from '../../src/ocpi/objects/chargingProfile.ts';
import {
  cancelReservation,
  commandResponse,
  stopSession,
  unlockConnector,
} from '../../src/ocpi/objects/command.ts';
import { hubClient } from '../../src/ocpi/objects/partner.ts';
import { cdr } from '../../src/ocpi/v221/cdr.ts';
import { commandResult, reserveNow, startSession } from '../../src/ocpi/v221/command.ts';
import { credentials } from '../../src/ocpi/v221/credentials.ts';
import { location } from '../../src/ocpi/v221/location.ts';
import { session } from '../../src/ocpi/v221/session.ts';
import { tariff } from '../../src/ocpi/v221/tariff.ts';
import { token } from '../../src/ocpi/v221/token.ts';
import { schemaFaults } from './jsonSchemas.ts';
import { example, exampleFiles, hasExamples, translation } from './specExamples.ts';

const folder = '2.2.1-examples';
const examples = (files: RegExp): readonly string[] =>
  exampleFiles(folder).filter((file) => files.test(file));

describe.skipIf(!hasExamples)('what we write in 2.2.1, by JSON Schemas nobody here wrote', () => {
  it.each([
    ...examples(/^tariff(?!_put)/).map((file) => [file, 'tariff', translation(tariff)] as const),
    ...examples(/^cdr/).map((file) => [file, 'cdr', translation(cdr)] as const),
    ...examples(/^session_example/).map((file) => [file, 'session', translation(session)] as const),
    ...examples(/^location_example/).map((file) => [file, 'location', translation(location)] as const),
    ...examples(/^token_(example|put)/).map((file) => [file, 'token', translation(token)] as const),
    ...examples(/^credentials/).map((file) => [file, 'credentials', translation(credentials)] as const),
    ...examples(/^transport_and_format_get_token_example/).map(
      (file) => [file, 'token.response', translation(envelope(token))] as const,
    ),
    ...examples(/^transport_and_format_get_token_list/).map(
      (file) => [file, 'tokens.response', translation(envelope(listOf(token)))] as const,
    ),
  ])('is valid: %s as %s', (file, schema, translate) => {
    expect(schemaFaults(schema, translate(example(folder, file)))).toEqual([]);
  });

  const wireToken = (): unknown => example(folder, 'token_example_2_full_rfid.json');
  const responseUrl = 'https://emp.example/ocpi/2.2.1/commands/1';
  const party = { country_code: 'SE', party_id: 'LVK' };
  const profile = {
    start_date_time: '2026-11-21T10:00:00Z',
    duration: 900,
    charging_rate_unit: 'A',
    min_charging_rate: 6,
    charging_profile_period: [
      { start_period: 0, limit: 16.1 },
      { start_period: 300, limit: 0 },
    ],
  };
  const at = { location_id: 'L1', evse_uid: 'E1', connector_id: '1' };

  it.each([
    [
      'commands.reserve_now.request',
      translation(reserveNow),
      () => ({
        ...{ response_url: responseUrl, token: wireToken(), expiry_date: '2026-11-21T10:00:00Z' },
        ...{ reservation_id: 'R1', location_id: 'L1', evse_uid: 'E1', authorization_reference: 'A1' },
      }),
    ],
    [
      'commands.start_session.request',
      translation(startSession),
      () => ({ response_url: responseUrl, token: wireToken(), ...at, authorization_reference: 'A1' }),
    ],
    [
      'commands.stop_session.request',
      translation(stopSession),
      () => ({ response_url: responseUrl, session_id: 'S1' }),
    ],
    [
      'commands.cancel_reservation.request',
      translation(cancelReservation),
      () => ({ response_url: responseUrl, reservation_id: 'R1' }),
    ],
    [
      'commands.unlock_connector.request',
      translation(unlockConnector),
      () => ({ response_url: responseUrl, ...at }),
    ],
    [
      'commands.result',
      translation(commandResult),
      () => ({ result: 'EVSE_OCCUPIED', message: [{ language: 'en', text: 'A car is there.' }] }),
    ],
    [
      'commands.response',
      translation(envelope(commandResponse)),
      () => ({
        data: { result: 'ACCEPTED', timeout: 30 },
        status_code: 1000,
        timestamp: '2026-11-21T10:00:00Z',
      }),
    ],
    [
      'chargingprofiles',
      translation(setChargingProfile),
      () => ({ charging_profile: profile, response_url: responseUrl }),
    ],
    [
      'chargingprofiles.active',
      translation(activeChargingProfile),
      () => ({ start_date_time: '2026-11-21T10:00:00Z', charging_profile: profile }),
    ],
    [
      'chargingprofiles.response',
      translation(envelope(chargingProfileResponse)),
      () => ({
        data: { result: 'TOO_OFTEN', timeout: 5 },
        status_code: 1000,
        timestamp: '2026-11-21T10:00:00Z',
      }),
    ],
    [
      'chargingprofiles.active_charging_profile.result',
      translation(chargingProfileResult),
      () => ({
        result: 'ACCEPTED',
        profile: { start_date_time: '2026-11-21T10:00:00Z', charging_profile: profile },
      }),
    ],
    [
      'chargingprofiles.charging_profile.result',
      translation(chargingProfileResult),
      () => ({ result: 'UNKNOWN' }),
    ],
    [
      'hubclientinfo',
      translation(hubClient),
      () => ({ ...party, role: 'CPO', status: 'OFFLINE', last_updated: '2026-11-21T10:00:00Z' }),
    ],
  ] as const)('is valid and as it came in: %s', (schema, translate, wire) => {
    const written = translate(wire());
    expect(written).toEqual(wire());
    expect(schemaFaults(schema, written)).toEqual([]);
  });

  it('names the category of an impact as the specification does, which the JSON Schema calls source', () => {
    const [file = ''] = examples(/^location_example\.json/);
    const mix = example(folder, 'location_energymix_example_complete.json');
    const whole = { ...Object(example(folder, file)), ...Object(mix) };
    expect(schemaFaults('location', translation(location)(whole))[0]).toBe(
      "/energy_mix/environ_impact/0 must have required property 'source'",
    );
  });

  it('tells a credit as a negative total, which the JSON Schema does not foresee', () => {
    const bill = Object(example(folder, 'cdr_example.json'));
    const credit = {
      ...bill,
      ...{ id: '12345-C', credit: true, credit_reference_id: '12345' },
      total_cost: { excl_vat: -4, incl_vat: -4.4 },
    };
    const written = translation(cdr)(credit);
    expect(written).toEqual(credit);
    expect(schemaFaults('cdr', written)).toEqual(['/total_cost/excl_vat must be >= 0']);
  });
});
